"""Rule files of other tools: which path is whose, and what each real file of them comes to."""

import csv
from pathlib import Path
from typing import get_args

import pytest

from rulewright.core.config import RulesSettings
from rulewright.core.rules.foreign_names import FOREIGN_FORMATS, GLOB_KEYS, NAMES, ExportTarget, may_be_foreign
from rulewright.core.rules.formats import FORMATS, claim, format_of_name
from rulewright.core.rules.formats.claims import FILE_NAMES, TOPS
from rulewright.core.rules.formats.imports import MAX_DEPTH, expand
from rulewright.core.rules.formats.write import TARGETS
from rulewright.core.rules.load import load
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.select import Policy, Selection
from tests.harness.data import test_data

CLAIMS = {
    "AGENTS.md": ("agents", "", "agents"),
    "a/b/AGENTS.md": ("agents", "a/b", "a/b/agents"),
    "xAGENTS.md": None,
    ".cursor/rules/x/y.mdc": ("cursor", "", "cursor/x/y"),
    ".cursor/rules/y.md": None,
    ".cursor/rules/.hidden/y.mdc": None,
    "p/.cursor/rules/y.mdc": ("cursor", "p", "p/cursor/y"),
    "a/.cursorrules": None,
    ".cursorrules": ("cursor", "", "cursor"),
    ".clinerules": ("cline", "", "cline"),
    ".clinerules/a.md": ("cline", "", "cline/a"),
    ".clinerules/workflows/a.md": ("cline", "", "cline/workflow/a"),
    ".roo/rules-code/1.xml": ("roo", "", "roo/code/1"),
    ".roo/rules-/1.xml": None,
    ".roo/rules/1.md": ("roo", "", "roo/1"),
    ".github/copilot-instructions.md": ("copilot", "", "copilot"),
    "a/.github/copilot-instructions.md": None,
    ".github/instructions/a.md": None,
    ".github/instructions/a.instructions.md": ("copilot", "", "copilot/a"),
    ".github/prompts/a.prompt.md": ("copilot", "", "copilot/prompt/a"),
    ".claude/CLAUDE.md": ("claude", "", "claude/claude-CLAUDE"),
    "CLAUDE.local.md": ("claude", "", "claude/CLAUDE.local"),
    "x/.claude/rules/a/b.md": ("claude", "x", "x/claude/a/b"),
    ".devin/rules/a.md": ("windsurf", "", "windsurf/devin/a"),
    ".kiro/steering/a.md": ("kiro", "", "kiro/a"),
    ".kiro/specs/a.md": None,
    "GEMINI.md": ("gemini", "", "gemini"),
    "rules.md": ("continue", "", "continue"),
    ".rules": ("zed", "", "zed"),
    "b/.junie/guidelines.md": ("junie", "b", "b/junie"),
    "CONVENTIONS.md": ("aider", "", "aider"),
    "usage-rules/testing.md": ("usage-rules", "", "usage-rules/testing"),
}


@pytest.mark.parametrize("path", CLAIMS)
def test_a_path_belongs_to_one_tool(path):
    found = claim(path)
    assert (found and (found.format.name, found.folder, found.name)) == CLAIMS[path]
    assert found is None or may_be_foreign(path)


def test_the_names_known_without_the_formats_are_theirs():
    assert tuple(TARGETS) == get_args(ExportTarget)
    assert tuple(FORMATS) == FOREIGN_FORMATS == RulesSettings().formats
    tops = {place.path.partition("/")[0] for form in FORMATS.values() for place in form.places}
    assert tops == NAMES
    assert TOPS | {name for name in FILE_NAMES if name in NAMES} <= NAMES
    used = {key for form in FORMATS.values() for key in form.keys if "glob" in form.keys[key].lower()}
    assert {"applyTo", "fileMatchPattern", *used} - {"description", "alwaysApply", "trigger", "inclusion"} == set(
        GLOB_KEYS
    )


def test_an_ending_tells_a_format_anywhere():
    assert format_of_name("rules/a.mdc") is FORMATS["cursor"]
    assert format_of_name("instructions/a.instructions.md") is FORMATS["copilot"]
    assert format_of_name("docs/a.md") is None


TEXTS = {
    "a.md": "A. @sub/b.md\n",
    "sub/b.md": "B.\n@../a.md\n@c.txt\n",
    "sub/c.txt": "C.\n",
    **{f"deep{n}.md": f"{n}\n@deep{n + 1}.md\n" for n in range(10)},
}


def read(name):
    if name not in TEXTS:
        raise FileNotFoundError(2, "No such file or directory")
    return TEXTS[name].encode()


@pytest.mark.parametrize(
    ("body", "expected", "names", "problems"),
    [
        ("@a.md\n", "A. @sub/b.md\n\nsub/b.md:\n\nB.\n\nC.\n", ("a.md", "sub/b.md", "sub/c.txt"), 0),
        ("- @sub/c.txt\nend\n", "C.\nend\n", ("sub/c.txt",), 0),
        ("x #[[file:sub/c.txt]] y\n", "x #[[file:sub/c.txt]] y\n\nsub/c.txt:\n\nC.\n", ("sub/c.txt",), 0),
        ("`@a.md`\n\n```\n@a.md\n```\n", "`@a.md`\n\n```\n@a.md\n```\n", (), 0),
        ("me@a.md and @tanstack/router and @dataclass\n", None, (), 0),
        ("@apart.md\nx\n", "\nx\n", (), 0),
        ("@none.md\n@~/secret.md\n@/etc/x.md\n", None, (), 3),
        ("@sub/c.txt, @sub/c.txt\n", "@sub/c.txt, @sub/c.txt\n\nsub/c.txt:\n\nC.\n", ("sub/c.txt",), 0),
    ],
)
def test_a_text_pulls_in_others(body, expected, names, problems):
    found = expand(body, 0, read, frozenset({"apart.md"}))
    assert found.body == (body if expected is None else expected)
    assert found.names == names
    assert len(found.problems) == problems
    assert all(body[p.start : p.end].strip().startswith("@") for p in found.problems)


def test_imports_end():
    found = expand("@deep0.md\n", 0, read, frozenset())
    assert found.names == tuple(f"deep{n}.md" for n in range(MAX_DEPTH))


# One or more of each format, read by a person: whether the rule applies to a path.
BY_HAND = {
    "cline__cline__sdk__packages__llms__AGENTS.md": {"sdk/packages/llms/README": True, "sdk/a.ts": False},
    "PrefectHQ__fastmcp__CLAUDE.md": {"a/b.py": True},
    "dyoshikawa__rulesync__.claude__rules__coding-guidelines.md": {"src/a.ts": True, "a.py": False},
    "cline__cline__.clinerules__cli.md": {"any.txt": True},
    "RooCodeInc__Roo-Code__.roo__rules-translate__instructions-zh-cn.md": {"any.txt": False},
    "continuedev__continue__.continue__rules__colors.md": {"gui/src/a.tsx": True, "src/a.tsx": False},
    "continuedev__continue__.continue__rules__new-protocol-message.md": {"core/a.ts": False},
    "continuedev__continue__.continue__rules__overeager.md": {"core/a.ts": True},
    "google-gemini__gemini-cli__packages__devtools__GEMINI.md": {"packages/devtools/a.ts": True, "a.ts": False},
    "3axap4eHko__sabcom__.rules": {"src/lib.rs": True},
    "PatrickJS__awesome-cursorrules__rules__rust.mdc": {"programs/x/a.rs": True, "x/programs/a.rs": False},
    "browser-use__browser-use__.cursor__rules__browser-use-rules.mdc": {"a.py": True},
    "steipete__agent-rules__project-rules__check.mdc": {"a.py": False},
    "agentjido__jido__.cursorrules": {"lib/a.ex": True},
    "ash-project__ash__usage-rules.md": {"lib/a.ex": False},
}


def _rows():
    folder = test_data("rules")
    if folder is None:
        return []
    with (folder / "MANIFEST.tsv").open(encoding="utf-8") as file:
        return [(folder, row) for row in csv.DictReader(file, delimiter="\t")]


ROWS = _rows()
NAMED = {"copilot-instructions": "copilot", "copilot-prompt": "copilot", "copilot-repo": "copilot"}
NAMED |= {"cursorrules": "cursor", "claude-rules": "claude"}


def _placed(row):
    """The path of a real file, or one of its format where its project keeps it elsewhere."""
    path, name = row["path"], row["path"].rpartition("/")[2]
    form = NAMED.get(row["format"], row["format"])
    found = claim(path)
    if form not in FORMATS or (found is not None and found.format.name == form):
        return path
    place = next(
        place
        for place in FORMATS[form].places
        if not place.mode or name.lower().endswith(place.endings or ("",)) == bool(place.endings)
    )
    if row["format"] == "copilot-prompt":
        return f".github/prompts/{name}"
    if row["format"] == "cursorrules":
        return ".cursorrules"
    folder = next((p for p in FORMATS[form].places if p.endings and name.lower().endswith(p.endings)), None)
    return f"{folder.path.replace('*', 'x')}/{name}" if folder else place.path


@pytest.mark.parametrize(("folder", "row"), ROWS, ids=[row["file"].rpartition("/")[2] for _, row in ROWS])
def test_a_real_file_gives_a_rule(folder: Path, row: dict[str, str]):
    path = _placed(row)
    found = claim(path)
    if row["format"] in {"other", "format"}:
        return
    assert found is not None, path
    data = (folder / row["file"]).read_bytes()
    origin = Origin(path, found.below, folder=found.folder, format=found.format.name, mode=found.mode)
    seen = load(origin, data, lambda name: b"")
    assert seen.parsed.rule is not None
    assert not [p for p in seen.parsed.problems if p.problem.severity == "error"]
    name = row["file"].rpartition("/")[2]
    for sample, applies in BY_HAND.get(name, {}).items():
        assert bool(Selection([seen.parsed.rule], Policy()).select(sample)) == applies, sample


def test_the_files_that_were_read_by_a_person_are_there():
    assert not ROWS or set(BY_HAND) <= {row["file"].rpartition("/")[2] for _, row in ROWS}
