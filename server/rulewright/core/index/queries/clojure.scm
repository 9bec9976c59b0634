;; outline

((source
  (list_lit
    . (sym_lit name: (sym_name) @_def) @signature
    . (sym_lit name: (sym_name) @name) @signature
    . (str_lit)? @doc) @definition.variable)
  (#set! signature "parts") (#match? @_def "^def(?!(ault|inline)$)"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_def) @signature
    . (sym_lit meta: (meta_lit value: (kwd_lit name: (kwd_name) @_private)) @private name: (sym_name) @name) @signature
    . (str_lit)? @doc) @definition.variable)
  (#set! signature "parts") (#match? @_def "^def") (#eq? @_private "private"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_def) @signature
    . (sym_lit name: (sym_name) @name) @signature
    . (str_lit)? @doc
    . (map_lit)?
    . [(vec_lit) (list_lit . (vec_lit))]? @signature) @definition.function)
  (#set! signature "parts") (#any-of? @_def "defn" "defmacro" "defmulti" "deftest"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_def) @signature
    . (sym_lit name: (sym_name) @name) @signature
    . (_) @signature
    . (vec_lit)? @signature) @definition.function)
  (#set! signature "parts") (#eq? @_def "defmethod"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_def) @signature
    . (sym_lit name: (sym_name) @name) @signature
    . (str_lit)? @doc
    . (vec_lit)? @signature) @definition.function)
  (#set! signature "parts") (#set! exported "false") (#eq? @_def "defn-"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_def) @signature
    . (sym_lit name: (sym_name) @name) @signature
    . (str_lit)? @doc) @definition.interface)
  (#set! signature "parts") (#any-of? @_def "defprotocol" "definterface"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_def)
    . (sym_lit)
    (list_lit . (sym_lit name: (sym_name) @name) . (vec_lit) (str_lit)? @doc) @definition.method))
  (#any-of? @_def "defprotocol" "definterface"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_def) @signature
    . (sym_lit name: (sym_name) @name) @signature
    . (vec_lit) @signature) @definition.struct)
  (#set! signature "parts") (#any-of? @_def "defrecord" "deftype"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_def)
    . (sym_lit)
    . (vec_lit (sym_lit name: (sym_name) @name @definition.field))))
  (#any-of? @_def "defrecord" "deftype"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_def)
    . (sym_lit)
    . (vec_lit)
    (list_lit . (sym_lit name: (sym_name) @name) . (vec_lit)) @definition.method))
  (#any-of? @_def "defrecord" "deftype"))
((source
  (list_lit
    . (sym_lit name: (sym_name) @_ns) @signature
    . (sym_lit) @name @signature
    . (str_lit)? @doc) @definition.namespace)
  (#set! signature "parts") (#eq? @_ns "ns"))

((list_lit
  . (kwd_lit name: (kwd_name) @_require)
  (sym_lit) @import.module @import)
  (#any-of? @_require "require" "use"))
((list_lit
  . (kwd_lit name: (kwd_name) @_require)
  (vec_lit . (sym_lit) @import.module .) @import)
  (#any-of? @_require "require" "use"))
((list_lit
  . (kwd_lit name: (kwd_name) @_require)
  (vec_lit . (sym_lit) @import.module (kwd_lit name: (kwd_name) @_as) . (sym_lit) @import.alias) @import)
  (#any-of? @_require "require" "use") (#any-of? @_as "as" "as-alias"))
((list_lit
  . (kwd_lit name: (kwd_name) @_require)
  (vec_lit
    . (sym_lit) @import.module
    (kwd_lit name: (kwd_name) @_refer)
    . (vec_lit (sym_lit) @import.name)) @import)
  (#any-of? @_require "require" "use") (#any-of? @_refer "refer" "only"))
((list_lit
  . (kwd_lit name: (kwd_name) @_import)
  (_ . (sym_lit) @import.module (sym_lit) @import.name) @import)
  (#eq? @_import "import"))
