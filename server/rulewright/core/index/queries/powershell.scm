;; outline

(function_statement (function_name) @name "{" @body) @definition.function
(class_statement . (simple_name) @name "{" @body) @definition.class
(class_statement . (simple_name) @name ":" . (simple_name) @base "{" @body) @definition.class
(class_property_definition (type_literal (type_spec) @type)? (variable) @name) @definition.property
(class_method_definition (simple_name) @name "{" @body) @definition.method
(enum_statement (simple_name) @name "{" @body) @definition.enum
(enum_member (simple_name) @name) @definition.enum_member

((program
  (statement_list
    (pipeline
      (assignment_expression (left_assignment_expression) @name)) @definition.variable))
  (#set! first "true") (#match? @name "^[$]([A-Za-z]+:)?[A-Za-z_][A-Za-z0-9_]*$"))

((command command_name: (command_name) @_import command_elements: (command_elements (generic_token) @import.module)) @import
  (#match? @_import "^[Ii]mport-[Mm]odule$"))
((command
  command_name: (command_name) @_using
  command_elements: (command_elements . (_)? . (generic_token) @_kind (generic_token) @import.module)) @import
  (#eq? @_using "using") (#any-of? @_kind "module" "namespace"))
(command (command_invokation_operator) @_dot command_name: (command_name_expr (command_name) @import.module)
  (#eq? @_dot ".")) @import
