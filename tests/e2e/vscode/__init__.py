"""A real VS Code: what installs it, drives it and runs tests inside it."""
