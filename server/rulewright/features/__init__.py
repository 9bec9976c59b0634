"""One file per capability; knows the core and its ports only."""
