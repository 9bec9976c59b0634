;; outline

(function_def (function_command (argument_list . (argument) @name)) @signature) @definition.function
(macro_def (macro_command (argument_list . (argument) @name)) @signature) @definition.function
((normal_command (identifier) @_command (argument_list . (argument) @name)) @definition.variable
  (#set! first "true") (#match? @_command "(?i)^(set|option|cmake_dependent_option)$") (#match? @name "^[A-Za-z_]\\w*$"))
((normal_command (identifier) @_command (argument_list . (argument) @name)) @definition.module
  (#match? @_command "(?i)^add_(library|executable|custom_target)$"))
((normal_command (identifier) @_command (argument_list . (argument) @name)) @definition.package
  (#match? @_command "(?i)^project$"))

((normal_command (identifier) @_command (argument_list . (argument) @import.module)) @import
  (#match? @_command "(?i)^(include|find_package|add_subdirectory)$"))
