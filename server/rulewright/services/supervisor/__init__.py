"""Supervisors: children that are started in order, started again when they fail, and stopped in reverse.

`supervisor` does so for tasks of an event loop, `outside` for what lives outside of one, such as processes.
"""
