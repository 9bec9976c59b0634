;; outline

(protocol_declaration
  name: (type_identifier) @name
  (inheritance_specifier inherits_from: (user_type) @base)?) @definition.interface
(class_declaration
  declaration_kind: ["class" "actor"]
  name: (_) @name
  (inheritance_specifier inherits_from: (user_type) @base)?) @definition.class
(class_declaration
  declaration_kind: "struct"
  name: (_) @name
  (inheritance_specifier inherits_from: (user_type) @base)?) @definition.struct
(class_declaration
  declaration_kind: "enum"
  name: (_) @name
  (inheritance_specifier inherits_from: (user_type) @base)?) @definition.enum
(class_declaration
  declaration_kind: "extension"
  name: (_) @name
  (inheritance_specifier inherits_from: (user_type) @base)?) @definition.namespace
(enum_entry name: (simple_identifier) @name) @definition.enum_member

(function_declaration "func" . name: _ @name) @definition.function
(class_body (function_declaration "func" . name: _ @name) @definition.method)
(enum_class_body (function_declaration "func" . name: _ @name) @definition.method)
(protocol_function_declaration "func" . name: _ @name) @definition.method
(init_declaration name: "init" @name) @definition.constructor
(deinit_declaration "deinit" @name) @definition.method
(subscript_declaration "subscript" @name (computed_property) @body) @definition.method

(source_file
  (_
    name: (_ bound_identifier: (_) @name)
    (type_annotation (user_type) @type)?) @definition.variable)
(class_body
  (_
    name: (_ bound_identifier: (_) @name)
    (type_annotation (user_type) @type)?) @definition.property)
(enum_class_body
  (_
    name: (_ bound_identifier: (_) @name)
    (type_annotation (user_type) @type)?) @definition.property)
(protocol_property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  (type_annotation (user_type) @type)?) @definition.property

(associatedtype_declaration name: (type_identifier) @name) @definition.type_parameter
(typealias_declaration . (modifiers)? . "typealias" . name: (type_identifier) @name) @definition.type_parameter
(operator_declaration "operator" . (_) @name) @definition.operator
(macro_declaration (simple_identifier) @name) @definition.function

(import_declaration (identifier) @import.module) @import
