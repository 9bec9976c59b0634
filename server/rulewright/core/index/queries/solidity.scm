;; outline

(contract_declaration name: (identifier) @name (inheritance_specifier ancestor: (_) @base)?) @definition.class
(interface_declaration name: (identifier) @name (inheritance_specifier ancestor: (_) @base)?) @definition.interface
(library_declaration name: (identifier) @name) @definition.module
(struct_declaration name: (identifier) @name) @definition.struct
(struct_member type: (type_name)? @type name: (identifier) @name) @definition.field
(enum_declaration name: (identifier) @name) @definition.enum
(enum_value) @name @definition.enum_member
(user_defined_type_definition name: (identifier) @name) @definition.type_parameter

(function_definition name: (identifier) @name) @definition.function
((function_definition name: (identifier) @name (visibility) @private) @definition.function (#eq? @private "private"))
(constructor_definition "constructor" @name) @definition.constructor
(fallback_receive_definition ["fallback" "receive"] @name) @definition.method
(modifier_definition name: (identifier) @name) @definition.method
(event_definition name: (identifier) @name) @definition.event
(error_declaration name: (identifier) @name) @definition.event

(state_variable_declaration type: (type_name) @type name: (identifier) @name) @definition.property
(state_variable_declaration "constant" name: (identifier) @name) @definition.constant
(constant_variable_declaration name: (identifier) @name) @definition.constant

(import_directive alias: (identifier)? @import.alias source: (string) @import.module !import_name) @import
(import_directive import_name: (identifier) @import.name . ["," "}"] source: (string) @import.module) @import
(import_directive
  import_name: (identifier) @import.name
  . "as"
  . alias: (identifier) @import.alias
  source: (string) @import.module) @import
