"""Completion: what the cursor stands in, what could be meant there, and in which order it is offered."""
