"""Options and the one line about data that tests look for outside the repository."""

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expectations of the case files")


def pytest_report_header() -> str:
    data = os.environ.get("RULEWRIGHT_TEST_DATA")
    return (
        f"conformance data: {data}" if data else "conformance data: none (RULEWRIGHT_TEST_DATA is not set), so no cases"
    )


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in list(os.environ):
        if name.startswith(("RULEWRIGHT_RULES_", "RULEWRIGHT_CHECK_", "RULEWRIGHT_SERVER_", "RULEWRIGHT_PACKAGES_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RULEWRIGHT_CONFIG_DIR", str(tmp_path_factory.getbasetemp() / "no-user-settings"))
