;; outline

(header module: (module) @name (#set! signature "line")) @definition.module @exported

(data_type name: (_) @name constructors: (_)? @body) @definition.struct
(newtype name: (_) @name constructor: (_)? @body) @definition.struct
(data_family name: (_) @name) @definition.struct
(data_constructor constructor: (prefix name: (constructor) @name)) @definition.constructor
(data_constructor constructor: (record name: (constructor) @name fields: (_) @body)) @definition.constructor
(data_constructor constructor: (infix operator: (_) @name)) @definition.constructor
(newtype_constructor name: (constructor) @name field: (record)? @body) @definition.constructor
(gadt_constructor name: (constructor) @name) @definition.constructor
(field name: (field_name (variable) @name)) @definition.field
(type_synonym name: (name) @name) @definition.type_parameter
(type_family name: (name) @name) @definition.type_parameter
(pattern_synonym (equation synonym: (apply . (constructor) @name))) @definition.constructor
(pattern_synonym (equation synonym: (constructor) @name)) @definition.constructor

(class name: (name) @name declarations: (_)? @body) @definition.interface
(class_declarations declaration: (signature name: (variable) @name) @definition.method)
(class_declarations declaration: (signature name: (prefix_id (operator) @name)) @definition.method)
(class_declarations declaration: (function name: (variable) @name match: (_)? @body) @definition.method)
(instance
  name: (name) @name
  patterns: (_) @patterns
  declarations: (_)? @body
  (#set! name "{name} {patterns}")) @definition.namespace @exported
(instance_declarations declaration: (function name: (variable) @name match: (_)? @body) @definition.method)
(instance_declarations declaration: (bind name: (variable) @name match: (_)? @body) @definition.method)
(instance_declarations
  declaration: (function (infix operator: (operator) @name) match: (_)? @body) @definition.method)

(declarations (signature name: (variable) @name) @definition.function)
(declarations (signature name: (prefix_id (operator) @name)) @definition.function)
(declarations (signature names: (binding_list name: (variable) @name)) @definition.function)
(declarations (function name: (variable) @name match: (_)? @body) @definition.function)
(declarations (function name: (prefix_id (operator) @name) match: (_)? @body) @definition.function)
(declarations (function (infix operator: (operator) @name) match: (_)? @body) @definition.function)
(declarations (bind name: (variable) @name match: (_)? @body) @definition.function)
(foreign_import signature: (signature name: (variable) @name)) @definition.function

(exports) @export
(exports export: (export [type: (name) variable: (variable)] @export.name)) @export
(exports export: (export operator: (prefix_id (operator) @export.name))) @export
(exports export: (export type: (_ (operator) @export.name))) @export
(exports export: (export children: (children element: [(variable) (constructor)] @export.name))) @export

(import module: (module) @import.module alias: (module)? @import.alias !names) @import
(import module: (module) @import.module "hiding" (#set! import "*")) @import
((import
  module: (module) @import.module
  names: (import_list name: (import_name [type: (_) variable: (_)] @import.name))) @import
  (#not-match? @import "\\shiding\\s*[(]"))
