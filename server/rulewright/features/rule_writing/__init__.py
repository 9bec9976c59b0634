"""The language service inside rule files: what can be written at a place, what stands there, and what a rule is called.

`places` works out where a cursor stands, line by line, so that it also works while the YAML is broken, which is when
people type. `words` holds what may be written where; the keys of a whole file come from outside, as a table, for each
format of rule files has its own.
"""
