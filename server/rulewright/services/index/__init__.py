"""The code index: which symbols, imports and words a workspace has, stored, shared and kept up to date.

`services.index.index` has the `Index`. Nothing is imported here, because worker processes start through this package.
"""
