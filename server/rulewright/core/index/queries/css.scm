;; outline

(rule_set (selectors) @name (block) @body) @definition.class
((declaration (property_name) @name) @definition.property (#match? @name "^--"))
(media_statement "@media" @name (block) @body (#set! text "head")) @definition.module
(supports_statement "@supports" @name (block) @body (#set! text "head")) @definition.module
(at_rule (at_keyword) @name (block) @body (#set! text "head")) @definition.module
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @definition.function

(import_statement (string_value) @import.module) @import
(import_statement (call_expression (arguments [(string_value) (plain_value)] @import.module))) @import
