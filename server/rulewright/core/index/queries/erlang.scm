;; outline

(module_attribute name: (atom) @name) @definition.module @exported
(record_decl name: (atom) @name) @definition.struct
(record_decl fields: (record_field name: (atom) @name ty: (field_type expr: (_) @type)?) @definition.field)
(pp_define lhs: (macro_lhs name: (_) @name)) @definition.constant
(pp_define lhs: (macro_lhs name: (_) @name args: (_)) @signature) @definition.function
(type_alias name: (type_name name: (atom) @name)) @definition.type_parameter
(opaque name: (type_name name: (atom) @name)) @definition.type_parameter
(callback fun: (atom) @name) @definition.method @exported
(fun_decl clause: (function_clause name: (atom) @name args: (expr_args) @arity body: (_) @body)) @definition.function

(export_attribute) @export
(export_attribute funs: (fa fun: (atom) @export.name)) @export
(export_type_attribute types: (fa fun: (atom) @export.name)) @export

(pp_include file: (string) @import.module) @import
(pp_include_lib file: (string) @import.module) @import
(import_attribute module: (atom) @import.module funs: (fa fun: (atom) @import.name)) @import
(behaviour_attribute name: (atom) @import.module) @import
