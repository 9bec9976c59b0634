;; outline

(namespace_declaration name: (_) @name) @definition.namespace
(file_scoped_namespace_declaration name: (_) @name (#set! section "1")) @definition.namespace

(class_declaration name: (identifier) @name (base_list (_) @base)?) @definition.class
(record_declaration name: (identifier) @name (base_list (_) @base)?) @definition.class
(record_declaration (parameter_list (parameter type: (_) @type name: (identifier) @name @exported) @definition.property))
(struct_declaration name: (identifier) @name (base_list (_) @base)?) @definition.struct
(interface_declaration name: (identifier) @name (base_list (_) @base)?) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(enum_member_declaration name: (identifier) @name) @definition.enum_member
(delegate_declaration name: (identifier) @name) @definition.function

(field_declaration
  (variable_declaration
    type: [(identifier) (generic_name) (qualified_name) (nullable_type)]? @type
    (variable_declarator name: (identifier) @name))) @definition.field
(field_declaration
  (modifier) @_const
  (variable_declaration (variable_declarator name: (identifier) @name))
  (#eq? @_const "const")) @definition.constant
(event_field_declaration
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) @name))) @definition.event
(event_declaration type: (_) @type name: (identifier) @name) @definition.event
(property_declaration
  type: [(identifier) (generic_name) (qualified_name) (nullable_type)]? @type
  name: (identifier) @name) @definition.property
(indexer_declaration "this" @name accessors: (_)? @body (#set! name "this[]")) @definition.property

(method_declaration name: (identifier) @name) @definition.method
(constructor_declaration name: (identifier) @name) @definition.constructor
(destructor_declaration name: (identifier) @name (#set! name "~{name}")) @definition.method
(operator_declaration operator: _ @name (#set! name "operator {name}")) @definition.operator
(conversion_operator_declaration type: (_) @name (#set! name "operator {name}")) @definition.operator
(local_function_statement name: (identifier) @name) @definition.function

(using_directive !name [(identifier) (qualified_name)] @import.module) @import
(using_directive name: (identifier) @import.alias [(identifier) (qualified_name) (generic_name)] @import.module .) @import
