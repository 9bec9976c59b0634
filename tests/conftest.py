"""Options and the one line about data that tests look for outside the repository."""

import itertools
import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.harness.corpus import real_files, remarks

# Nothing is timed in the suite, and on a busy machine an example takes as long as it takes.
settings.register_profile(
    "untimed",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    # Each run draws others, and there are many runs.
    max_examples=60,
)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expectations of the case files")


SLOW_S = 600
"""What takes its time may take it, also beside something else."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_S))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    data = os.environ.get("RULEWRIGHT_TEST_DATA")
    if not data:
        terminalreporter.write_line(
            "conformance data: none (RULEWRIGHT_TEST_DATA is not set), so those tests had no cases"
        )
        return
    files = real_files()
    listed = ", ".join(f"{n} {code}" for code, n in remarks(files).most_common())
    terminalreporter.write_line(f"conformance data: {data}")
    terminalreporter.write_line(f"{len(files)} real rule files read; files with a remark: {listed}")


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A process that serves sends its log somewhere for as long as it lives; tests share one process."""
    log = logging.getLogger("rulewright")
    handlers, level, propagates = list(log.handlers), log.level, log.propagate
    yield
    for handler in [one for one in log.handlers if one not in handlers]:
        log.removeHandler(handler)
        handler.close()
    log.setLevel(level)
    log.propagate = propagates


_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in list(os.environ):
        if name.startswith(
            (
                "RULEWRIGHT_RULES_",
                "RULEWRIGHT_CHECK_",
                "RULEWRIGHT_SERVER_",
                "RULEWRIGHT_PACKAGES_",
                "RULEWRIGHT_INDEX_",
                "RULEWRIGHT_CODE_",
                "RULEWRIGHT_LOG_",
            )
        ):
            monkeypatch.delenv(name)
    number = str(next(_numbers))
    # One for each test: what somebody set, and what a project's rules were, lives on in them.
    monkeypatch.setenv("RULEWRIGHT_CONFIG_DIR", str(tmp_path_factory.getbasetemp() / "no-user-settings" / number))
    monkeypatch.setenv("RULEWRIGHT_STATE_DIR", str(tmp_path_factory.getbasetemp() / "state" / number))
    monkeypatch.setenv("RULEWRIGHT_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))
