;; outline

(class_definition
  name: (identifier) @name
  superclass: (superclass (type_identifier) @base)?
  superclass: (superclass (mixins (type_identifier) @base))?
  interfaces: (interfaces (type_identifier) @base)?) @definition.class
(mixin_declaration (identifier) @name (class_body) @body) @definition.class
(extension_declaration name: (identifier) @name class: (_)? @type) @definition.namespace
(extension_type_declaration name: (identifier) @name) @definition.struct
(enum_declaration name: (identifier) @name (interfaces (type_identifier) @base)?) @definition.enum
(enum_constant name: (identifier) @name) @definition.enum_member
(type_alias . (type_identifier) @name . (type_parameters)? . "=") @definition.type_parameter
(type_alias (type_identifier) @name . (type_parameters)? . (formal_parameter_list)) @definition.type_parameter

(program (function_signature name: (identifier) @name (#set! extend "function_body")) @definition.function)
(program (getter_signature name: (identifier) @name (#set! extend "function_body")) @definition.property)
(program (setter_signature name: (identifier) @name (#set! extend "function_body")) @definition.property)
(program (static_final_declaration_list (static_final_declaration . (identifier) @name) @definition.variable))
(program
  (const_builtin) . (type_identifier)? . (type_arguments)? . (static_final_declaration_list (static_final_declaration . (identifier) @name) @definition.constant))
(program (initialized_identifier_list (initialized_identifier . (identifier) @name) @definition.variable))
(lambda_expression
  parameters: (function_signature name: (identifier) @name)
  body: (_) @body) @definition.function

(declaration
  (type_identifier)? @type
  (initialized_identifier_list (initialized_identifier . (identifier) @name))) @definition.field
(declaration
  (type_identifier)? @type
  (static_final_declaration_list (static_final_declaration . (identifier) @name))) @definition.field
(declaration
  (const_builtin)
  (static_final_declaration_list (static_final_declaration . (identifier) @name))) @definition.constant
(declaration
  (final_builtin)
  (type_identifier)? @type
  (initialized_identifier_list (initialized_identifier . (identifier) @name))) @definition.field
(declaration (function_signature name: (identifier) @name)) @definition.method
(declaration (getter_signature name: (identifier) @name)) @definition.property
(declaration (constructor_signature . name: (identifier) @name)) @definition.constructor
(declaration (constructor_signature . name: (identifier) @name . "." . name: (identifier) @part (#set! name "{name}.{part}"))) @definition.constructor
(declaration (constant_constructor_signature . (const_builtin) . (identifier) @name)) @definition.constructor
(declaration
  (constant_constructor_signature . (const_builtin) . (identifier) @name . "." . (identifier) @part)
  (#set! name "{name}.{part}")) @definition.constructor
(method_signature (function_signature name: (identifier) @name) (#set! extend "function_body")) @definition.method
(method_signature (getter_signature name: (identifier) @name) (#set! extend "function_body")) @definition.property
(method_signature (setter_signature name: (identifier) @name) (#set! extend "function_body")) @definition.property
(method_signature
  (operator_signature "operator" @name . _ @sign (#set! name "operator {sign}"))
  (#set! extend "function_body")) @definition.operator
(method_signature (constructor_signature name: (identifier) @name) (#set! extend "function_body")) @definition.constructor
(method_signature
  (factory_constructor_signature . (identifier) @name)
  (#set! extend "function_body")) @definition.constructor
(method_signature
  (factory_constructor_signature . (identifier) @name . "." . (identifier) @part)
  (#set! name "{name}.{part}") (#set! extend "function_body")) @definition.constructor

(library_import (import_specification (configurable_uri) @import.module (identifier)? @import.alias)) @import
(library_export (configurable_uri) @import.module) @import
(part_directive (uri) @import.module) @import
