;; outline

((program (binary_operator lhs: [(identifier) (string)] @name operator: _ @_is rhs: (_)) @definition.variable)
  (#set! first "true") (#any-of? @_is "<-" "=" "<<-"))
((binary_operator
  lhs: [(identifier) (string)] @name
  operator: _ @_is
  rhs: (function_definition body: (_) @body)) @definition.function
  (#any-of? @_is "<-" "=" "<<-"))
((program
  (binary_operator
    lhs: (identifier) @name
    rhs: [(call function: (identifier) @_make) (call function: (namespace_operator rhs: (identifier) @_make))]) @definition.class)
  (#set! signature "line") (#any-of? @_make "R6Class" "setRefClass" "new_class" "ggproto"))
((argument
  name: (identifier) @_part
  value: (call
    arguments: (arguments
      (argument name: (identifier) @name value: (function_definition body: (_) @body)) @definition.method)))
  (#any-of? @_part "public" "private" "active" "methods"))
((program
  (call
    function: (identifier) @_set
    arguments: (arguments . (argument value: (string content: (_) @name)))) @definition.class)
  (#set! signature "line") (#eq? @_set "setClass"))
((program
  (call
    function: (identifier) @_set
    arguments: (arguments . (argument value: (string content: (_) @name)))) @definition.function)
  (#set! signature "line") (#any-of? @_set "setGeneric" "setMethod"))

((call
  function: (identifier) @_library
  arguments: (arguments . (argument value: [(identifier) (string)] @import.module))) @import
  (#any-of? @_library "library" "require" "source" "requireNamespace" "loadNamespace"))
