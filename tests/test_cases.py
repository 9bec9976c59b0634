"""Every case file, run as its prose says."""

import tomllib
from pathlib import Path

import pytest

from rulewright.core.models import Failed
from rulewright.services.models.scripted import Drop, Fail, Say, Stall
from tests.harness.case import Case, parse, render, with_results
from tests.harness.world import World
from tests.harness.world_models import script_of

FOLDER = Path(__file__).parent / "cases"
CASES = [parse(path, path.read_text("utf-8")) for path in sorted(FOLDER.rglob("*.case"))]


@pytest.mark.parametrize("case", CASES, ids=[str(c.path.relative_to(FOLDER).with_suffix("")) for c in CASES])
def test_case(case: Case, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    settings = {}
    for section in case.sections:
        if section.kind == "settings":
            settings = tomllib.loads(section.body)
    world = World(tmp_path, settings, defaults=not {"defaults", "frameworks"}.isdisjoint(case.path.parts))
    (tmp_path / ".git").mkdir()
    for section in case.sections:
        if section.kind == "file":
            world.write(section.head, section.body)
    world.open()
    world.models(case.sections)
    results: dict[int, list[tuple[str, str]]] = {}
    try:
        for section in case.sections:
            if section.kind == "llm":
                world.says(section)
            elif section.kind == "step":
                results[len(results)] = list(world.step(section.words, section.body))
    finally:
        world.close()
    found = with_results(case, results)
    if request.config.getoption("--update"):
        case.path.write_text(render(found), "utf-8")
    else:
        assert case.prose, "a case says in prose what it shows"
        assert render(found) == render(case)


SAID = """\
<CRLF>
one
two
<HALF>
end
<NL>
<WAIT>
<WAIT 0.5>
again
<2 TIMES>
<FAIL refused: No.>
<DROP>
<STALL>
"""


def test_what_a_model_says_has_faults_in_it() -> None:
    assert script_of(SAID) == [
        Say("one\r\ntwo"),
        Say("\ufffd"),
        Say("end"),
        Say("\r\n"),
        Stall(1.0),
        Stall(0.5),
        Say("again\r\nagain\r\n", chunk=4_096),
        Fail(Failed("refused", "No.")),
        Drop(),
        Stall(),
    ]
    assert script_of("") == []
    assert script_of("a\n") == [Say("a")]


def test_there_are_cases() -> None:
    assert len(CASES) > 10
