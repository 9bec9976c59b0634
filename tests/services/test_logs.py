"""The log: for people or programs, somewhere private, bounded, and without secrets."""

import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rulewright.core.config import LogSettings
from rulewright.core.privacy.redact import redact
from rulewright.services import logs

# In parts, so that no scanner takes it for one that is lost.
KEY = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"
log = logging.getLogger("rulewright.testing")


@pytest.fixture
def ours() -> Iterator[logging.Logger]:
    logger = logging.getLogger("rulewright")
    level, handlers = logger.level, list(logger.handlers)
    yield logger
    assert (logger.level, logger.handlers) == (level, handlers), "ending it leaves nothing behind"


def fail(text: str) -> None:
    try:
        int(text)
    except ValueError:
        log.exception("it failed with %s", text)


def test_lines_for_people_go_to_stderr_without_secrets(ours: logging.Logger, capsys: pytest.CaptureFixture) -> None:
    end = logs.begin(LogSettings(), redact)
    log.info("the key %s", KEY)
    log.debug("not shown")
    fail(f"token = {KEY}")
    end()
    log.error("after the end")
    said = capsys.readouterr().err
    assert "INFO rulewright.testing: the key [redacted: " in said
    assert "ValueError" in said
    assert KEY not in said
    assert "not shown" not in said
    assert "after the end" not in said


@pytest.mark.parametrize(("level", "expected"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_the_level_counts(ours: logging.Logger, tmp_path: Path, level: str, expected: int) -> None:
    path = tmp_path / "log"
    end = logs.begin(LogSettings(level=level, file=str(path)), redact)
    log.debug("a")
    log.info("b")
    log.warning("c")
    end()
    assert len(path.read_text().splitlines()) == expected


def test_lines_for_programs_are_one_object_each(ours: logging.Logger, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "rulewright.jsonl"
    end = logs.begin(LogSettings(file=str(path), format="json"), redact)
    log.warning("a name: %s\nand a second line", "ä")
    fail(KEY)
    end()
    first, second = map(json.loads, path.read_text("utf-8").splitlines())
    assert (first["level"], first["logger"]) == ("warning", "rulewright.testing")
    assert first["message"] == "a name: ä\nand a second line"
    assert "Traceback" in second["trace"]
    assert KEY not in path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_name_that_is_no_text_can_be_logged() -> None:
    record = logging.LogRecord("rulewright", logging.INFO, "", 1, "%s", ("\udcff",), None)
    line = logs.JsonLines(redact).format(record)
    assert line.isascii()
    assert json.loads(line)["message"] == "\udcff"


def test_the_file_stays_small(ours: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2000)
    path = tmp_path / "log"
    end = logs.begin(LogSettings(file=str(path)), str)
    for number in range(500):
        log.info("line %d", number)
    end()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["log", "log.1", "log.2", "log.3"]
    assert all(file.stat().st_size <= 2000 and stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert "line 499" in path.read_text()


@pytest.mark.parametrize("place", ["folder", "link"])
def test_a_file_that_cannot_be_written_is_said(
    ours: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture, place: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    end = logs.begin(LogSettings(file=str(tmp_path / place)), str)
    log.info("still heard")
    end()
    said = capsys.readouterr().err
    assert f"{tmp_path / place} cannot be written" in said
    assert "still heard" in said
    assert (tmp_path / "theirs").read_text() == "theirs"


def test_what_cannot_be_looked_at_for_secrets_is_not_logged(
    ours: logging.Logger, capsys: pytest.CaptureFixture
) -> None:
    def clean(_: str) -> str:
        raise RecursionError

    end = logs.begin(LogSettings(), clean)
    log.info("the key %s", KEY)
    end()
    assert capsys.readouterr().err == "a line that could not be looked at for secrets (RecursionError)\n"
