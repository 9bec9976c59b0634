;; outline

(struct_item
  (visibility_modifier)? @exported
  name: (type_identifier) @name) @definition.struct

((struct_item
  (visibility_modifier)? @exported
  name: (type_identifier) @name
  body: (ordered_field_declaration_list)) @definition.struct
  (#set! signature "whole"))

(union_item
  (visibility_modifier)? @exported
  name: (type_identifier) @name) @definition.struct

(field_declaration
  (visibility_modifier)? @exported
  name: (field_identifier) @name
  type: (_) @type) @definition.field

((enum_item
  (visibility_modifier)? @exported
  name: (type_identifier) @name) @definition.enum
  (#set! exported "members"))

((enum_variant
  name: (identifier) @name) @definition.enum_member
  (#set! exported "members")
  (#set! signature "whole"))

((trait_item
  (visibility_modifier)? @exported
  name: (type_identifier) @name
  bounds: (trait_bounds [(type_identifier) (scoped_type_identifier) (generic_type)] @base)?) @definition.interface
  (#set! exported "members"))

; A block is named as it is written, and knows the type whose members it holds.
((impl_item
  type: [
    (type_identifier) @type
    (scoped_type_identifier name: (type_identifier) @type)
    (generic_type type: (type_identifier) @type)
    (generic_type type: (scoped_type_identifier name: (type_identifier) @type))
    (_)
  ] @name) @definition.object @exported
  (#set! name "impl {name}"))

((impl_item
  trait: (_) @base
  type: [
    (type_identifier) @type
    (scoped_type_identifier name: (type_identifier) @type)
    (generic_type type: (type_identifier) @type)
    (generic_type type: (scoped_type_identifier name: (type_identifier) @type))
    (_)
  ] @name) @definition.object @exported
  (#set! name "impl {base} for {name}")
  (#set! exported "members"))

(function_item
  (visibility_modifier)? @exported
  name: (identifier) @name
  parameters: (parameters . [(self_parameter) (parameter pattern: (self))]? @receiver)) @definition.function

(function_signature_item
  (visibility_modifier)? @exported
  name: (identifier) @name
  parameters: (parameters . [(self_parameter) (parameter pattern: (self))]? @receiver)) @definition.function

(macro_definition
  name: (identifier) @name
  . (_) @body) @definition.function @exported

(const_item
  (visibility_modifier)? @exported
  name: (identifier) @name
  type: (_) @type) @definition.constant

(static_item
  (visibility_modifier)? @exported
  name: (identifier) @name
  type: (_) @type) @definition.constant

(type_item
  (visibility_modifier)? @exported
  name: (type_identifier) @name) @definition.type_parameter

(associated_type
  name: (type_identifier) @name) @definition.type_parameter

(mod_item
  (visibility_modifier)? @exported
  name: (identifier) @name) @definition.module

(mod_item
  body: (declaration_list . [(line_comment inner: (_)) (block_comment inner: (_))]+ @doc.inside))

((mod_item
  name: (identifier) @import.name
  !body) @import
  (#set! module "self"))

(extern_crate_declaration
  name: (identifier) @import.module
  alias: (identifier)? @import.alias) @import

(scoped_use_list
  path: (_) @import.prefix
  list: (use_list) @import.group)

((use_declaration
  argument: [(identifier) (scoped_identifier)] @import.module) @import
  (#set! split "::"))

((use_list [(identifier) (scoped_identifier) (self)] @import.module @import)
  (#set! split "::")
  (#set! self "self"))

((use_as_clause
  path: (_) @import.module
  alias: (identifier) @import.alias) @import
  (#set! split "::")
  (#set! self "self"))

((use_wildcard (_)? @import.module) @import
  (#set! import "*"))

;; scopes

[(function_item) (function_signature_item)] @scope.closed
[(impl_item) (trait_item) (struct_item) (enum_item) (union_item) (type_item) (mod_item)] @scope.type
[(block) (closure_expression) (match_arm) (for_expression)] @scope
(if_expression condition: (_) @scope.first consequence: (_) @scope.last)
(while_expression condition: (_) @scope.first body: (_) @scope.last)
[(let_declaration) (let_condition)] @late

(function_item name: (identifier) @local.function (#set! scope "outer"))
(struct_item name: (type_identifier) @local.class (#set! scope "outer"))
(enum_item name: (type_identifier) @local.class (#set! scope "outer"))
(union_item name: (type_identifier) @local.class (#set! scope "outer"))
(trait_item name: (type_identifier) @local.class (#set! scope "outer"))
(type_item name: (type_identifier) @local.class (#set! scope "outer"))
(const_item name: (identifier) @local.constant)
(static_item name: (identifier) @local.constant)

(type_parameter name: (type_identifier) @local.type)
(const_parameter name: (identifier) @local.constant)
(lifetime_parameter name: (lifetime (identifier) @local.lifetime))

(parameter pattern: (identifier) @local.parameter type: (_) @type)
(closure_parameters (identifier) @local.parameter)
(for_expression pattern: (identifier) @local.variable)

(let_declaration pattern: (identifier) @local.variable)
(let_declaration pattern: (identifier) @local.variable type: (_) @type)
(let_declaration pattern: (identifier) @local.variable
  value: [
    (struct_expression name: (_) @type)
    (reference_expression value: (struct_expression name: (_) @type))
    (call_expression function: (scoped_identifier path: (_) @type))
    (try_expression (call_expression function: (scoped_identifier path: (_) @type)))
  ]
  (#match? @type "^(\\w+::)*[A-Z]"))

; An upper-case name in a pattern is a constant or a variant.
([
  (let_condition pattern: (identifier) @local.variable)
  (match_pattern . (identifier) @local.variable)
  (tuple_pattern (identifier) @local.variable)
  (tuple_struct_pattern type: (_) (identifier) @local.variable)
  (field_pattern name: (shorthand_field_identifier) @local.variable)
  (field_pattern pattern: (identifier) @local.variable)
  (slice_pattern (identifier) @local.variable)
  (ref_pattern (identifier) @local.variable)
  (mut_pattern (identifier) @local.variable)
  (reference_pattern (identifier) @local.variable)
  (captured_pattern . (identifier) @local.variable)
  (or_pattern (identifier) @local.variable)
] (#not-match? @local.variable "^[A-Z]"))

(use_declaration argument: (identifier) @local.import)
(use_declaration argument: (scoped_identifier name: (identifier) @local.import))
(use_as_clause alias: (identifier) @local.import)
(use_list (identifier) @local.import)
(use_list (scoped_identifier name: (identifier) @local.import))

(field_initializer field: (field_identifier) @elsewhere)
(field_pattern name: (field_identifier) @elsewhere)
(field_expression field: (field_identifier) @elsewhere)
(field_declaration name: (field_identifier) @elsewhere)
(scoped_identifier path: (_) name: (identifier) @elsewhere)
(scoped_type_identifier path: (_) name: (type_identifier) @elsewhere)

;; calls

(call_expression function: (identifier) @call)
(call_expression function: (scoped_identifier name: (identifier) @call))
(call_expression function: (field_expression field: (field_identifier) @call))
(call_expression function: (generic_function function: (identifier) @call))
(call_expression function: (generic_function function: (scoped_identifier name: (identifier) @call)))
(call_expression function: (generic_function function: (field_expression field: (field_identifier) @call)))
(macro_invocation macro: (identifier) @call)
(macro_invocation macro: (scoped_identifier name: (identifier) @call))
(token_tree (identifier) @call . (token_tree . "("))
