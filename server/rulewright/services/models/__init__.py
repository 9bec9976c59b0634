"""Providers of models. Only `app.py` makes one, and everybody else sees it behind the gate of `services/egress`."""
