"""The tree of supervisors, written down."""
