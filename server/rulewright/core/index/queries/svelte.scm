; inherits: html

;; outline

(document (script_element (start_tag (tag_name) @name) @signature) @definition.module)
(document (style_element (start_tag (tag_name) @name) @signature) @definition.module)
(snippet_statement (snippet_start (snippet_name) @name) @signature) @definition.function
