"""What cannot be done for a client, as a sentence that its model can act on."""


class Problem(Exception):  # noqa: N818 - an answer, not a fault
    """The message is a sentence: what is wrong, and what helps."""
