"""How well context is found: for a position in real packages, and for questions over Python's standard library."""
