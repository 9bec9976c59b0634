;; outline

(chunk
  (variable_declaration
    (assignment_statement (variable_list name: (identifier) @name))) @definition.variable)
(chunk (variable_declaration (variable_list name: (identifier) @name)) @definition.variable)
(chunk (assignment_statement (variable_list name: (identifier) @name)) @definition.variable)
((chunk
  (assignment_statement
    (variable_list name: (dot_index_expression table: (_) @type field: (identifier) @name))) @definition.variable)
  (#not-match? @name "^__"))

(chunk
  (variable_declaration
    (assignment_statement
      (expression_list (table_constructor (field name: (identifier) @name) @definition.property)))))
(chunk
  (assignment_statement
    (expression_list (table_constructor (field name: (identifier) @name) @definition.property))))
(chunk
  (return_statement
    (expression_list (table_constructor (field name: (identifier) @name) @definition.property))))
(chunk
  (_ (expression_list
    (table_constructor
      (field name: (identifier) @name value: (function_definition body: (_)? @body)) @definition.method))))
(chunk
  (_ (assignment_statement (expression_list
    (table_constructor
      (field name: (identifier) @name value: (function_definition body: (_)? @body)) @definition.method)))))

(function_declaration name: (identifier) @name) @definition.function
(function_declaration name: (dot_index_expression table: (_) @type field: (identifier) @name)) @definition.function
(function_declaration name: (method_index_expression table: (_) @type method: (identifier) @name)) @definition.method
(variable_declaration
  (assignment_statement
    (variable_list . name: (identifier) @name)
    (expression_list . value: (function_definition body: (_)? @body)))) @definition.function
(assignment_statement
  (variable_list . name: (dot_index_expression table: (_) @type field: (identifier) @name))
  (expression_list . value: (function_definition body: (_)? @body))) @definition.function
(chunk
  (assignment_statement
    (variable_list . name: (identifier) @name)
    (expression_list . value: (function_definition body: (_)? @body))) @definition.function)

((assignment_statement
  (variable_list . name: (identifier) @import.alias)
  (expression_list
    . value: (function_call
      name: (identifier) @_require
      arguments: (arguments . (string content: (_) @import.module))))) @import
  (#eq? @_require "require"))
((chunk
  (function_call
    name: (identifier) @_require
    arguments: (arguments . (string content: (_) @import.module))) @import)
  (#eq? @_require "require"))
