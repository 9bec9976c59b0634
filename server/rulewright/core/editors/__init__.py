"""Editors that start a language server by a line of configuration: what they call languages, and that line."""
