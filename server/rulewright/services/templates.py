"""Templates that stand for our own: the user's, and those of a project that is trusted."""

import os
import stat
from pathlib import Path

FOLDER = "templates"
RULES_FOLDER = ".ai-rules"
MAX_BYTES = 256_000


class TemplateUnreadable(Exception):  # noqa: N818 - an answer, not a fault
    """A template is there and cannot be used; the message says why, in words that follow its path."""


def user_template(config_folder: Path, name: str) -> Path:
    """Where the user's own template lies, whether there is one or not."""
    return config_folder / FOLDER / name


def project_template(root: Path, name: str) -> Path:
    """Where a project's template lies, whether there is one or not."""
    return root / RULES_FOLDER / FOLDER / name


def read_template_file(path: Path, inside: Path | None = None) -> str | None:
    """The text of a template; None where there is none. Raises TemplateUnreadable.

    With `inside` it has to lie in that folder, links followed.
    """
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            # A pipe or a device would block or never end.
            raise TemplateUnreadable("is not a regular file")
        if inside is not None and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(inside)):
            raise TemplateUnreadable("is a link that leads out of the project")
        if info.st_size > MAX_BYTES:
            raise TemplateUnreadable(f"has {info.st_size:,} bytes; {MAX_BYTES:,} are read at most")
        return path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise TemplateUnreadable(f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise TemplateUnreadable("is not UTF-8") from None
