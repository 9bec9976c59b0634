"""What of some files models would be shown: which are withheld as a whole, and what is taken out of the others."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from rulewright.core.privacy.redact import redact
from rulewright.core.privacy.secrets import find_secrets
from rulewright.core.sources import NEVER, Found, Skipped
from rulewright.core.text import Text


class SecretAt(msgspec.Struct, frozen=True):
    """A secret in a file. Lines and columns start at 1; columns count code points."""

    line: int
    """0 where it is in the name of the file."""
    column: int
    kind: str


class FilePrivacy(msgspec.Struct, frozen=True):
    """A file of which models are not shown everything."""

    path: str
    """Relative to the root; without the secret that may be in it."""
    withheld: str = ""
    """Why its content is withheld, in words that follow the path; empty where it is not."""
    secrets: tuple[SecretAt, ...] = ()


def look_at(
    entries: Iterable[Found | Skipped], withheld: Callable[[str], str], read: Callable[[str], str | None]
) -> Iterator[FilePrivacy | None]:
    """What is not shown of each file that a walk found; None for one that is shown as it is.

    `read` gives the text of a file, None for what is no text.
    """
    for entry in entries:
        if isinstance(entry, Skipped):
            if entry.reason not in {NEVER, "virtual environment"}:
                yield FilePrivacy(redact(entry.path), _as_words(entry.reason))
            continue
        in_name = tuple(SecretAt(0, s.start + 1, s.kind) for s in find_secrets(entry.path))
        if why_not := withheld(entry.path):
            yield FilePrivacy(redact(entry.path), why_not, in_name)
            continue
        content = read(entry.path)
        secrets = (*in_name, *(_in_text(content) if content is not None else ()))
        yield FilePrivacy(redact(entry.path), secrets=secrets) if secrets else None


def _as_words(reason: str) -> str:
    return f"is {reason}" if reason.startswith("ignored") else f"is left out: {reason}"


def _in_text(content: str) -> Iterator[SecretAt]:
    found = find_secrets(content)
    if not found:
        return
    text = Text(content)
    for secret in found:
        place = text.position(secret.start)
        yield SecretAt(place.line + 1, place.character + 1, secret.kind)
