;; outline

(trait_definition name: (identifier) @name) @definition.interface
(trait_definition
  name: (identifier) @name
  extend: (_ [(type_identifier) (generic_type) (stable_type_identifier)] @base)) @definition.interface
(class_definition name: (identifier) @name) @definition.class
(class_definition
  name: (identifier) @name
  extend: (_ [(type_identifier) (generic_type) (stable_type_identifier)] @base)) @definition.class
(object_definition name: (identifier) @name) @definition.module
(object_definition
  name: (identifier) @name
  extend: (_ [(type_identifier) (generic_type) (stable_type_identifier)] @base)) @definition.module
(package_object name: (_) @name) @definition.module
(enum_definition name: (identifier) @name) @definition.enum
(simple_enum_case name: (identifier) @name) @definition.enum_member
(full_enum_case name: (identifier) @name) @definition.enum_member

(function_definition name: (_) @name) @definition.function
; A query with many kinds of nodes in bodies compiles slowly: the keyword says as much.
(template_body (_ "def" name: (_) @name) @definition.method)
(with_template_body (_ "def" name: (_) @name) @definition.method)
(enum_body (_ "def" name: (_) @name) @definition.method)

(template_body (_ "val" pattern: (identifier) @name type: (_)? @type) @definition.property)
(template_body (_ "var" pattern: (identifier) @name type: (_)? @type) @definition.property)
(template_body (_ "val" pattern: (identifier) @name value: (instance_expression . (type_identifier) @type)) @definition.property)
(template_body (_ "val" pattern: (tuple_pattern (identifier) @name)) @definition.property)
(template_body (_ "val" name: (identifier) @name type: (_) @type) @definition.property)
(template_body (_ "var" name: (identifier) @name type: (_) @type) @definition.property)
(compilation_unit (_ "val" pattern: (identifier) @name type: (_)? @type) @definition.variable)
(compilation_unit (_ "var" pattern: (identifier) @name type: (_)? @type) @definition.variable)
(class_parameter ["val" "var"] name: (identifier) @name type: (_)? @type) @definition.property
(class_definition
  "case"
  class_parameters: (_
    (_ name: (identifier) @name type: (_)? @type) @definition.property))
(given_definition name: (identifier) @name return_type: (_)? @type) @definition.variable
(type_definition name: (type_identifier) @name) @definition.type_parameter

((import_declaration path: _+ @import.module) @import
  (#set! split ".") (#not-match? @import "[{*_]|=>"))
(import_declaration path: _+ @import.module
  (namespace_selectors (identifier) @import.name)) @import
(import_declaration path: _+ @import.module
  (namespace_selectors (arrow_renamed_identifier name: (_) @import.name alias: (_) @import.alias))) @import
(import_declaration path: _+ @import.module (namespace_wildcard) (#set! import "*")) @import
