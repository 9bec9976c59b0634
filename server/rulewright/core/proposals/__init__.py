"""Edits that a model proposes: what is asked, what its answer says, where that goes, and what is wrong with it.

An answer is text from outside. `answer` reads it, `place` finds what it is about, `smallest` makes little edits of
it, and `verify` says in sentences why an edit must not be made. Nothing here decides what happens then.
"""
