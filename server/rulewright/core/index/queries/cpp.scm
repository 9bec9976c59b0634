;; outline

(preproc_def name: (identifier) @name value: (_)) @definition.constant
(preproc_function_def name: (identifier) @name) @definition.function

(translation_unit
  (declaration
    type: [(type_identifier) (qualified_identifier) (template_type)]? @type
    declarator: (_) @name) @definition.variable (#set! declarator "true"))
(declaration_list
  (declaration
    type: [(type_identifier) (qualified_identifier) (template_type)]? @type
    declarator: (_) @name) @definition.variable (#set! declarator "true"))
(preproc_ifdef (declaration type: [(type_identifier) (qualified_identifier) (template_type)]? @type declarator: (_) @name) @definition.variable (#set! declarator "true"))
(preproc_if (declaration type: [(type_identifier) (qualified_identifier) (template_type)]? @type declarator: (_) @name) @definition.variable (#set! declarator "true"))
(preproc_else (declaration type: [(type_identifier) (qualified_identifier) (template_type)]? @type declarator: (_) @name) @definition.variable (#set! declarator "true"))
(preproc_elif (declaration type: [(type_identifier) (qualified_identifier) (template_type)]? @type declarator: (_) @name) @definition.variable (#set! declarator "true"))

(function_definition declarator: (_) @name (#set! declarator "true")) @definition.function

(field_declaration
  type: [(type_identifier) (qualified_identifier) (template_type)]? @type
  declarator: (_) @name (#set! declarator "true")) @definition.field

(enumerator name: (identifier) @name) @definition.enum_member

(type_definition declarator: (_) @name (#set! declarator "true")) @definition.type_parameter
(type_definition
  type: (_ name: (_) body: (_))
  declarator: (_) @name @definition.type_parameter
  (#set! declarator "true"))

(struct_specifier name: (_) @name body: (_)) @definition.struct
(union_specifier name: (_) @name body: (_)) @definition.struct
(enum_specifier name: (_) @name body: (_)) @definition.enum

(type_definition
  type: (_ !name . ["struct" "union"] body: (_) @body)
  declarator: (type_identifier) @name) @definition.struct
(type_definition
  type: (_ !name . "enum" body: (_) @body)
  declarator: (type_identifier) @name) @definition.enum

(namespace_definition name: (_) @name) @definition.namespace
(namespace_alias_definition name: (_) @name) @definition.namespace
(class_specifier
  name: (_) @name
  (base_class_clause [(type_identifier) (qualified_identifier) (template_type)] @base)?
  body: (_)) @definition.class
(struct_specifier
  name: (_) @name
  (base_class_clause [(type_identifier) (qualified_identifier) (template_type)] @base)
  body: (_)) @definition.struct
(field_declaration_list
  (declaration declarator: (_) @name (#set! declarator "true")) @definition.method)
(field_declaration_list
  (function_definition declarator: (_) @name (#set! declarator "true")) @definition.method)
(field_declaration_list (template_declaration
  (_ declarator: (_) @name) @definition.method
  (#set! declarator "true")))
(translation_unit (template_declaration
  (declaration declarator: (_) @name (#set! declarator "true")) @definition.variable))
(declaration_list (template_declaration
  (declaration declarator: (_) @name (#set! declarator "true")) @definition.variable))
(linkage_specification
  body: (declaration declarator: (_) @name (#set! declarator "true")) @definition.variable)
(alias_declaration name: (_) @name) @definition.type_parameter
(concept_definition name: (_) @name) @definition.interface
(access_specifier) @access
(namespace_definition !name body: (declaration_list "{" @access.hidden))

(using_declaration . "using" (qualified_identifier) @import.module) @import
(preproc_include path: (_) @import.module) @import
