"""Show a text without its secrets."""

import msgspec

from rulewright.core.privacy.secrets import Secret, find_secrets

_MAX_ROUNDS = 4


_MARK = "[redacted: "


class Removed(msgspec.Struct, frozen=True):
    """A text without its secrets."""

    text: str
    secrets: tuple[Secret, ...]
    """Where they stood in the text before."""


def mark_of(kind: str) -> str:
    """What stands in the place of a secret."""
    return f"{_MARK}{kind}]"


def n_marks(text: str) -> int:
    """How many marks stand in a text. A model that was shown some may write them back."""
    return text.count(_MARK)


def without(text: str, secrets: tuple[Secret, ...]) -> str:
    """A text with a mark in the place of each of `secrets`, which are in order."""
    parts, at = [], 0
    for secret in secrets:
        parts += [text[at : secret.start], mark_of(secret.kind)]
        at = secret.end
    return "".join((*parts, text[at:]))


def remove_secrets(text: str) -> Removed:
    """A text with a mark in the place of each secret, and which they were."""
    secrets = find_secrets(text)
    shown, again = without(text, secrets), secrets
    # A mark may end what hid another secret from us; each round leaves less.
    for _ in range(_MAX_ROUNDS):
        if not again or not (again := find_secrets(shown)):
            break
        shown = without(shown, again)
    return Removed(shown, secrets)


def redact(text: str) -> str:
    """A text with a mark in the place of each secret."""
    return remove_secrets(text).text


def redacted_lines(text: str) -> list[str]:
    """The lines of a text, each without its secrets or its part of one; as many as the text has."""
    parts, at = [], 0
    for secret in find_secrets(text):
        n_breaks = text.count("\n", secret.start, secret.end)
        parts += [text[at : secret.start], "\n".join([mark_of(secret.kind)] * (n_breaks + 1))]
        at = secret.end
    return "".join((*parts, text[at:])).split("\n")
