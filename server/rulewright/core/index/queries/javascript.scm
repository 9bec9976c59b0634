; inherits: ecmascript

;; outline

(class_declaration
  name: (identifier) @name
  (class_heritage [(identifier) (member_expression)] @base)?
  body: (class_body) @body @members) @definition.class
(lexical_declaration (variable_declarator
  name: (identifier) @name
  value: (class (class_heritage [(identifier) (member_expression)] @base)? body: (class_body) @body @members))
  ) @definition.class
(export_statement
  value: (class
    (class_heritage [(identifier) (member_expression)] @base)?
    body: (class_body) @body @members) @definition.class
  (#set! name "default"))

; What is put on something that is there: `Stack.prototype.push = function`, `Stack.of = function`.
((expression_statement (_
  left: (_ object: (identifier) @type property: (property_identifier) @name)
  . "="
  right: (_ body: [(statement_block) (expression)] @body)
  )) @definition.method)
((expression_statement (_
  left: (_
    object: (_ object: (identifier) @type property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  . "="
  right: (_ body: [(statement_block) (expression)] @body)
  )) @definition.method
  (#eq? @_prototype "prototype"))

; CommonJS.
((expression_statement (_
  left: (_
    object: [(identifier) @_exports (_ object: (identifier) @_module property: (property_identifier) @_exports)]
    property: (property_identifier) @name)
  . "="
  right: [(object) (array) (string) (number) (call_expression) (new_expression) (template_string) (true) (false)]
  )) @definition.variable @exported
  (#eq? @_exports "exports"))
((expression_statement (_
  left: (_
    object: [(identifier) @_exports (_ object: (identifier) @_module property: (property_identifier) @_exports)]
    property: (property_identifier) @name)
  . "="
  right: (_ body: [(statement_block) (expression)] @body)
  )) @definition.function @exported
  (#eq? @_exports "exports"))
((expression_statement (_
  left: (_
    object: [(identifier) @_exports (_ object: (identifier) @_module property: (property_identifier) @_exports)]
    property: (property_identifier) @name)
  . "="
  right: (class (class_heritage [(identifier) (member_expression)] @base)? body: (class_body) @body @members)
  )) @definition.class @exported
  (#eq? @_exports "exports"))
((expression_statement (_
  left: (_ object: (identifier) @_module property: (property_identifier) @_exports)
  . "="
  right: [(object) (function_expression) (arrow_function) (call_expression) (new_expression) (class)] @definition.variable)
  ) @exported
  (#set! name "default") (#eq? @_module "module") (#eq? @_exports "exports"))
((expression_statement (_
  left: (_ object: (identifier) @_module property: (property_identifier) @_exports)
  . "="
  right: [(function_expression name: (identifier) @name body: (_) @body) @definition.function
          (class name: (identifier) @name body: (class_body) @body) @definition.class])) @exported
  (#eq? @_module "module") (#eq? @_exports "exports"))
((expression_statement (_
  left: (_ property: (property_identifier) @_exports)
  . "="
  right: [(object) @members (class body: (class_body) @members)]))
  (#eq? @_exports "exports"))
((expression_statement (_
  left: (_ property: (property_identifier) @_exports)
  . "="
  right: [(identifier) @export.name
          (object [(shorthand_property_identifier) @export.name (pair value: (identifier) @export.name)])])) @export
  (#eq? @_exports "exports"))
((expression_statement (_
  left: (_ object: [(identifier) @_exports (_ property: (property_identifier) @_exports)])
  . "="
  right: (identifier) @export.name)) @export
  (#eq? @_exports "exports"))

((_ (variable_declarator
  name: (identifier) @import.alias
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module .)))) @import
  (#eq? @_require "require"))
((_ (variable_declarator
  name: (identifier) @import.alias
  value: (member_expression
    object: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module .))
    property: (property_identifier) @import.name))) @import
  (#eq? @_require "require"))
((_ (variable_declarator
  name: (object_pattern
    [(shorthand_property_identifier_pattern) @import.name
     (pair_pattern key: (property_identifier) @import.name value: (identifier) @import.alias)])
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module .)))) @import
  (#eq? @_require "require"))
((expression_statement
  (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module .))) @import
  (#eq? @_require "require"))

;; members

(field_definition property: (_) @name value: (new_expression constructor: (_) @type)?) @definition.field
(field_definition
  property: (_) @name
  value: (_ body: [(statement_block) (expression)] @body)) @definition.method

;; deep
; where: class[ ]([\w$]+)\s*[{e]
; where: require\s*\(\s*(["'`])
; where: this\.(?P<field>#?[\w$]++)\s*+=(?![=>])

(assignment_expression
  left: (member_expression
    object: (this) property: [(property_identifier) (private_property_identifier)] @name)
  right: (new_expression constructor: (_) @type)?) @definition.field
((call_expression function: (identifier) @_require arguments: (arguments . (string) @import.module .)) @import
  (#eq? @_require "require"))
(class_declaration
  name: (identifier) @name
  (class_heritage [(identifier) (member_expression)] @base)?
  body: (class_body) @body @members) @definition.class

;; scopes

(formal_parameters [(identifier) (object_pattern) (array_pattern) (rest_pattern) (assignment_pattern)] @pattern.parameter)
(class_declaration name: (identifier) @local.class (#set! scope "outer"))

;; calls

(jsx_opening_element name: (identifier) @call)
(jsx_self_closing_element name: (identifier) @call)
