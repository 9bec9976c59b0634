;; outline
; depth: 1

; What stands behind a syntax error is often inside of it.
(ERROR) @again

(function_declaration name: (identifier) @name) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type:
    [(type_identifier) @type
     (pointer_type (type_identifier) @type)
     (generic_type type: (type_identifier) @type)
     (pointer_type (generic_type type: (type_identifier) @type))
     (parenthesized_type (_) @type)]))
  name: (field_identifier) @name) @definition.method

(type_declaration (type_spec name: (type_identifier) @name) @definition.class (#set! head "type "))
(type_declaration (type_alias name: (type_identifier) @name) @definition.class (#set! head "type "))
(type_declaration
  (type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body @members)) @definition.struct
  (#set! head "type "))
(type_declaration
  (type_alias name: (type_identifier) @name type: (struct_type (field_declaration_list) @body @members)) @definition.struct
  (#set! head "type "))
(type_declaration
  (type_spec name: (type_identifier) @name type: (interface_type) @members) @definition.interface
  (#set! head "type "))
(type_declaration (type_spec
  name: (type_identifier) @name
  type: (struct_type (field_declaration_list (field_declaration !name
    type: [(type_identifier) @base (qualified_type) @base (generic_type type: (_) @base)])))))
(type_declaration (type_spec
  name: (type_identifier) @name
  type: (interface_type (type_elem . [(type_identifier) @base (qualified_type) @base (generic_type type: (_) @base)] .))))

(const_declaration (const_spec (identifier) @name) @definition.constant (#set! head "const "))
(const_declaration (const_spec (identifier) @name type: (_) @type))
(var_declaration
  [(var_spec name: (identifier) @name) @definition.variable
   (var_spec_list (var_spec name: (identifier) @name) @definition.variable)]
  (#set! head "var "))
(var_declaration
  [(var_spec name: (identifier) @name type: (_) @type)
   (var_spec_list (var_spec name: (identifier) @name type: (_) @type))])
(var_declaration
  [(var_spec name: (identifier) @name !type value: (expression_list
     . [(composite_literal type: (_) @type) (unary_expression operand: (composite_literal type: (_) @type))] .))
   (var_spec_list (var_spec name: (identifier) @name !type value: (expression_list
     . [(composite_literal type: (_) @type) (unary_expression operand: (composite_literal type: (_) @type))] .)))])

(import_declaration
  [(import_spec !name path: (_) @import.module) @import
   (import_spec_list (import_spec !name path: (_) @import.module) @import)])
(import_declaration
  [(import_spec name: [(package_identifier) (blank_identifier)] @import.alias path: (_) @import.module) @import
   (import_spec_list (import_spec
     name: [(package_identifier) (blank_identifier)] @import.alias path: (_) @import.module) @import)])
(import_declaration
  [(import_spec name: (dot) path: (_) @import.module) @import
   (import_spec_list (import_spec name: (dot) path: (_) @import.module) @import)]
  (#set! import "*"))

;; members
; depth: 0

(field_declaration_list (field_declaration name: (field_identifier) @name type: (_) @type) @definition.field)
(field_declaration_list (field_declaration !name
  type: [(type_identifier) @name @type
         (qualified_type name: (type_identifier) @name) @type
         (generic_type type: (type_identifier) @name) @type
         (generic_type type: (qualified_type name: (type_identifier) @name)) @type]) @definition.field)
(interface_type (method_elem name: (field_identifier) @name) @definition.method)

;; scopes

[(function_declaration) (method_declaration) (func_literal) (function_type)] @scope.function
[(block) (if_statement) (for_statement) (expression_switch_statement) (type_switch_statement) (select_statement)
 (expression_case) (default_case) (type_case) (communication_case) (type_declaration)] @scope
(function_declaration name: (identifier) @local.function (#set! scope "outer"))

(parameter_declaration name: (identifier) @local.parameter type: (_) @type)
(variadic_parameter_declaration name: (identifier) @local.parameter type: (_) @type)
(type_parameter_declaration name: (identifier) @local.type)
(block (statement_list (type_declaration [(type_spec name: (_) @local.type) (type_alias name: (_) @local.type)]) (#set! scope "outer")))

(short_var_declaration left: (expression_list (identifier) @local.variable)) @late
(short_var_declaration
  left: (expression_list . (identifier) @local.variable .)
  right: (expression_list . [
    (composite_literal type: (_) @type)
    (unary_expression operand: (composite_literal type: (_) @type))
    (type_conversion_expression type: (_) @type)
    (type_assertion_expression type: (_) @type)
    (call_expression function: (identifier) @_new arguments: (argument_list . (type_identifier) @type))] .))
(var_declaration [(var_spec name: (identifier) @local.variable type: (_)? @type)
                  (var_spec_list (var_spec name: (identifier) @local.variable type: (_)? @type))]) @late
(const_declaration (const_spec (identifier) @local.variable type: (_)? @type)) @late
(range_clause left: (expression_list (identifier) @local.variable)) @late
(receive_statement left: (expression_list (identifier) @local.variable)) @late
(type_switch_statement alias: (expression_list (identifier) @local.variable))

(keyed_element key: (literal_element (identifier) @elsewhere))
(field_identifier) @elsewhere
(label_name) @elsewhere
(package_identifier) @elsewhere

;; calls

(call_expression function: (identifier) @call)
(call_expression function: (selector_expression field: (field_identifier) @call))
(call_expression function: (parenthesized_expression [(identifier) @call (selector_expression field: (field_identifier) @call)]))
(call_expression function: (index_expression operand: [(identifier) @call (selector_expression field: (field_identifier) @call)]))
(type_conversion_expression type: (generic_type type: (type_identifier) @call))
