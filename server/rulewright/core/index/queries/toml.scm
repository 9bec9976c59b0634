;; outline

(pair . [(bare_key) (quoted_key) (dotted_key)] @name) @definition.key
(pair . [(bare_key) (quoted_key) (dotted_key)] @name (array)) @definition.array
(pair . [(bare_key) (quoted_key) (dotted_key)] @name (inline_table)) @definition.object
(table . "[" . [(bare_key) (quoted_key) (dotted_key)] @name (#set! signature "line")) @definition.object
(table_array_element
  . "[[" . [(bare_key) (quoted_key) (dotted_key)] @name
  (#set! signature "line") (#set! once "true")) @definition.object
((table_array_element (pair . (bare_key) @_key . (string) @name)) @definition.object
  (#set! signature "line") (#set! once "true") (#any-of? @_key "name" "id"))
