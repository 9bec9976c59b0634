;; outline
; depth: 2

; What stands behind a syntax error is often inside of it.
(ERROR) @again

(class_definition
  name: (identifier) @name
  superclasses: (argument_list [(identifier) (attribute)] @base)?) @definition.class
(class_definition body: (block) @again)

(function_definition
  name: (identifier) @name) @definition.function

(type_alias_statement
  left: (type (identifier) @name)) @definition.type_parameter

(module
  (expression_statement
    (assignment
      left: (identifier) @name
      type: (_)? @type
      right: (call function: [(identifier) (attribute)] @type)?) @definition.variable))

((module
  (expression_statement
    (assignment left: (identifier) @name) @definition.variable))
  (#set! blank "true")
  (#eq? @name "_"))

; Of what holds names, members and subscripts bind none.
(module
  (expression_statement
    (assignment
      left: (_
        !attribute
        !subscript
        [
          (identifier) @name
          (_ !attribute !subscript [(identifier) @name (_ !attribute !subscript (identifier) @name)])
        ])) @definition.variable))

(module
  (expression_statement
    (assignment
      left: (identifier) @name
      (#match? @name "^[A-Z][A-Z0-9_]*$")) @definition.constant))

(class_definition
  body: (_
    (expression_statement
      (assignment
        left: (identifier) @name
        type: (_)? @type
        right: (call function: [(identifier) (attribute)] @type)?) @definition.field)))

(import_statement
  name: (dotted_name) @import.module) @import

(import_statement
  name: (aliased_import
    name: (dotted_name) @import.module
    alias: (identifier) @import.alias)) @import

(future_import_statement name: (dotted_name) @import.name (#set! module "__future__")) @import

(import_from_statement
  module_name: (_) @import.module
  name: (dotted_name) @import.name) @import

(import_from_statement
  module_name: (_) @import.module
  name: (aliased_import
    name: (dotted_name) @import.name
    alias: (identifier) @import.alias)) @import

(import_from_statement
  module_name: (_) @import.module
  (wildcard_import) @import.name) @import

;; deep
; near
; where: def[ \t]+(\w+)[ \t]*[(\[]
; where: class[ \t]+(\w+)[ \t]*[(:\[]
; where: self\.(?P<field>\w++)[ \t]*+(?::[^=\n]*+)?=(?!=)
; where: import[ \t]+\(?\s*([\w*])

(class_definition
  name: (identifier) @name
  superclasses: (argument_list [(identifier) (attribute)] @base)?) @definition.class
(class_definition body: (block) @again)
(class_definition
  body: (_
    (expression_statement
      (assignment
        left: (identifier) @name
        type: (_)? @type
        right: (call function: [(identifier) (attribute)] @type)?) @definition.field)))
(function_definition
  name: (identifier) @name) @definition.function
((assignment
  left: (_ object: (_) @_self attribute: (_) @name)
  type: (_)? @type
  right: (call function: [(identifier) (attribute)] @type)?) @definition.field
  (#eq? @_self "self"))

(import_statement
  name: (dotted_name) @import.module) @import

(import_statement
  name: (aliased_import
    name: (dotted_name) @import.module
    alias: (identifier) @import.alias)) @import

(future_import_statement name: (dotted_name) @import.name (#set! module "__future__")) @import

(import_from_statement
  module_name: (_) @import.module
  name: (dotted_name) @import.name) @import

(import_from_statement
  module_name: (_) @import.module
  name: (aliased_import
    name: (dotted_name) @import.name
    alias: (identifier) @import.alias)) @import

(import_from_statement
  module_name: (_) @import.module
  (wildcard_import) @import.name) @import

;; scopes

(function_definition name: (identifier) @local.function (#set! scope "outer")) @scope.function
(lambda) @scope.function
(class_definition name: (identifier) @local.class (#set! scope "outer")) @scope.class
[(list_comprehension) (set_comprehension) (dictionary_comprehension) (generator_expression)] @scope

(parameters (identifier) @local.parameter)
(parameters (default_parameter name: (identifier) @local.parameter))
(parameters (typed_parameter . (identifier) @local.parameter type: (type) @type))
(parameters (typed_default_parameter name: (identifier) @local.parameter type: (type) @type))
(parameters [(list_splat_pattern (identifier) @local.parameter) (dictionary_splat_pattern (identifier) @local.parameter)])
(parameters (typed_parameter [(list_splat_pattern (identifier) @local.parameter) (dictionary_splat_pattern (identifier) @local.parameter)]))
(lambda_parameters (identifier) @local.parameter)
(lambda_parameters (default_parameter name: (identifier) @local.parameter))
(lambda_parameters [(list_splat_pattern (identifier) @local.parameter) (dictionary_splat_pattern (identifier) @local.parameter)])

(assignment
  left: (identifier) @local.variable
  type: (type)? @type
  right: (call function: [(identifier) (attribute)] @type)?)
(assignment left: [(pattern_list) (tuple_pattern) (list_pattern)] @pattern.variable)
(augmented_assignment left: (identifier) @local.variable)
(named_expression name: (identifier) @local.variable (#set! scope "function"))
(for_statement left: [(identifier) (pattern_list) (tuple_pattern) (list_pattern)] @pattern.variable)
(for_in_clause left: [(identifier) (pattern_list) (tuple_pattern) (list_pattern)] @pattern.variable)
(as_pattern alias: (as_pattern_target [(identifier) (tuple) (list)] @pattern.variable))
(as_pattern (call function: [(identifier) (attribute)] @type) alias: (as_pattern_target (identifier) @local.variable))
(case_pattern (dotted_name . (identifier) @local.variable .))
(keyword_pattern (identifier) (dotted_name . (identifier) @local.variable .))
(as_pattern (case_pattern) (identifier) @local.variable)
(splat_pattern (identifier) @local.variable)

(import_statement name: (dotted_name . (identifier) @local.import))
(import_statement name: (aliased_import alias: (identifier) @local.import))
(import_from_statement name: (dotted_name (identifier) @local.import))
(import_from_statement name: (aliased_import alias: (identifier) @local.import))
(global_statement (identifier) @outer)
(nonlocal_statement (identifier) @outer)

;; calls

(call function: (identifier) @call)
(call function: (attribute attribute: (identifier) @call))
(decorator (identifier) @call)
