"""Review: what a model is asked about rules that have no check, how its answer is read, and what of it is believed."""
