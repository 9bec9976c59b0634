;; outline

(block_mapping_pair key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)) @definition.key
(block_mapping_pair
  key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
  value: [(flow_node (flow_sequence)) (block_node (block_sequence) @body)]) @definition.array
(block_mapping_pair
  key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
  value: [(flow_node (flow_mapping)) (block_node (block_mapping) @body)]) @definition.object
(block_mapping_pair
  key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
  value: (block_node (block_scalar) @body)) @definition.key
(flow_mapping (flow_pair key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)) @definition.key)

((block_sequence_item (block_node (block_mapping))) @definition.object
  (#set! name "[]") (#set! signature "line") (#set! once "true"))
((block_sequence_item
  (block_node
    (block_mapping
      (block_mapping_pair
        key: (flow_node (plain_scalar) @_key)
        value: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name))))) @definition.object
  (#set! signature "line") (#set! once "true") (#any-of? @_key "name" "id" "key" "label" "title" "alias"))

;; scopes

(anchor (anchor_name) @local.variable)
