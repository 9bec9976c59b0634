"""Ghost text, the pure part: when to ask, with which text, and what of an answer is shown."""
