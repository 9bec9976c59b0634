;; outline

(block . (identifier) @name . (block_start) @body) @definition.object
(block . (identifier) . (identifier) @name . (block_start) @body) @definition.object
(block . (identifier) . (string_lit (template_literal) @name) . (block_start) @body) @definition.object
((block . (identifier) @_kind . (string_lit (template_literal) @name) . (block_start) @body) @definition.variable
  (#any-of? @_kind "variable" "output"))
((block . (identifier) @_kind . (string_lit (template_literal) @name) . (block_start) @body) @definition.module
  (#eq? @_kind "module"))
(block
  . (identifier)
  . (string_lit (template_literal) @type)
  . (string_lit (template_literal) @name)
  . (block_start) @body) @definition.class
(config_file (body (attribute . (identifier) @name) @definition.variable))
((block
  . (identifier) @_locals
  (body (attribute . (identifier) @name) @definition.constant))
  (#eq? @_locals "locals"))

((block
  . (identifier) @_module
  . (string_lit (template_literal) @import.alias)
  (body
    (attribute
      . (identifier) @_source
      (expression (literal_value (string_lit (template_literal) @import.module)))))) @import
  (#eq? @_module "module") (#eq? @_source "source"))
