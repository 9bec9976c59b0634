"""Finding what helps with a place or a question: which definitions, which files, in which order, and why."""
