;; outline
; depth: 2

(package_declaration [(identifier) (scoped_identifier)] @name) @definition.package

(module_declaration name: (_) @name) @definition.module

(class_declaration
  (modifiers "private" @private)?
  name: (identifier) @name
  superclass: (superclass (_) @base)?
  interfaces: (super_interfaces (type_list (_) @base))?) @definition.class

(record_declaration
  (modifiers "private" @private)?
  name: (identifier) @name
  interfaces: (super_interfaces (type_list (_) @base))?) @definition.class

(enum_declaration
  (modifiers "private" @private)?
  name: (identifier) @name
  interfaces: (super_interfaces (type_list (_) @base))?) @definition.enum

(interface_declaration
  (modifiers "private" @private)?
  name: (identifier) @name
  (extends_interfaces (type_list (_) @base))?) @definition.interface

(annotation_type_declaration
  (modifiers "private" @private)?
  name: (identifier) @name) @definition.interface

(_ name: (_) body: [(class_body) (enum_body) (interface_body) (annotation_type_body)] @again)

((enum_constant
  name: (identifier) @name) @definition.enum_member
  (#set! signature "whole"))

(record_declaration
  parameters: (formal_parameters
    (formal_parameter
      type: (_) @type
      name: (identifier) @name) @definition.field))

(record_declaration
  parameters: (formal_parameters
    (spread_parameter
      (variable_declarator
        name: (identifier) @name)) @definition.field))

(field_declaration
  (modifiers "private" @private)?
  type: (_) @type
  declarator: (variable_declarator
    name: (identifier) @name)) @definition.field

(field_declaration
  (modifiers "private"? @private ["static" "final"] ["static" "final"])
  type: (_) @type
  declarator: (variable_declarator
    name: (identifier) @name)) @definition.constant

(constant_declaration
  type: (_) @type
  declarator: (variable_declarator
    name: (identifier) @name)) @definition.constant

(method_declaration
  (modifiers "private" @private)?
  name: (identifier) @name) @definition.method

(annotation_type_element_declaration
  name: (identifier) @name) @definition.method

(constructor_declaration
  (modifiers "private" @private)?
  name: (identifier) @name) @definition.constructor

(compact_constructor_declaration
  (modifiers "private" @private)?
  name: (identifier) @name) @definition.constructor

((import_declaration
  [(identifier) (scoped_identifier)] @import.module .) @import
  (#set! split "."))

(import_declaration
  [(identifier) (scoped_identifier)] @import.module
  (asterisk) @import.name) @import

;; deep
; where: ^[ \t]+(?:(?:final|abstract|static|sealed)[ \t]+)*(?:class|interface|enum|record)[ \t]+(\w+)

(block
  (class_declaration
    name: (identifier) @name
    superclass: (superclass (_) @base)?
    interfaces: (super_interfaces (type_list (_) @base))?) @definition.class)

(block
  (record_declaration
    name: (identifier) @name
    interfaces: (super_interfaces (type_list (_) @base))?) @definition.class)

(block
  (enum_declaration
    name: (identifier) @name
    interfaces: (super_interfaces (type_list (_) @base))?) @definition.enum)

(block
  (interface_declaration
    name: (identifier) @name
    (extends_interfaces (type_list (_) @base))?) @definition.interface)

(block
  (_
    body: (_
      [
        (method_declaration name: (identifier) @name)
        (constructor_declaration name: (identifier) @name)
      ] @definition.method)))

(block
  (_
    body: (_
      (field_declaration
        type: (_) @type
        declarator: (variable_declarator
          name: (identifier) @name)) @definition.field)))

;; scopes

[(class_declaration) (record_declaration) (enum_declaration) (interface_declaration)] @scope.type
[(class_body) (enum_body) (interface_body)] @scope.type
[(method_declaration) (constructor_declaration) (compact_constructor_declaration)] @scope.function
[
  (block) (constructor_body) (lambda_expression) (for_statement) (enhanced_for_statement) (catch_clause)
  (try_with_resources_statement) (switch_rule) (switch_block_statement_group)
] @scope
(local_variable_declaration declarator: (variable_declarator) @late)
[(instanceof_expression) (resource)] @late

(class_declaration name: (identifier) @local.class (#set! scope "outer"))
(record_declaration name: (identifier) @local.class (#set! scope "outer"))
(enum_declaration name: (identifier) @local.class (#set! scope "outer"))
(interface_declaration name: (identifier) @local.class (#set! scope "outer"))
(type_parameter (type_identifier) @local.type)

(field_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @local.field))
(constant_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @local.field))
(enum_constant name: (identifier) @local.field)
(record_declaration parameters: (formal_parameters (formal_parameter type: (_) @type name: (identifier) @local.field)))
(record_declaration parameters: (formal_parameters (spread_parameter (variable_declarator name: (identifier) @local.field))))

(formal_parameter type: (_) @type name: (identifier) @local.parameter)
(spread_parameter (variable_declarator name: (identifier) @local.parameter))
(lambda_expression parameters: (identifier) @local.parameter)
(inferred_parameters (identifier) @local.parameter)
(catch_formal_parameter (catch_type . (_) @type) name: (identifier) @local.parameter)

(local_variable_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @local.variable)
  (#not-eq? @type "var"))
(local_variable_declaration declarator: (variable_declarator
  name: (identifier) @local.variable
  value: (object_creation_expression type: (_) @type)))
(local_variable_declaration declarator: (variable_declarator name: (identifier) @local.variable))
(enhanced_for_statement type: (_) @type name: (identifier) @local.variable (#not-eq? @type "var"))
(enhanced_for_statement name: (identifier) @local.variable)
(resource type: (_) @type name: (identifier) @local.variable (#not-eq? @type "var"))
(resource name: (identifier) @local.variable)
(instanceof_expression right: (_) @type name: (identifier) @local.variable)
(type_pattern (_) @type (identifier) @local.variable)
(record_pattern_component (_) @type (identifier) @local.variable)

(import_declaration (identifier) @local.import)
(import_declaration (scoped_identifier name: (identifier) @local.import) .)

(method_declaration name: (identifier) @elsewhere)
(constructor_declaration name: (identifier) @elsewhere)
(method_invocation name: (identifier) @elsewhere)
(field_access field: (identifier) @elsewhere)
(method_reference (_) (identifier) @elsewhere)
(element_value_pair key: (identifier) @elsewhere)
(labeled_statement . (identifier) @elsewhere)
(break_statement (identifier) @elsewhere)
(continue_statement (identifier) @elsewhere)

;; calls

(method_invocation name: (identifier) @call)
(object_creation_expression type: (type_identifier) @call)
(object_creation_expression type: (generic_type (type_identifier) @call))
(object_creation_expression type: (scoped_type_identifier (type_identifier) @call .))
(object_creation_expression type: (generic_type (scoped_type_identifier (type_identifier) @call .)))
(method_reference (_) (identifier) @call)
