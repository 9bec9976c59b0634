"""What must not leave the machine: secrets in a text, and how a text is shown without them."""
