"""Chat as values: what a question means, what it names, and what comes of it."""
