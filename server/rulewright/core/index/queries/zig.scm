;; outline

([(source_file (variable_declaration . (identifier) @name) @definition.constant)
  (source_file (variable_declaration . (identifier) @name type: [(identifier) (field_expression)] @type) @definition.constant)
  (struct_declaration (variable_declaration . (identifier) @name) @definition.constant)
  (enum_declaration (variable_declaration . (identifier) @name) @definition.constant)
  (union_declaration (variable_declaration . (identifier) @name) @definition.constant)
  (opaque_declaration (variable_declaration . (identifier) @name) @definition.constant)])
([(source_file (variable_declaration "var" . (identifier) @name) @definition.variable)
  (struct_declaration (variable_declaration "var" . (identifier) @name) @definition.variable)])
(variable_declaration . (identifier) @name (struct_declaration) @body) @definition.struct
(variable_declaration . (identifier) @name (union_declaration) @body) @definition.struct
(variable_declaration . (identifier) @name (opaque_declaration) @body) @definition.struct
(variable_declaration . (identifier) @name (enum_declaration) @body) @definition.enum
(variable_declaration . (identifier) @name (error_set_declaration) @body) @definition.enum

(container_field name: (identifier) @name type: [(identifier) (field_expression)]? @type) @definition.field @exported
(struct_declaration (container_field . type: (identifier) @name . ) @definition.field @exported)
(enum_declaration (container_field [name: (identifier) type: (identifier)] @name) @definition.enum_member @exported)
(union_declaration (container_field [name: (identifier) type: (identifier)] @name) @definition.field @exported)
(error_set_declaration (identifier) @name @definition.enum_member @exported)

(function_declaration name: (identifier) @name) @definition.function
((function_declaration name: (identifier) @name type: (builtin_type) @_type) @definition.struct
  (#eq? @_type "type"))
(function_declaration "export" name: (identifier) @name) @definition.function @exported
(test_declaration (string (string_content) @name) (block) @body) @definition.function
(test_declaration (identifier) @name (block) @body) @definition.function

((variable_declaration
  . (identifier) @import.alias
  (builtin_function (builtin_identifier) @_import (arguments . (string (string_content) @import.module)))) @import
  (#eq? @_import "@import"))
((variable_declaration
  . (identifier) @import.alias
  (field_expression
    object: (builtin_function (builtin_identifier) @_import (arguments . (string (string_content) @import.module)))
    member: (identifier) @import.name)) @import
  (#eq? @_import "@import"))
