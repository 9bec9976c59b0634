"""What the doctor says of the packages that are required."""

from importlib.metadata import PackageNotFoundError

import pytest

from rulewright.services import machine

FOUND = {"click": "8.2.0", "tree-sitter-c": "0.24.2"}
ELSEWHERE = "tree-sitter-dockerfile==0.2.0; platform_machine == 'x86_64' and sys_platform == 'linux'"


def version_of(name: str) -> str:
    if name not in FOUND:
        raise PackageNotFoundError(name)
    return FOUND[name]


@pytest.mark.parametrize(
    ("required", "state", "text"),
    [
        (
            ["click<9,>=8.2", "tree-sitter-c==0.24.2", "pack==1; extra == 'languages'"],
            "ok",
            "2 packages are as required.",
        ),
        (["click<9,>=8.2", ELSEWHERE], "ok", "2 packages are as required."),
        (["tree-sitter-go==0.25.0"], "error", "tree-sitter-go is not installed."),
        (["tree-sitter-c==0.24.1"], "error", "tree-sitter-c is 0.24.2, and should be 0.24.1."),
    ],
)
def test_packages(required: list[str], state: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "requires", lambda _: required)
    monkeypatch.setattr(machine, "version", version_of)
    (remark,) = machine._packages()
    assert (remark.state, remark.text) == (state, text)
