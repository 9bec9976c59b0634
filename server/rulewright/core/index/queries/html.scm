;; outline

((element (start_tag (tag_name) @name) @signature) @definition.object
  (#set! once "true") (#match? @name "^(header|nav|main|aside|footer|[a-z][a-z0-9.]*-[a-z0-9.-]*)$"))
((element . (start_tag (tag_name) @_tag) @signature . [(text) (element)] @name) @definition.string
  (#set! text "inner") (#set! once "true") (#match? @_tag "^[hH][1-6]$"))
((element (start_tag
  (tag_name) @_form
  (attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @name))) @signature) @definition.object
  (#set! once "true") (#any-of? @_form "form" "fieldset" "slot") (#eq? @_name "name"))
((element (_
  (tag_name) @_control
  (attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @name))) @signature) @definition.key
  (#set! once "true") (#any-of? @_control "input" "select" "textarea" "button" "output") (#eq? @_name "name"))
((element (_
  (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name))) @signature) @definition.object
  (#set! once "true") (#eq? @_id "id"))
((element (_
  (attribute (attribute_name) @_id (attribute_value) @name)) @signature) @definition.object
  (#set! once "true") (#eq? @_id "id"))

((script_element
  (start_tag (attribute (attribute_name) @_src (quoted_attribute_value (attribute_value) @import.module)))) @import
  (#eq? @_src "src"))
((element
  (start_tag
    (tag_name) @_link
    (attribute (attribute_name) @_href (quoted_attribute_value (attribute_value) @import.module)))) @import
  (#eq? @_link "link") (#eq? @_href "href"))

;; injections

((style_element (start_tag) @_tag (raw_text) @injection.content)
  (#set! injection.language "css") (#not-match? @_tag "\\s(lang|type)="))
(style_element
  (start_tag
    (attribute
      (attribute_name) @_type
      (quoted_attribute_value (attribute_value) @injection.language)))
  (raw_text) @injection.content
  (#any-of? @_type "lang" "type"))
((script_element (start_tag) @_tag (raw_text) @injection.content)
  (#set! injection.language "javascript") (#not-match? @_tag "\\s(lang|type)="))
(script_element
  (start_tag
    (attribute
      (attribute_name) @_type
      (quoted_attribute_value (attribute_value) @injection.language)))
  (raw_text) @injection.content
  (#any-of? @_type "lang" "type"))
