;; outline

(function_definition name: (word) @name) @definition.function

([(program (variable_assignment name: (variable_name) @name) @definition.variable)
  (program (declaration_command (variable_assignment name: (variable_name) @name)) @definition.variable)
  (program (declaration_command (variable_name) @name) @definition.variable)]
  (#set! first "true"))
([(program (declaration_command "readonly" (variable_assignment name: (variable_name) @name)) @definition.constant)
  (program (declaration_command (word) @_r (variable_assignment name: (variable_name) @name)) @definition.constant)]
  (#set! first "true") (#match? @_r "^-[a-zA-Z]*r"))

((command
  name: (command_name) @_source
  . argument: [(word) (string) (raw_string) (concatenation)] @import.module) @import
  (#any-of? @_source "source" "."))
