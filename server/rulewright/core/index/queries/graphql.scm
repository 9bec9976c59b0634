;; outline

(object_type_definition
  (description (string_value) @doc)?
  "type" @signature
  (name) @name @signature
  (implements_interfaces
    [(named_type) @base
     (implements_interfaces (named_type) @base)
     (implements_interfaces (implements_interfaces (named_type) @base))])?) @definition.class
(interface_type_definition
  (description (string_value) @doc)?
  "interface" @signature
  (name) @name @signature
  (implements_interfaces
    [(named_type) @base
     (implements_interfaces (named_type) @base)
     (implements_interfaces (implements_interfaces (named_type) @base))])?) @definition.interface
(input_object_type_definition (description (string_value) @doc)? "input" @signature (name) @name @signature) @definition.struct
(enum_type_definition (description (string_value) @doc)? "enum" @signature (name) @name @signature) @definition.enum
(enum_value_definition (description (string_value) @doc)? (enum_value (name) @name) @signature) @definition.enum_member
(union_type_definition (description (string_value) @doc)? (name) @name) @definition.type_parameter
(scalar_type_definition (description (string_value) @doc)? (name) @name) @definition.type_parameter
(directive_definition (description (string_value) @doc)? (name) @name) @definition.function
(object_type_extension "extend" @signature "type" @signature (name) @name @signature) @definition.class
(interface_type_extension "extend" @signature "interface" @signature (name) @name @signature) @definition.interface
(input_object_type_extension "extend" @signature "input" @signature (name) @name @signature) @definition.struct
(enum_type_extension "extend" @signature "enum" @signature (name) @name @signature) @definition.enum

(field_definition
  (description (string_value) @doc)?
  (name) @name @signature
  (arguments_definition)? @signature
  (type) @type @signature) @definition.field
(input_object_type_definition
  (input_fields_definition
    (input_value_definition (description (string_value) @doc)? (name) @name (type) @type) @definition.field))
(operation_definition (operation_type) (name) @name (selection_set) @body) @definition.function
(fragment_definition (fragment_name (name) @name) (selection_set) @body) @definition.function
