"""The text of a prompt, made by small pure functions: gather, filter, prioritise, fit, format."""
