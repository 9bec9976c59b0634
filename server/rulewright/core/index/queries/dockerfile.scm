;; outline

(from_instruction (image_spec) @name (#set! section "1") (#set! once "true") (#set! signature "line")) @definition.module
(from_instruction as: (image_alias) @name (#set! section "1") (#set! once "true") (#set! signature "line")) @definition.module
(arg_instruction name: (unquoted_string) @name) @definition.variable
(env_pair name: (unquoted_string) @name) @definition.variable
(label_pair key: (_) @name) @definition.key
(expose_instruction (expose_port) @name) @definition.number

(from_instruction (image_spec name: (image_name) @import.module)) @import
