; inherits: html

;; outline

(document (script_element (start_tag (tag_name) @name) @signature) @definition.module)
(document (style_element (start_tag (tag_name) @name) @signature) @definition.module)
(document (template_element (start_tag (tag_name) @name) @signature) @definition.module)
