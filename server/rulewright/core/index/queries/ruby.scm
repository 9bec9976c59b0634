;; outline
; depth: 1

(module name: [(constant) @name (_ name: (constant) @name)]) @definition.module @exported

(class
  name: [(constant) @name (_ name: (constant) @name)]
  superclass: (_ (_) @base)?) @definition.class @exported

; What lies in a body is looked at by itself, so that the bodies of methods are not visited.
(module body: (body_statement) @again @access.start)
(class body: (body_statement) @again @access.start)
(singleton_class body: (body_statement) @again @access.start)
(_ block: (_ body: (_) @again @access.start))
(_ left: (_) . "=" right: (_ block: (_ body: (_) @again @access.start)))
(if [(then) (else) (elsif)] @again)
(unless [(then) (else)] @again)
(elsif [(then) (else) (elsif)] @again)
(begin) @again

((_
  . method: (identifier) @_include
  arguments: (_ [(constant) (scope_resolution)] @base.inside))
  (#any-of? @_include "include" "extend" "prepend"))

((method) @definition.method (#set! at "name"))
(program (method) @definition.function (#set! at "name"))
((singleton_method) @definition.method @exported (#set! at "name"))
((alias) @definition.method (#set! at "name"))

; A word before a definition: `private def name`, `memoize def name`.
((_
  . method: (identifier) @_word
  arguments: (_ [(method) (singleton_method)] @definition.method))
  (#set! at "name")
  (#not-match? @_word "^(private|protected|private_class_method)$"))

((_
  . method: (identifier) @_word
  arguments: (_ [(method) (singleton_method)] @definition.method @private))
  (#set! at "name")
  (#any-of? @_word "private" "protected" "private_class_method"))

((assignment) @definition.constant @exported (#set! at "left") (#set! of "constant"))
((assignment) @definition.constant @exported (#set! at "left name") (#set! of "constant"))
(_ . left: (left_assignment_list (constant) @name)) @definition.constant @exported
((operator_assignment) @definition.constant @exported (#set! at "left") (#set! of "constant"))
((assignment) @definition.variable (#set! at "left") (#set! of "global_variable"))
((assignment) @definition.field (#set! at "left") (#set! of "instance_variable class_variable"))
((operator_assignment) @definition.field (#set! at "left") (#set! of "instance_variable class_variable"))

; To name the node takes longer than all the rest.
((_
  . left: (constant) @name
  . "="
  right: (_
    receiver: (constant) @_made
    method: (identifier) @_new
    arguments: (_ . [(constant) (scope_resolution)] @base)?
    block: (_)? @body)) @definition.class @exported
  (#any-of? @_made "Class" "Module")
  (#eq? @_new "new"))

((_
  . left: (constant) @name
  . "="
  right: (_
    receiver: (constant) @_made
    method: (identifier) @_new
    block: (_)? @body)) @definition.struct @exported
  (#any-of? @_made "Struct" "Data")
  (#any-of? @_new "new" "define"))

((_
  . left: (constant) @_constant
  . "="
  right: (_
    receiver: (constant) @_made
    method: (identifier) @_new
    arguments: (_ (simple_symbol) @name @definition.property @exported)))
  (#set! strip ":")
  (#any-of? @_made "Struct" "Data")
  (#any-of? @_new "new" "define"))

((_
  . method: (identifier) @_word
  arguments: (_ [(simple_symbol) (string)] @name)) @definition.property
  (#set! strip ":\"'")
  (#any-of? @_word
    "attr_accessor" "attr_reader" "attr_writer" "attr" "class_attribute" "mattr_accessor" "mattr_reader"
    "cattr_accessor" "cattr_reader" "thread_mattr_accessor"))

((_
  . method: (identifier) @_private
  arguments: (_
    (_
      . method: (identifier) @_word
      arguments: (_ [(simple_symbol) (string)] @name)) @definition.property @private))
  (#set! strip ":\"'")
  (#any-of? @_private "private" "protected")
  (#any-of? @_word "attr_accessor" "attr_reader" "attr_writer" "attr"))

((_
  . method: (identifier) @_word
  arguments: (_ . [(simple_symbol) (string)] @name)
  block: (_)? @body) @definition.method
  (#set! strip ":\"'")
  (#any-of? @_word
    "define_method" "define_singleton_method" "alias_method" "scope" "let" "let!" "subject"))

((_
  . method: (identifier) @_word
  arguments: (_ (simple_symbol) @name)) @definition.method
  (#set! strip ":")
  (#any-of? @_word "delegate" "def_delegators" "def_delegator"))

((_
  . method: (identifier) @_word
  arguments: (_ . (simple_symbol) @name)) @definition.property
  (#set! strip ":")
  (#any-of? @_word
    "has_many" "has_one" "belongs_to" "has_and_belongs_to_many" "has_one_attached" "has_many_attached" "attribute"))

((identifier) @access
  (#any-of? @access "public" "module_function"))

((identifier) @access.hidden
  (#any-of? @access.hidden "private" "protected"))

((_
  . method: (identifier) @_word
  arguments: (_ [(simple_symbol) (string)] @hidden.name)) @hidden
  (#any-of? @_word "private" "protected" "private_constant" "private_class_method"))

((_
  . method: (identifier) @_require
  arguments: (_ . (string (string_content) @import.module) .)) @import
  (#any-of? @_require "require" "load"))

((_
  . method: (identifier) @_require
  arguments: (_ . (string (string_content) @import.module) .)) @import
  (#set! before "./")
  (#eq? @_require "require_relative"))

((_
  . method: (identifier) @_autoload
  arguments: (_
    . (simple_symbol) @import.name
    . (string (string_content) @import.module))) @import
  (#set! strip ":")
  (#eq? @_autoload "autoload"))

;; deep
; near
; where: @[^\W\d]\w*+\s*+(?:\|\||&&|[-+*/])?=(?![=~>])
; where: require(?:_relative)?[ (]+["']([^"'#\n]+)

((assignment) @definition.field (#set! at "left") (#set! of "instance_variable class_variable"))
((operator_assignment) @definition.field (#set! at "left") (#set! of "instance_variable class_variable"))
(_ . left: (left_assignment_list [(instance_variable) (class_variable)] @name)) @definition.field

((_
  . method: (identifier) @_require
  arguments: (_ . (string (string_content) @import.module) .)) @import
  (#eq? @_require "require"))

((_
  . method: (identifier) @_require
  arguments: (_ . (string (string_content) @import.module) .)) @import
  (#set! before "./")
  (#eq? @_require "require_relative"))

;; injections
; where: <<[~-]?['"]?(?:SQL|HTML|JS|JAVASCRIPT|CSS|BASH|SH)\b

((heredoc_body
  . (heredoc_content) @injection.content
  . (heredoc_end) @injection.language)
  (#any-of? @injection.language "SQL" "HTML" "JS" "JAVASCRIPT" "CSS" "BASH" "SH"))

;; scopes

[(method) (singleton_method)] @scope.closed
[(class) (module) (singleton_class)] @scope.closed
(class body: (body_statement) @scope.type)
(module body: (body_statement) @scope.type)
[(block) (do_block) (lambda)] @scope
(in_clause) @scope

(method_parameters (identifier) @local.parameter)
(block_parameters (identifier) @local.parameter)
(block_parameters locals: (identifier) @local.variable)
(lambda_parameters (identifier) @local.parameter)
(destructured_parameter (identifier) @local.parameter)
[
  (optional_parameter name: (identifier) @local.parameter)
  (keyword_parameter name: (identifier) @local.parameter)
  (splat_parameter name: (identifier) @local.parameter)
  (hash_splat_parameter name: (identifier) @local.parameter)
  (block_parameter name: (identifier) @local.parameter)
]

; A node with children costs more to compile than all the rest, but for one that is known by its first child.
(_
  . left: (identifier) @local.variable
  . "="
  right: (_ receiver: [(constant) (scope_resolution)] @type method: (identifier) @_new)
  (#eq? @_new "new"))
(_ . left: (identifier) @local.variable . "=" right: (_))
(operator_assignment left: (identifier) @local.variable)
(left_assignment_list (identifier) @local.variable)
(destructured_left_assignment (identifier) @local.variable)
(rest_assignment (identifier) @local.variable)
(for pattern: (identifier) @local.variable)
(for pattern: (left_assignment_list (identifier) @local.variable))
(exception_variable (identifier) @local.variable)
(rescue exceptions: (exceptions . (_) @type) variable: (exception_variable (identifier) @local.variable))

(in_clause pattern: (identifier) @local.variable)
(as_pattern name: (identifier) @local.variable)
(array_pattern (identifier) @local.variable)
(find_pattern (identifier) @local.variable)
(keyword_pattern value: (identifier) @local.variable)
(keyword_pattern key: (hash_key_symbol) @local.variable !value)
(alternative_pattern (identifier) @local.variable)

(_
  . left: [(instance_variable) (class_variable)] @local.field
  . "="
  right: (_ receiver: [(constant) (scope_resolution)] @type method: (identifier) @_new)
  (#set! scope "type")
  (#eq? @_new "new"))
(_ . left: [(instance_variable) (class_variable)] @local.field . "=" right: (_) (#set! scope "type"))
(operator_assignment left: [(instance_variable) (class_variable)] @local.field (#set! scope "type"))
(left_assignment_list [(instance_variable) (class_variable)] @local.field (#set! scope "type"))

(_ receiver: (_) method: (identifier) @elsewhere)
(_ . method: (identifier) @elsewhere arguments: (_))
(_ . method: (identifier) @elsewhere block: (_))
(_ . "def" name: (identifier) @elsewhere)
(pair key: (hash_key_symbol) @elsewhere value: (_))

;; calls

(_ method: (identifier) @call)
(_
  . receiver: [(constant) @call (scope_resolution name: (constant) @call)]
  method: (identifier) @_new
  (#eq? @_new "new"))
(body_statement (identifier) @call)
(_ . receiver: (identifier) @call)
