"""How many secrets are found, and how often something else is taken for one."""
