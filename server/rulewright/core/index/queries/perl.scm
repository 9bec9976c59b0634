;; outline

(package_statement name: (package) @name . ";" (#set! section "1")) @definition.package
(package_statement name: (package) @name . (block) @body) @definition.package
(class_statement name: (package) @name) @definition.class
(role_statement name: (package) @name) @definition.interface
(subroutine_declaration_statement name: (bareword) @name) @definition.function
(method_declaration_statement name: (bareword) @name) @definition.method

((use_statement
  module: (package) @_constant
  (list_expression . (autoquoted_bareword) @name)) @definition.constant
  (#eq? @_constant "constant"))
((use_statement
  module: (package) @_constant
  (anonymous_hash_expression (list_expression (autoquoted_bareword) @name))) @definition.constant
  (#eq? @_constant "constant"))

(source_file
  (expression_statement
    [(variable_declaration "our" variable: (_ (varname) @name))
     (assignment_expression left: (variable_declaration "our" variable: (_ (varname) @name)))]) @definition.variable)
(source_file
  (expression_statement
    [(variable_declaration "my" variable: (_ (varname) @name))
     (variable_declaration "my" variables: (_ (varname) @name))
     (assignment_expression left: (variable_declaration "my" variable: (_ (varname) @name)))
     (assignment_expression left: (variable_declaration "my" variables: (_ (varname) @name)))]
    (#set! exported "false")) @definition.variable)

((use_statement module: (package) @import.module) @import
  (#not-match? @import.module "^(constant|parent|base)$"))
((use_statement module: (package) @_base (_ (string_content) @import.module)) @import
  (#any-of? @_base "parent" "base"))
(require_expression (bareword) @import.module) @import
