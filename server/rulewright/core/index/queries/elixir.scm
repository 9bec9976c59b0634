;; outline
; depth: 1

((_
  . target: (identifier) @_word
  . (_ . (alias) @name)
  (do_block) @body @again) @definition.module
  (#eq? @_word "defmodule"))

((_
  . target: (identifier) @_word
  . (_ . (alias) @name)
  (do_block) @body @again) @definition.interface
  (#eq? @_word "defprotocol"))

((_
  . target: (identifier) @_word
  . (_ . (alias) @name @base)
  (do_block) @body @again) @definition.module
  (#eq? @_word "defimpl"))

((_
  . target: (identifier) @_word
  . (_
    . (alias) @name @base
    (_ (_ key: (keyword) value: (alias) @type)))
  (do_block) @body) @definition.module
  (#set! name "{base}, for: {type}")
  (#eq? @_word "defimpl"))

; What else stands in a module may hold definitions: `if`, `for`, `describe`, `schema`.
((_
  . target: (identifier) @_word
  (do_block) @again)
  (#not-match? @_word "^(def|defp|defmacro|defmacrop|defguard|defguardp|defn|defnp|defmodule|defprotocol|defimpl|test|setup|setup_all|property)$"))

((_
  . target: (identifier) @_word
  . (_
    . [
      (_ . target: (identifier) @name . (arguments) @arity)
      (identifier) @name
      (_ left: (_ . target: (identifier) @name . (arguments) @arity) operator: "when")
      (_ left: (identifier) @name operator: "when")
    ]
    (keywords)? @body)
  (do_block)? @body) @definition.function
  (#not-eq? @name "unquote")
  (#any-of? @_word
    "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp"))

((_
  . target: (identifier) @_word
  . (_
    . (_
      left: (_)
      operator: _ @name)
    (keywords)? @body)
  (do_block)? @body) @definition.function
  (#any-of? @name
    "+" "-" "*" "/" "++" "--" "+++" "---" ".." "<>" "|>" "<<<" ">>>" "<<~" "~>>" "<~" "~>" "<~>" "<|>" "&&&" "|||" "^^^"
    "==" "!=" "=~" "===" "!==" "<" ">" "<=" ">=" "in" "&&" "||" "and" "or")
  (#any-of? @_word "def" "defp" "defmacro" "defmacrop"))

((_
  . target: (identifier) @name
  . (_)) @definition.struct
  (#any-of? @name "defstruct" "defexception"))

((_
  . target: (identifier) @_word
  . (_ [
    (list (atom) @name @definition.field)
    (list (_ (_ key: (keyword) @name) @definition.field))
    (_ (_ key: (keyword) @name) @definition.field)
  ]))
  (#set! strip ": ")
  (#any-of? @_word "defstruct" "defexception"))

((_
  . target: (identifier) @_word
  . (_ . (atom) @name . [(atom) (alias)]? @type)) @definition.field
  (#set! strip ": ")
  (#any-of? @_word
    "field" "belongs_to" "has_many" "has_one" "many_to_many" "embeds_one" "embeds_many"))

((_
  . target: (identifier) @_word
  . (_ . (string) @name)
  (do_block) @body) @definition.function @private
  (#set! name "{_word} {name}")
  (#any-of? @_word "test" "describe" "property"))

((_
  . operator: "@"
  . operand: (_
    . target: (identifier) @name
    . (_))) @definition.constant @private
  (#not-match? @name "^(doc|moduledoc|typedoc|shortdoc|spec|type|typep|opaque|callback|macrocallback|impl|behaviour|derive|compile|dialyzer|deprecated|external_resource|before_compile|after_compile|on_definition|on_load|optional_callbacks|tag|moduletag|describetag|vsn|file|nifs|fallback_to_any|after_verify|preferred_cli_env|requirements|enforce_keys)$"))

((_
  . operator: "@"
  . operand: (_
    . target: (identifier) @_word
    . (_
      (_
        left: [(identifier) @name (_ target: (identifier) @name)]
        operator: "::")))) @definition.class
  (#any-of? @_word "type" "typep" "opaque"))

((_
  . operator: "@"
  . operand: (_
    . target: (identifier) @_word
    . (_ [
      (_
        left: [(identifier) @name (_ target: (identifier) @name)]
        operator: "::")
      (_
        left: (_
          left: [(identifier) @name (_ target: (identifier) @name)]
          operator: "::")
        operator: "when")
    ]))) @definition.event
  (#any-of? @_word "callback" "macrocallback"))

((_
  . operator: "@"
  . operand: (_
    . target: (identifier) @_word
    . (_ [(string) (sigil)] @doc)))
  (#any-of? @_word "doc" "typedoc"))

((_
  . operator: "@"
  . operand: (_
    . target: (identifier) @_word
    . (_ [(string) (sigil)] @doc.inside)))
  (#eq? @_word "moduledoc"))

((_
  . target: (identifier) @_word
  . (_ . [(alias) (_ right: (alias))] @import.module .)) @import
  (#set! split ".")
  (#eq? @_word "alias"))

((_
  . target: (identifier) @_word
  . (_
    . [(alias) (_ right: (alias)) (identifier)] @import.module
    . (_ (_ value: (alias) @import.alias)))) @import
  (#set! split ".")
  (#eq? @_word "alias"))

((_
  . target: (identifier) @_word
  . (_
    (_
      left: (_) @import.prefix
      right: (tuple) @import.group)))
  (#any-of? @_word "alias" "import" "require" "use"))

((_
  . target: (identifier) @_word
  . (_ (_ right: (tuple (alias) @import.module @import))))
  (#set! split ".")
  (#eq? @_word "alias"))

((_
  . target: (identifier) @_word
  . (_ . [(alias) (_ right: (alias))] @import.module)) @import
  (#any-of? @_word "require" "use"))

((_
  . target: (identifier) @_word
  . (_ . (alias) @import.module .)) @import
  (#set! import "*")
  (#eq? @_word "import"))

((_
  . target: (identifier) @_word
  . (_
    . (alias) @import.module
    (_ (_ key: (keyword) @_only value: (list (_ (_ key: (keyword) @import.name))))))) @import
  (#set! strip ": ")
  (#match? @_only "^only")
  (#eq? @_word "import"))

((_
  . target: (identifier) @_word
  . (_
    . (alias) @import.module
    (_ (_ key: (keyword) @_except)))) @import
  (#set! import "*")
  (#not-match? @_except "^only")
  (#eq? @_word "import"))

;; deep
; near
; where: \n[ \t]+(?:alias|import|require)[ \t]+([A-Z][\w.]*\w)

((_
  . target: (identifier) @_word
  . (_ . [(alias) (_ right: (alias))] @import.module .)) @import
  (#set! split ".")
  (#eq? @_word "alias"))

((_
  . target: (identifier) @_word
  . (_
    . [(alias) (_ right: (alias))] @import.module
    . (_ (_ value: (alias) @import.alias)))) @import
  (#set! split ".")
  (#eq? @_word "alias"))

((_
  . target: (identifier) @_word
  . (_ . (alias) @import.module)) @import
  (#eq? @_word "require"))

((_
  . target: (identifier) @_word
  . (_ . (alias) @import.module .)) @import
  (#set! import "*")
  (#eq? @_word "import"))

;; scopes

((call target: (identifier) @_word) @scope.closed
  (#any-of? @_word
    "def" "defp" "defmacro" "defmacrop" "defn" "defnp" "defguard" "defguardp" "defdelegate" "defmodule" "defprotocol"
    "defimpl" "test"))
((call target: (identifier) @_word) @scope
  (#any-of? @_word "for" "with"))
[(do_block) (stab_clause)] @scope
; A node with children costs more to compile than all the rest, but for one that is known by its first child.
(_ operator: ["=" "<-"]) @late

((call
  target: (identifier) @_word
  (arguments . [
    (_ (arguments) @pattern.parameter)
    (_ left: (_ (arguments) @pattern.parameter) operator: "when")
    (_
      left: (_) @pattern.parameter
      operator: ["+" "-" "*" "/" "++" "--" "<>" "|>" "<<<" ">>>" "~>" "<~" "<~>" "<|>" "&&&" "|||" "==" "in"]
      right: (_) @pattern.parameter)
  ]))
  (#any-of? @_word
    "def" "defp" "defmacro" "defmacrop" "defn" "defnp" "defguard" "defguardp" "defdelegate"))
; `%Point{} = point` binds in a head; in a body it is a match against what is bound already.
((_
  . target: (identifier) @_word
  (_ . [
    (_ (_ (_
      left: (_ (struct [(alias) (identifier)] @type))
      operator: "="
      right: (identifier) @local.parameter)))
    (_
      left: (_ (_ (_
        left: (_ (struct [(alias) (identifier)] @type))
        operator: "="
        right: (identifier) @local.parameter)))
      operator: "when")
  ]))
  (#any-of? @_word "def" "defp" "defmacro" "defmacrop"))
(stab_clause left: (_ (_
  left: (_ (struct [(alias) (identifier)] @type))
  operator: "="
  right: (identifier) @local.variable)))
((_ . target: (identifier) @_word (_ . (string) . (_) @pattern.parameter))
  (#eq? @_word "test"))
(_ . left: (_) @pattern.variable operator: ["=" "<-"])
(_
  . left: (identifier) @local.variable
  operator: "="
  right: (map (struct [(alias) (identifier)] @type)))
(stab_clause left: (_) @pattern.variable)

(unary_operator operator: ["^" "@" "&"]) @skip
(binary_operator operator: ["when" "::" "\\\\" "in"] right: (_) @skip)
(call target: (_) @skip)
(struct) @skip
((call target: (identifier) @_word (_ (_ left: (_) @skip)))
  (#eq? @_word "cond"))

(tuple (alias) @local.import)
((call target: (identifier) @_word (_ (_ (_ value: (alias) @local.import))))
  (#any-of? @_word "alias" "require"))

(call target: (identifier) @elsewhere)
(_ "." . right: (identifier) @elsewhere)
(_ . operator: "@" operand: (identifier) @elsewhere)

;; calls

((call target: (identifier) @call)
  (#not-match? @call "^(def|defp|defmacro|defmacrop|defguard|defguardp|defdelegate|defmodule|defprotocol|defimpl|defstruct|defexception|alias|import|require|use|if|unless|case|cond|for|with|try|receive|quote|unquote|fn)$"))
(_ . target: (_ right: (identifier) @call))
(_ operator: "|>" right: (identifier) @call)
(_ . operator: "&" operand: (_ left: (identifier) @call operator: "/"))
