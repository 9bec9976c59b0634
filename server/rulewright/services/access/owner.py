"""Whoever started this process."""

from rulewright.core.permissions import Principal


def owner() -> Principal:
    """Them: all is theirs to do."""
    import getpass  # noqa: PLC0415 - for this alone

    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        # In a container its number may have no name.
        name = "user"
    return Principal(name, name)
