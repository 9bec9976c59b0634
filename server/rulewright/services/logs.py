"""The log of a server: lines for people or for programs, to standard error or to a file that stays small.

Every line goes through `clean`, which takes secrets out, traces too. No line of ours holds what is in a file.
"""

import json
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rulewright.core.config import LogSettings

MAX_BYTES = 5 << 20
"""Of a log file; then a new one is begun."""
N_OLD = 3
"""Files that are kept beside the one that is written."""
TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def begin(settings: LogSettings, clean: Callable[[str], str]) -> Callable[[], None]:
    """Log as the settings say until what this returns is called. A file that cannot be written is said on stderr."""
    ours = logging.getLogger("rulewright")
    problem = ""
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if settings.file:
        try:
            handler = _PrivateFile(Path(settings.file).expanduser())
        except OSError as error:
            problem = f"{settings.file} cannot be written ({error.strerror or error}), so the log goes to stderr."
    handler.setFormatter(JsonLines(clean) if settings.format == "json" else Lines(clean))
    before = ours.level
    handler.setLevel(LEVELS[settings.level])
    # An editor's own log gets what matters to it, whatever goes here.
    ours.setLevel(min(LEVELS[settings.level], logging.INFO))
    ours.addHandler(handler)
    if problem:
        ours.warning("%s", problem)

    def end() -> None:
        ours.removeHandler(handler)
        ours.setLevel(before)
        handler.close()

    return end


class Lines(logging.Formatter):
    """A line for people."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        super().__init__(TEXT)
        self._clean = clean

    def format(self, record: logging.LogRecord) -> str:
        """The line and its trace, without secrets."""
        return cleaned(super().format(record), self._clean)


class JsonLines(logging.Formatter):
    """One JSON object a line: `at`, `level`, `logger`, `message`, `process`, and `trace` where there is one."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        super().__init__()
        self._clean = clean

    def format(self, record: logging.LogRecord) -> str:
        """The object, without secrets."""
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": cleaned(record.getMessage(), self._clean),
        }
        if record.exc_info and record.exc_info[0] is not None:
            said["trace"] = cleaned(self.formatException(record.exc_info), self._clean)
        # A name of a file may be any bytes.
        return json.dumps(said, ensure_ascii=True)


def cleaned(text: str, clean: Callable[[str], str]) -> str:
    """A text without secrets; where that cannot be done, nothing of it."""
    try:
        return clean(text)
    except Exception as error:  # noqa: BLE001 - what logs must not fail, and must not tell what it could not look at
        return f"a line that could not be looked at for secrets ({type(error).__name__})"


class _PrivateFile(RotatingFileHandler):
    """A file that only this user can read. Raises OSError at once when it cannot be written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(path, maxBytes=MAX_BYTES, backupCount=N_OLD, encoding="utf-8", errors="backslashreplace")

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(os.open(self.baseFilename, flags, 0o600), "a", encoding="utf-8", errors="backslashreplace")
