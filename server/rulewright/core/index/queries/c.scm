;; outline

(preproc_def name: (identifier) @name value: (_)) @definition.constant
(preproc_function_def name: (identifier) @name) @definition.function

(translation_unit
  (declaration
    type: [(type_identifier) (struct_specifier)]? @type
    declarator: (_) @name) @definition.variable (#set! declarator "true"))
(declaration_list
  (declaration
    type: [(type_identifier) (struct_specifier)]? @type
    declarator: (_) @name) @definition.variable (#set! declarator "true"))
(preproc_ifdef (declaration type: [(type_identifier) (struct_specifier)]? @type declarator: (_) @name) @definition.variable (#set! declarator "true"))
(preproc_if (declaration type: [(type_identifier) (struct_specifier)]? @type declarator: (_) @name) @definition.variable (#set! declarator "true"))
(preproc_else (declaration type: [(type_identifier) (struct_specifier)]? @type declarator: (_) @name) @definition.variable (#set! declarator "true"))
(preproc_elif (declaration type: [(type_identifier) (struct_specifier)]? @type declarator: (_) @name) @definition.variable (#set! declarator "true"))

(function_definition declarator: (_) @name (#set! declarator "true")) @definition.function

(field_declaration
  type: [(type_identifier) (struct_specifier !body)]? @type
  declarator: (_) @name (#set! declarator "true")) @definition.field

(enumerator name: (identifier) @name) @definition.enum_member

(type_definition declarator: (_) @name (#set! declarator "true")) @definition.type_parameter
(type_definition
  type: (_ name: (_) body: (_))
  declarator: (_) @name @definition.type_parameter
  (#set! declarator "true"))

(struct_specifier name: (_) @name body: (_)) @definition.struct
(union_specifier name: (_) @name body: (_)) @definition.struct
(enum_specifier name: (_) @name body: (_)) @definition.enum

(type_definition
  type: (_ !name . ["struct" "union"] body: (_) @body)
  declarator: (type_identifier) @name) @definition.struct
(type_definition
  type: (_ !name . "enum" body: (_) @body)
  declarator: (type_identifier) @name) @definition.enum

(preproc_include path: (_) @import.module) @import
