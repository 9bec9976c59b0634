;; outline

((rule (targets (_) @name) (recipe)? @body) @definition.function
  (#not-match? @name "^([.][A-Z]|-)"))
(variable_assignment name: (word) @name (#set! first "true")) @definition.variable
(shell_assignment name: (word) @name (#set! first "true")) @definition.variable
(define_directive name: (word) @name (#set! signature "line")) @definition.variable

(include_directive filenames: (list (_) @import.module)) @import
