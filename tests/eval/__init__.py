"""How good answers are, as tables that are kept beside the code and made anew by one command each."""
