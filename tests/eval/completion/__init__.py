"""The ranks of what somebody would have typed, in small projects: `python -m tests.eval.completion` makes the table."""
