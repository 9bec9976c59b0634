;; outline
; where: (?is:\bcreate\b.{0,200}?\b(?:table|view|index|function|trigger|type|sequence|schema|role)\b)

(create_table (object_reference name: (identifier) @name) (column_definitions)? @body (#set! once "true")) @definition.class
(create_table (column_definitions (column_definition name: (identifier) @name type: (_) @type) @definition.field))
(create_view (object_reference name: (identifier) @name) (create_query)? @body (#set! once "true")) @definition.class
(create_materialized_view (object_reference name: (identifier) @name) (create_query)? @body (#set! once "true")) @definition.class
(create_index column: (identifier) @name) @definition.key
(create_function (object_reference name: (identifier) @name) (function_body)? @body (#set! once "true")) @definition.function
(create_trigger . (keyword_create) (object_reference name: (identifier) @name)  (#set! once "true")) @definition.event
(create_type (object_reference name: (identifier) @name) (#set! once "true")) @definition.struct
(create_type (object_reference name: (identifier) @name) (keyword_enum) (#set! once "true")) @definition.enum
(create_type (enum_elements enum_element: (literal) @name @definition.enum_member))
(create_sequence (object_reference name: (identifier) @name) (#set! once "true")) @definition.variable
(create_schema (identifier) @name) @definition.namespace
(create_role (identifier) @name) @definition.object
