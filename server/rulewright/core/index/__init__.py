"""Reads code: grammars, outlines, scopes, names. Pure: text in, records out."""
