;; outline

(module_definition name: (identifier) @name (#set! signature "line")) @definition.module

(struct_definition (type_head (identifier) @name) (#set! signature "line")) @definition.struct
(struct_definition (type_head (parametrized_type_expression . (identifier) @name)) (#set! signature "line")) @definition.struct
(struct_definition
  (type_head (binary_expression . [(identifier) @name (parametrized_type_expression . (identifier) @name)] (operator) . (_) @base)) (#set! signature "line")) @definition.struct
(abstract_definition (type_head [(identifier) @name (parametrized_type_expression . (identifier) @name)])) @definition.interface
(abstract_definition
  (type_head (binary_expression . [(identifier) @name (parametrized_type_expression . (identifier) @name)] (operator) . (_) @base))) @definition.interface
(primitive_definition (type_head [(identifier) @name (binary_expression . (identifier) @name)])) @definition.struct
(struct_definition (identifier) @name @definition.field)
(struct_definition (typed_expression . (identifier) @name . (_) @type) @definition.field)


(function_definition
  (signature
    [(call_expression . (identifier) @name)
     (call_expression . (operator) @name)
     (typed_expression . (call_expression . (identifier) @name))
     (where_expression . (call_expression . (identifier) @name))
     (where_expression . (typed_expression . (call_expression . (identifier) @name)))
     (identifier) @name]) @signature) @definition.function
(function_definition
  (signature
    [(call_expression . (field_expression value: (_) @type (identifier) @name))
     (typed_expression . (call_expression . (field_expression value: (_) @type (identifier) @name)))
     (where_expression . (call_expression . (field_expression value: (_) @type (identifier) @name)))]) @signature) @definition.function
(macro_definition (signature (call_expression . (identifier) @name)) @signature) @definition.function
(assignment
  . [(call_expression . (identifier) @name)
     (typed_expression . (call_expression . (identifier) @name))
     (where_expression . (call_expression . (identifier) @name))
     (where_expression . (typed_expression . (call_expression . (identifier) @name)))] @signature) @definition.function
(assignment
  . [(call_expression . (field_expression value: (_) @type (identifier) @name))
     (where_expression . (call_expression . (field_expression value: (_) @type (identifier) @name)))] @signature) @definition.function

([(source_file (assignment . (identifier) @name) @definition.variable)
  (module_definition (assignment . (identifier) @name) @definition.variable)
  (source_file (global_statement (assignment . (identifier) @name)) @definition.variable)
  (module_definition (global_statement (assignment . (identifier) @name)) @definition.variable)])
([(source_file (const_statement (assignment . (identifier) @name)) @definition.constant)
  (module_definition (const_statement (assignment . (identifier) @name)) @definition.constant)])

((macrocall_expression
  (macro_identifier) @_enum
  (macro_argument_list . [(identifier) @name (typed_expression . (identifier) @name)])) @definition.enum
  (#eq? @_enum "@enum"))
((macrocall_expression
  (macro_identifier) @_enum
  (macro_argument_list . (_) [(identifier) @name @definition.enum_member (assignment . (identifier) @name) @definition.enum_member]))
  (#eq? @_enum "@enum"))

(source_file
  (string_literal) @doc
  . [(function_definition) (struct_definition) (assignment) (const_statement) (macro_definition) (abstract_definition)
     (primitive_definition) (module_definition) (macrocall_expression)])
(module_definition
  (string_literal) @doc
  . [(function_definition) (struct_definition) (assignment) (const_statement) (macro_definition) (abstract_definition)
     (primitive_definition) (module_definition) (macrocall_expression)])

(using_statement [(identifier) (scoped_identifier) (import_path)] @import.module (#set! import "*")) @import
(using_statement
  (selected_import . (_) @import.module (_) @import.name)) @import
(import_statement [(identifier) (scoped_identifier) (import_path)] @import.module) @import
(import_statement (import_alias . (_) @import.module (identifier) @import.alias)) @import
(import_statement (selected_import . (_) @import.module (_) @import.name)) @import
