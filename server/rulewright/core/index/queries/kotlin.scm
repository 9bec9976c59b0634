;; outline

(class_declaration
  name: (identifier) @name
  (delegation_specifiers (delegation_specifier [(user_type) @base (constructor_invocation (user_type) @base)]))?
  [(class_body) (enum_class_body)]? @body) @definition.class
(class_declaration
  "interface"
  name: (identifier) @name
  (delegation_specifiers (delegation_specifier (user_type) @base))?
  (class_body)? @body) @definition.interface
(class_declaration
  name: (identifier) @name
  (delegation_specifiers (delegation_specifier [(user_type) @base (constructor_invocation (user_type) @base)]))?
  (enum_class_body) @body) @definition.enum
(enum_entry (identifier) @name (class_body)? @body) @definition.enum_member

(object_declaration
  name: (identifier) @name
  (delegation_specifiers (delegation_specifier [(user_type) @base (constructor_invocation (user_type) @base)]))?
  (class_body)? @body) @definition.class
(companion_object (class_body)? @body (#set! name "Companion")) @definition.class
(companion_object name: (identifier) @name (class_body)? @body) @definition.class

(function_declaration
  name: (identifier) @name
  (function_body)? @body) @definition.function
(function_declaration
  (user_type) @type
  "."
  name: (identifier) @name
  (function_body)? @body) @definition.function
(secondary_constructor "constructor" @name (block)? @body) @definition.constructor

(source_file
  (property_declaration
    (variable_declaration (identifier) @name (user_type)? @type)) @definition.variable)
(source_file
  (property_declaration
    (modifiers (property_modifier) @_const)
    (variable_declaration (identifier) @name (user_type)? @type)
    (#eq? @_const "const")) @definition.constant)
(source_file
  (property_declaration
    (user_type) @type
    "."
    (variable_declaration (identifier) @name)) @definition.variable)
(class_body
  (property_declaration
    (variable_declaration (identifier) @name (user_type)? @type)) @definition.property)
(class_body
  (property_declaration
    (multi_variable_declaration (variable_declaration (identifier) @name (user_type)? @type))) @definition.property)
(class_body
  (property_declaration
    (modifiers (property_modifier) @_const)
    (variable_declaration (identifier) @name)
    (#eq? @_const "const")) @definition.constant)
(enum_class_body
  (property_declaration
    (variable_declaration (identifier) @name (user_type)? @type)) @definition.property)
(class_parameter ["val" "var"] (identifier) @name (user_type)? @type) @definition.property

(type_alias type: (identifier) @name) @definition.type_parameter

((import (qualified_identifier) @import.module (identifier)? @import.alias) @import
  (#set! split ".") (#not-match? @import "[*]$"))
(import (qualified_identifier) @import.module "*" @import.name) @import
