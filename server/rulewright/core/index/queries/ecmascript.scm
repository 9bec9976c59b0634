; What JavaScript, TypeScript and TSX share.

;; outline
; depth: 2

; A query is compiled for each process, and a node that has children in a pattern costs most: so what only one kind of node
; can be, such as a value with a body, is written as `_`.

; What stands behind a syntax error is often inside of it.
(ERROR) @again

; Only the uppermost declarations are so near to the top; one in the head of a loop is left out.
((lexical_declaration (variable_declarator
  name: (identifier) @name
  value: (_ constructor: (_) @type)?)) @definition.variable
  (#set! constant "const"))
((variable_declaration (variable_declarator
  name: (identifier) @name
  value: (_ constructor: (_) @type)?)) @definition.variable
  (#set! constant "const"))
((lexical_declaration (variable_declarator
  name: (_
    [(shorthand_property_identifier_pattern) @name
     (pair_pattern value: [(identifier) @name (assignment_pattern left: (identifier) @name)])
     (object_assignment_pattern left: (_) @name)
     (rest_pattern (identifier) @name)
     (identifier) @name]))) @definition.variable
  (#set! constant "const"))

((function_declaration) @definition.function (#set! at "name"))
((generator_function_declaration) @definition.function (#set! at "name"))

(lexical_declaration (variable_declarator
  name: (identifier) @name
  value: (_ body: [(statement_block) (expression)] @body))
  ) @definition.function
(variable_declaration (variable_declarator
  name: (identifier) @name
  value: (_ body: [(statement_block) (expression)] @body))
  ) @definition.function

(export_statement
  value: [
    (_ body: [(statement_block) (expression)] @body) @definition.function
    [(call_expression) (new_expression) (object) (array) (string) (template_string) (number)
     (ternary_expression)] @definition.variable]
  (#set! name "default"))

(lexical_declaration (variable_declarator value: (object) @members))
(variable_declaration (variable_declarator value: (object) @members))
(export_statement value: [(object) @members (_ function: (_) arguments: (_ (object) @members))])

(export_statement
  !source
  [(export_clause (export_specifier name: (identifier) @export.name)) value: (identifier) @export.name]) @export

(import_statement . (string) @import.module) @import
(import_statement
  (import_clause (identifier) @import.alias)
  source: (string) @import.module
  (#set! import "default")) @import
(import_statement
  (import_clause (namespace_import (identifier) @import.alias))
  source: (string) @import.module) @import
(import_statement
  (import_clause (named_imports (import_specifier name: _ @import.name alias: (_)? @import.alias)))
  source: (string) @import.module) @import
(export_statement
  ["*" @import.name
   (namespace_export (identifier) @import.alias)
   (export_clause (export_specifier name: _ @import.name alias: (_)? @import.alias))]
  source: (string) @import.module) @import

;; members
; depth: 3

(object (_ key: (property_identifier) @name) @definition.property)
(object (_
  key: (_) @name
  value: (_ body: [(statement_block) (expression)] @body)) @definition.method)
((method_definition) @definition.method (#set! at "name") (#set! accessor "property"))

;; deep
; near
; where: function[\s*]++([\w$]++)\s*+[(<]
; where: const[ ]([\w$]++)\s*+(?::[^\n]*?)?=\s*+(?:async\b|function\b|[(<]|[\w$]++\s*+=>)
; where: let[ ]([\w$]++)\s*+(?::[^\n]*?)?=\s*+(?:async\b|function\b|[(<]|[\w$]++\s*+=>)
; where: var[ ]([\w$]++)\s*+(?::[^\n]*?)?=\s*+(?:async\b|function\b|[(<]|[\w$]++\s*+=>)
; where: import\s*\(\s*(["'`])

((function_declaration) @definition.function (#set! at "name"))
((generator_function_declaration) @definition.function (#set! at "name"))
(lexical_declaration (variable_declarator
  name: (identifier) @name
  value: (_ body: [(statement_block) (expression)] @body))
  ) @definition.function
(variable_declaration (variable_declarator
  name: (identifier) @name
  value: (_ body: [(statement_block) (expression)] @body))
  ) @definition.function
((_ function: (_) @_import arguments: (_ . (string) @import.module)) @import
  (#eq? @_import "import"))

;; scopes

[(function_declaration) (generator_function_declaration) (function_expression) (generator_function)
 (arrow_function) (method_definition)] @scope.function
[(statement_block) (for_statement) (for_in_statement) (catch_clause) (switch_body) (class_body)] @scope
(function_declaration name: (identifier) @local.function (#set! scope "outer"))
(generator_function_declaration name: (identifier) @local.function (#set! scope "outer"))
(function_expression name: (identifier) @local.function)
(generator_function name: (identifier) @local.function)

(lexical_declaration (variable_declarator
  name: (identifier) @local.variable
  value: (_ constructor: (_) @type)?))
(lexical_declaration (variable_declarator name: [(object_pattern) (array_pattern)] @pattern.variable))
(variable_declaration (variable_declarator
  name: (identifier) @local.variable
  value: (_ constructor: (_) @type)?) (#set! scope "function"))
(variable_declaration (variable_declarator
  name: [(object_pattern) (array_pattern)] @pattern.variable) (#set! scope "function"))
(for_in_statement kind: ["let" "const"] left: [(identifier) (object_pattern) (array_pattern)] @pattern.variable)
(for_in_statement kind: "var"
  left: [(identifier) (object_pattern) (array_pattern)] @pattern.variable (#set! scope "function"))
(catch_clause parameter: (_) @pattern.parameter)
(arrow_function parameter: (identifier) @local.parameter)

; What a pattern mentions besides the names that it binds.
(object_assignment_pattern right: (_) @skip)
(assignment_pattern right: (_) @skip)
(pair_pattern key: (_) @skip)

; What CommonJS takes from elsewhere; the path is there so that this counts, not the variable.
(lexical_declaration (variable_declarator
  name: (identifier) @local.import
  value: (_ function: (identifier) @_require arguments: (_ . (string) @type .)))
  (#eq? @_require "require"))
(lexical_declaration (variable_declarator
  name: (_ [
    (shorthand_property_identifier_pattern) @local.import
    (pair_pattern value: (identifier) @local.import)])
  value: (_ function: (identifier) @_require arguments: (_ . (string) @type .)))
  (#eq? @_require "require"))
(lexical_declaration (variable_declarator
  name: (identifier) @local.import
  value: (_ object: (_ function: (identifier) @_require arguments: (_ . (string) @type .))))
  (#eq? @_require "require"))
(variable_declaration (variable_declarator
  name: (identifier) @local.import
  value: (_ function: (identifier) @_require arguments: (_ . (string) @type .)))
  (#set! scope "function") (#eq? @_require "require"))
(variable_declaration (variable_declarator
  name: (_ [
    (shorthand_property_identifier_pattern) @local.import
    (pair_pattern value: (identifier) @local.import)])
  value: (_ function: (identifier) @_require arguments: (_ . (string) @type .)))
  (#set! scope "function") (#eq? @_require "require"))
(variable_declaration (variable_declarator
  name: (identifier) @local.import
  value: (_ object: (_ function: (identifier) @_require arguments: (_ . (string) @type .))))
  (#set! scope "function") (#eq? @_require "require"))

(import_clause (identifier) @local.import)
(namespace_import (identifier) @local.import)
(import_specifier !alias name: (identifier) @local.import)
(import_specifier alias: (identifier) @local.import)

(pair key: (property_identifier) @elsewhere)
(property_identifier) @elsewhere
(statement_identifier) @elsewhere

;; calls

(call_expression function: (identifier) @call)
(call_expression function: (_ property: [(property_identifier) (private_property_identifier)] @call))
(new_expression constructor: (identifier) @call)
(new_expression constructor: (_ property: (property_identifier) @call))
(decorator (identifier) @call)
(decorator (_ property: (property_identifier) @call))
