;; outline

(pair key: (string . (string_content) @name .)) @definition.key
(pair key: (string (escape_sequence)) @name) @definition.key
(pair key: (string . (string_content) @name .) value: (array) @body) @definition.array
(pair key: (string . (string_content) @name .) value: (object) @body) @definition.object

((array (object) @definition.object)
  (#set! name "[]") (#set! signature "line") (#set! once "true"))
((array
  (object
    (pair
      key: (string (string_content) @_key)
      value: (string (string_content) @name))) @definition.object)
  (#set! signature "line") (#set! once "true") (#any-of? @_key "name" "id" "key" "label" "title"))
