; inherits: c

;; outline

(class_interface . (identifier) @name superclass: (identifier)? @base (#set! signature "line")) @definition.class
(class_interface . (identifier) @name category: (identifier) @category (#set! signature "line") (#set! name "{name} ({category})")) @definition.class
(class_interface . (identifier) @name (parameterized_arguments (type_name (type_identifier) @base)) (#set! signature "line")) @definition.class
(class_implementation . (identifier) @name (#set! signature "line")) @definition.class
(class_implementation . (identifier) @name category: (identifier) @category (#set! signature "line") (#set! name "{name} ({category})")) @definition.class
(protocol_declaration . (identifier) @name (protocol_reference_list (identifier) @base)? (#set! signature "line")) @definition.interface

(method_declaration . (method_type)? . (identifier) @name (#set! join ":")) @definition.method
(method_definition
  . (method_type)?
  . (identifier) @name
  (compound_statement) @body
  (#set! join ":")) @definition.method

(property_declaration
  (struct_declaration
    [(type_identifier) (generic_specifier)]? @type
    (struct_declarator (identifier) @name))) @definition.property
(property_declaration
  (struct_declaration
    [(type_identifier) (generic_specifier)]? @type
    (struct_declarator (pointer_declarator (identifier) @name)))) @definition.property
(instance_variable
  (struct_declaration
    [(type_identifier) (generic_specifier)]? @type
    (struct_declarator (identifier) @name))) @definition.field
(instance_variable
  (struct_declaration
    [(type_identifier) (generic_specifier)]? @type
    (struct_declarator (pointer_declarator (identifier) @name)))) @definition.field

(module_import path: (_) @import.module) @import
