;; outline

(namespace_definition name: (namespace_name) @name body: (_)) @definition.namespace
(namespace_definition name: (namespace_name) @name !body (#set! section "1")) @definition.namespace

(class_declaration
  name: (name) @name
  (base_clause [(name) (qualified_name)] @base)?
  (class_interface_clause [(name) (qualified_name)] @base)?) @definition.class
(interface_declaration
  name: (name) @name
  (base_clause [(name) (qualified_name)] @base)?) @definition.interface
(trait_declaration name: (name) @name) @definition.class
(enum_declaration
  name: (name) @name
  (class_interface_clause [(name) (qualified_name)] @base)?) @definition.enum
(enum_case name: (name) @name) @definition.enum_member

(method_declaration name: (name) @name) @definition.method
(function_definition name: (name) @name) @definition.function
(property_declaration
  type: [(named_type) (optional_type)]? @type
  (property_element name: (variable_name (name) @name))) @definition.property
(property_promotion_parameter
  type: [(named_type) (optional_type)]? @type
  name: (variable_name (name) @name)
  (#set! climbs "true")) @definition.property
(const_declaration (const_element . (name) @name)) @definition.constant

(program
  (expression_statement
    (assignment_expression left: (variable_name (name) @name)) @definition.variable))
(program
  (expression_statement
    (assignment_expression
      left: (variable_name (name) @name)
      right: [(anonymous_function body: (_) @body) (arrow_function body: (_) @body)]) @definition.function))
((function_call_expression
  function: (name) @_define
  arguments: (arguments . (argument (string (string_content) @name)))) @definition.constant
  (#eq? @_define "define"))

(namespace_use_declaration
  (namespace_use_clause . [(qualified_name) (name)] @import.module alias: (name)? @import.alias (#set! split "\\")) @import)
(namespace_use_declaration
  (namespace_name) @import.prefix
  body: (namespace_use_group) @import.group)
(namespace_use_group
  (namespace_use_clause . [(qualified_name) (name)] @import.module alias: (name)? @import.alias (#set! split "\\")) @import)
(require_once_expression (string (string_content) @import.module)) @import
(require_expression (string (string_content) @import.module)) @import
(include_expression (string (string_content) @import.module)) @import
(include_once_expression (string (string_content) @import.module)) @import
(require_once_expression (_ right: (string (string_content) @import.module))) @import
(require_expression (_ right: (string (string_content) @import.module))) @import
(include_expression (_ right: (string (string_content) @import.module))) @import
(include_once_expression (_ right: (string (string_content) @import.module))) @import

;; injections

((text) @injection.content
  (#set! injection.language "html")
  (#set! injection.combined "true"))
