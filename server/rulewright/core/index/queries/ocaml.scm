;; outline

(module_binding (module_name) @name [body: (structure) body: (functor) module_type: (signature)]? @body (#set! head "module ")) @definition.module
(module_type_definition . (module_type_name) @name body: (_)? @body) @definition.interface

(type_binding name: (type_constructor) @name (#set! head "type ")) @definition.type_parameter
(type_binding name: (type_constructor) @name body: (record_declaration) (#set! head "type ")) @definition.struct
(type_binding name: (type_constructor) @name body: (variant_declaration) (#set! head "type ")) @definition.enum
(variant_declaration (constructor_declaration (constructor_name) @name) @definition.enum_member)
(field_declaration (field_name) @name) @definition.field
(exception_definition (constructor_declaration (constructor_name) @name)) @definition.constructor

(compilation_unit
  (value_definition (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)] (#set! head "let ")) @definition.variable))
(structure
  (value_definition (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)] (#set! head "let ")) @definition.variable))
(compilation_unit
  (value_definition (let_binding pattern: (_ (tuple_pattern (value_name) @name)) (#set! head "let ")) @definition.variable))
(compilation_unit
  (value_definition
    (let_binding
      pattern: [(value_name) @name (parenthesized_operator (_) @name)]
      (parameter)
      body: (_) @body (#set! head "let ")) @definition.function))
(structure
  (value_definition
    (let_binding
      pattern: [(value_name) @name (parenthesized_operator (_) @name)]
      (parameter)
      body: (_) @body (#set! head "let ")) @definition.function))
(compilation_unit
  (value_definition
    (let_binding
      pattern: [(value_name) @name (parenthesized_operator (_) @name)]
      body: [(fun_expression) (function_expression)] @body (#set! head "let ")) @definition.function))
(structure
  (value_definition
    (let_binding
      pattern: [(value_name) @name (parenthesized_operator (_) @name)]
      body: [(fun_expression) (function_expression)] @body (#set! head "let ")) @definition.function))

(value_specification [(value_name) @name (parenthesized_operator (_) @name)]) @definition.variable
(value_specification [(value_name) @name (parenthesized_operator (_) @name)] type: (function_type)) @definition.function
(external [(value_name) @name (parenthesized_operator (_) @name)]) @definition.function

(class_binding (class_name) @name [body: (object_expression) class_type: (class_body_type)]? @body (#set! head "class ")) @definition.class
(class_type_binding (class_type_name) @name (#set! head "class type ")) @definition.interface
(method_definition (method_name) @name body: (_)? @body) @definition.method
(method_specification (method_name) @name) @definition.method
(instance_variable_definition (instance_variable_name) @name) @definition.field

(open_module module: (_) @import.module (#set! import "*")) @import
(include_module module: (module_path) @import.module (#set! import "*")) @import
(module_binding (module_name) @import.alias body: (module_path) @import.module) @import
