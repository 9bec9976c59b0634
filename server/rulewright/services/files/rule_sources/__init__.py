"""Where rules come from, one module a kind of place; `rule_files` beside it joins them."""
