;; outline

([(minus_metadata) (plus_metadata)] @definition.module (#set! name "front matter") (#set! signature "line"))
(atx_heading (atx_h1_marker) heading_content: (_) @name (#set! text "markdown") (#set! section "1")) @definition.string @signature
(atx_heading (atx_h2_marker) heading_content: (_) @name (#set! text "markdown") (#set! section "2")) @definition.string @signature
(atx_heading (atx_h3_marker) heading_content: (_) @name (#set! text "markdown") (#set! section "3")) @definition.string @signature
(atx_heading (atx_h4_marker) heading_content: (_) @name (#set! text "markdown") (#set! section "4")) @definition.string @signature
(atx_heading (atx_h5_marker) heading_content: (_) @name (#set! text "markdown") (#set! section "5")) @definition.string @signature
(atx_heading (atx_h6_marker) heading_content: (_) @name (#set! text "markdown") (#set! section "6")) @definition.string @signature
(setext_heading
  heading_content: (_) @name
  (setext_h1_underline)
  (#set! text "markdown") (#set! section "1")) @definition.string
(setext_heading
  heading_content: (_) @name
  (setext_h2_underline)
  (#set! text "markdown") (#set! section "2")) @definition.string

;; injections

(fenced_code_block
  (info_string (language) @injection.language)
  (code_fence_content) @injection.content)
((minus_metadata) @injection.content (#set! injection.language "yaml") (#set! injection.inner "lines"))
((plus_metadata) @injection.content (#set! injection.language "toml") (#set! injection.inner "lines"))
