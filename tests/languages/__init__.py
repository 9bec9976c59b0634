"""What is found in each language: one fixture a language, with marks that say what must be found."""
