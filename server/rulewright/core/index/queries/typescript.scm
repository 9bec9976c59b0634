; inherits: ecmascript

;; outline

(class_declaration
  name: (type_identifier) @name
  (class_heritage [
    (extends_clause value: [(identifier) (member_expression)] @base)
    (implements_clause [(type_identifier) @base (nested_type_identifier) @base (generic_type name: (_) @base)])])?
  body: (class_body) @body @members) @definition.class
(abstract_class_declaration
  name: (type_identifier) @name
  (class_heritage [
    (extends_clause value: [(identifier) (member_expression)] @base)
    (implements_clause [(type_identifier) @base (nested_type_identifier) @base (generic_type name: (_) @base)])])?
  body: (class_body) @body @members) @definition.class
(lexical_declaration (variable_declarator
  name: (identifier) @name
  value: (_
    (class_heritage (extends_clause value: [(identifier) (member_expression)] @base))?
    body: (class_body) @body @members))) @definition.class
(export_statement
  value: (_
    (class_heritage (extends_clause value: [(identifier) (member_expression)] @base))?
    body: (class_body) @body @members) @definition.class
  (#set! name "default"))
(interface_declaration
  name: (type_identifier) @name
  (extends_type_clause
    type: [(type_identifier) @base (nested_type_identifier) @base (generic_type name: (_) @base)])?
  body: (_) @body @members) @definition.interface
(type_alias_declaration name: (_) @name value: [(object_type) @members (_)]) @definition.type_parameter
(enum_declaration name: (_) @name body: (_) @body @members) @definition.enum
(internal_module name: (_) @name body: (_) @body @again) @definition.namespace
(module name: (_) @name body: (_) @body @again) @definition.module
(ambient_declaration (statement_block) @again)
(function_signature name: (identifier) @name) @definition.function
(import_alias . (identifier) @name) @definition.variable
(lexical_declaration (variable_declarator name: (identifier) @name type: (type_annotation (_) @type)))

(lexical_declaration (variable_declarator
  value: (_ . (object) @members . ["as" "satisfies"])))

(import_statement (import_require_clause (identifier) @import.alias source: (string) @import.module)) @import
(export_statement "=" (identifier) @export.name) @export

;; members

; Of what has a name in a class, methods have parameters and index signatures a type of their key.
(class_body (_
  !parameters
  !index_type
  name: (_) @name
  type: (_ (_) @type)?
  value: (_ constructor: (_) @type)?) @definition.field)
(class_body (_ name: (_) @name value: (_ body: [(statement_block) (expression)] @body)) @definition.method)
((abstract_method_signature) @definition.method (#set! at "name"))
((method_signature) @definition.method (#set! at "name") (#set! accessor "property"))
(property_signature name: (_) @name type: (type_annotation (_) @type)?) @definition.property
(formal_parameters
  (_ [(accessibility_modifier) "readonly"]
    pattern: (identifier) @name
    type: (type_annotation (_) @type)?) @definition.field)
(enum_body [
  (_ name: (_) @name) @definition.enum_member
  (property_identifier) @name @definition.enum_member])

;; deep
; where: class[ ]([\w$]+)\s*[{<ei]

(class_declaration
  name: (type_identifier) @name
  (class_heritage [
    (extends_clause value: [(identifier) (member_expression)] @base)
    (implements_clause [(type_identifier) @base (nested_type_identifier) @base (generic_type name: (_) @base)])])?
  body: (class_body) @body @members) @definition.class

;; scopes

[(class_declaration) (abstract_class_declaration) (interface_declaration) (type_alias_declaration)
 (function_signature) (method_signature) (function_type) (internal_module) (index_signature)] @scope
(class_declaration name: (type_identifier) @local.class (#set! scope "outer"))
(interface_declaration name: (type_identifier) @local.type (#set! scope "outer"))
(type_alias_declaration name: (type_identifier) @local.type (#set! scope "outer"))
(enum_declaration name: (identifier) @local.type)
(type_parameter name: (type_identifier) @local.type)
(mapped_type_clause name: (type_identifier) @local.type)
(infer_type (type_identifier) @local.type)
(formal_parameters (_
  pattern: (identifier) @local.parameter
  type: (type_annotation (_) @type)?))
(formal_parameters (_ pattern: [(object_pattern) (array_pattern) (rest_pattern)] @pattern.parameter))
(lexical_declaration (variable_declarator name: (identifier) @local.variable type: (type_annotation (_) @type)))
