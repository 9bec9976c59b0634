;; outline

(package (full_ident) @name) @definition.package
(message (message_name (identifier) @name) (message_body) @body) @definition.struct
(field (type) @type (identifier) @name) @definition.field
(map_field (identifier) @name) @definition.field
(oneof (identifier) @name "{" @body) @definition.object
(oneof_field (type) @type (identifier) @name) @definition.field
(enum (enum_name (identifier) @name) (enum_body) @body) @definition.enum
(enum_field . (identifier) @name) @definition.enum_member
(service (service_name (identifier) @name) "{" @body) @definition.interface
(rpc (rpc_name (identifier) @name)) @definition.method
(rpc (rpc_name (identifier) @name) "{" @body) @definition.method

(import path: (string) @import.module) @import
