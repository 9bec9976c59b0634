;; outline

(module_binding (module_name) @name [(signature)]? @body (#set! head "module ")) @definition.module
(module_type_definition . (module_type_name) @name body: (_)? @body) @definition.interface

(type_binding name: (type_constructor) @name (#set! head "type ")) @definition.type_parameter
(type_binding name: (type_constructor) @name body: (record_declaration) (#set! head "type ")) @definition.struct
(type_binding name: (type_constructor) @name body: (variant_declaration) (#set! head "type ")) @definition.enum
(variant_declaration (constructor_declaration (constructor_name) @name) @definition.enum_member)
(field_declaration (field_name) @name) @definition.field
(exception_definition (constructor_declaration (constructor_name) @name)) @definition.constructor

(value_specification [(value_name) @name (parenthesized_operator (_) @name)]) @definition.variable
(value_specification [(value_name) @name (parenthesized_operator (_) @name)] type: (function_type)) @definition.function
(external [(value_name) @name (parenthesized_operator (_) @name)]) @definition.function

(class_binding (class_name) @name (#set! signature "line") (#set! head "class ")) @definition.class
(class_type_binding (class_type_name) @name (#set! head "class type ")) @definition.interface
(method_specification (method_name) @name) @definition.method

(open_module_signature module: (_) @import.module (#set! import "*")) @import
(include_module_type (_) @import.module (#set! import "*")) @import
