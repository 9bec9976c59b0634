"""Rules from elsewhere than the project: the user, frameworks in use, packages that are allowed."""

import json

import pytest

from rulewright.core.config import PackagesSettings
from rulewright.core.rules.load import load
from rulewright.core.rules.select import Policy
from rulewright.services.clock import SystemClock
from rulewright.services.events import MemoryEventLog
from rulewright.services.files import PackageRules, ProjectRuleFiles
from rulewright.services.rules import RuleKeeper
from tests.harness.program import write_files

SKILL = "---\nname: streaming\ndescription: Stream answers\nlicense: MIT\n---\nUse the stream.\n"
SITE = ".venv/lib/python3.11/site-packages"


def record(*paths):
    return "".join(f"{path},sha256=x,1\n" for path in paths)


TREE = {
    ".git/HEAD": "",
    ".ai-rules/own.md": "Own.\n",
    f"{SITE}/good_one/usage-rules.md": "Be good.\n",
    f"{SITE}/good_one/usage-rules/deep/more.md": "Be better.\n",
    f"{SITE}/good_one/.agents/skills/streaming/SKILL.md": SKILL,
    f"{SITE}/good_one/__init__.py": "raise SystemExit('run')\n",
    f"{SITE}/Good.One-1.2.dist-info/RECORD": record(
        "good_one/__init__.py",
        "good_one/usage-rules.md",
        "good_one/usage-rules/deep/more.md",
        "good_one/.agents/skills/streaming/SKILL.md",
        "../../../usage-rules.md",
        "good_one/gone/usage-rules.md",
    ),
    f"{SITE}/plain-3.dist-info/RECORD": record("plain/__init__.py"),
    "usage-rules.md": "Not a package's.\n",
    "web/package.json": '{"dependencies": {"zod": "4"}}',
    "web/node_modules/zod/package.json": '{"version": "4.6.7"}',
    "web/node_modules/zod/usage-rules.md": "---\nglobs: 'src/**'\n---\nParse.\n",
    "web/node_modules/@org/kit/skills/kit/routes/SKILL.md": SKILL,
    "web/node_modules/@org/kit/package.json": "{",
    "mix.exs": "defmodule A do end",
    "deps/ash/usage-rules.md": "Ash.\n",
    "deps/ash/hex_metadata.config": '{<<"name">>,<<"ash">>}.\n{<<"version">>,<<"3.7.0">>}.\n',
    "deps/ash/usage-rules/skills/ash/SKILL.md": SKILL,
}


@pytest.fixture
def root(tmp_path):
    return write_files(tmp_path / "project", TREE)


def files(root, *allow, max_kb=64, environ=None, environments=()):
    options = PackagesSettings(allow=allow, max_kb=max_kb, environments=environments)
    return ProjectRuleFiles(root, defaults=None, packages=PackageRules(root, lambda: options, environ or {}))


def listed(of):
    return {o.path: o for o in of.list() if o.source == "dependency"}


def rules(of):
    return {o.path: load(o, of.read(o)).parsed.rule for o in listed(of).values()}


def test_nothing_of_a_package_counts_until_it_is_allowed(root):
    assert listed(files(root)) == {}
    assert listed(files(root, "plain", "missing", "npm/good-one", "../..", "/etc")) == {}


def test_what_a_distribution_ships_is_taken_by_its_record(root):
    found = rules(files(root, "good-one"))
    assert {rule.id: (path, rule.languages, rule.unscoped) for path, rule in found.items()} == {
        "python/good-one/usage-rules": (f"{SITE}/good_one/usage-rules.md", ("python",), "always"),
        "python/good-one/usage-rules/deep/more": (f"{SITE}/good_one/usage-rules/deep/more.md", ("python",), "always"),
        "python/good-one/skills/streaming": (
            f"{SITE}/good_one/.agents/skills/streaming/SKILL.md",
            (),
            "description",
        ),
    }
    assert {rule.because for rule in found.values()} == {"the python package good-one 1.2 is allowed"}
    assert {rule.source for rule in found.values()} == {"dependency"}


@pytest.mark.parametrize("name", ["Good_One", "python/good.one", "good-one"])
def test_a_distribution_may_be_allowed_in_any_spelling_of_its_name(root, name):
    assert len(listed(files(root, name))) == 3


def test_a_skill_may_have_the_keys_of_a_skill(root):
    (skill,) = [o for o in listed(files(root, "good-one")).values() if o.is_skill]
    assert load(skill, SKILL.encode()).parsed.problems == ()


def test_npm_and_elixir_packages_are_folders(root):
    found = rules(files(root, "zod", "npm/@org/kit", "hex/ash"))
    assert {(r.id, r.folder, r.languages, r.globs, r.because) for r in found.values()} == {
        ("npm/zod/usage-rules", "web", (), ("src/**",), "the npm package zod 4.6.7 is allowed"),
        ("npm/@org/kit/skills/kit/routes", "web", (), (), "the npm package @org/kit is allowed"),
        ("hex/ash/usage-rules", "", ("elixir",), (), "the hex package ash 3.7.0 is allowed"),
        ("hex/ash/usage-rules/skills/ash", "", (), (), "the hex package ash 3.7.0 is allowed"),
    }


def test_a_package_that_is_linked_into_place_is_found_where_it_lies(root):
    write_files(root, {"web/node_modules/.pnpm/ky@1/node_modules/ky/usage-rules.md": "Ky.\n"})
    (root / "web/node_modules/ky").symlink_to(".pnpm/ky@1/node_modules/ky")
    assert list(listed(files(root, "ky"))) == ["web/node_modules/.pnpm/ky@1/node_modules/ky/usage-rules.md"]


def test_a_file_that_leads_out_of_its_package_is_not_read(root):
    (root / "deps/ash/usage-rules/secret.md").symlink_to(root / ".ai-rules/own.md")
    assert "deps/ash/usage-rules/secret.md" not in listed(files(root, "ash"))


def test_a_distribution_that_is_being_written_is_found(root, tmp_path):
    source = write_files(
        tmp_path / "source é",
        {
            "src/mine/usage-rules.md": "Mine.\n",
            "src/mine/.agents/skills/x/SKILL.md": SKILL,
            "tests/usage-rules.md": "T\n",
        },
    )
    direct = {"url": source.as_uri(), "dir_info": {"editable": True}}
    write_files(
        root,
        {
            f"{SITE}/mine-0.1.dist-info/direct_url.json": json.dumps(direct),
            f"{SITE}/mine-0.1.dist-info/RECORD": record("mine.pth"),
            f"{SITE}/broken-0.1.dist-info/direct_url.json": "[1]",
        },
    )
    found = files(root, "mine", "broken")
    ids = sorted(rule.id for rule in rules(found).values())
    assert ids == ["python/mine/skills/x", "python/mine/usage-rules"]
    assert all(path.startswith(str(source)) for path in listed(found) if "tests" not in path)


def test_the_active_environment_and_those_of_the_settings_count(root, tmp_path):
    site = "lib/python3.12/site-packages"
    for name in ("active", "named"):
        write_files(
            tmp_path / name,
            {
                f"{site}/{name}/usage-rules.md": f"{name}\n",
                f"{site}/{name}-1.dist-info/RECORD": record(f"{name}/usage-rules.md"),
            },
        )
    environ = {"VIRTUAL_ENV": str(tmp_path / "active")}
    both = files(root, "active", "named", environ=environ, environments=(str(tmp_path / "named"),))
    assert {rule.id for rule in rules(both).values()} == {"python/active/usage-rules", "python/named/usage-rules"}


def test_a_package_that_ships_too_much_is_cut_and_says_so(root):
    write_files(root, {"deps/ash/usage-rules/big.md": "x" * 1_000_000})
    found = files(root, "ash", max_kb=1)
    read = {}
    for origin in listed(found).values():
        try:
            read[origin.below] = found.read(origin)
        except OSError as reason:
            read[origin.below] = str(reason.strerror)
    told = "the guidance of hex/ash has more than 1 kB (packages.max_kb)"
    assert read == {
        "hex/ash/usage-rules.md": b"Ash.\n",
        "hex/ash/usage-rules/big.md": told,
        "hex/ash/usage-rules/skills/ash.md": told,
    }


def test_hidden_text_makes_a_packages_file_unusable_and_only_marks_the_projects(root):
    content = "Be kind.\u200b\n"
    write_files(root, {"deps/ash/usage-rules.md": content, ".ai-rules/own.md": content})
    found = files(root, "ash")
    ours = [o for o in found.list() if o.path.endswith(("ash/usage-rules.md", "own.md"))]
    seen = {o.source: load(o, found.read(o)).parsed for o in ours}
    assert seen["dependency"].rule is None
    assert seen["project"].rule is not None
    assert [p.problem.severity for p in seen["dependency"].problems] == ["error"]
    assert [p.problem.severity for p in seen["project"].problems] == ["warning"]


def test_the_guidance_of_a_package_names_no_other_files(root):
    found = files(root, "zod")
    (origin,) = listed(found).values()
    with pytest.raises(OSError, match="may name no other files"):
        found.beside(origin, "checks.yml")


def test_all_that_ships_guidance_is_listed(root):
    found = files(root)
    assert [(p.key, p.version, len(p.files)) for p in found.shipping()] == [
        ("hex/ash", "3.7.0", 2),
        ("npm/@org/kit", "", 1),
        ("npm/zod", "4.6.7", 1),
        ("python/good-one", "1.2", 3),
    ]


# The user's own


def test_the_users_rules_count_in_every_project(root, tmp_path):
    mine = write_files(tmp_path / "config/rules", {"10-python/style.md": "Mine.\n", "README.md": "No.\n", "x.txt": ""})
    of = ProjectRuleFiles(root, defaults=None, user=mine)
    (origin,) = [o for o in of.list() if o.source == "user"]
    assert origin.path == f"{mine}/10-python/style.md"
    rule = load(origin, of.read(origin)).parsed.rule
    assert (rule.id, rule.languages, rule.place, rule.scope) == ("python/style", ("python",), "10-python", "python")
    assert of.origin(f"{mine}/10-python/style.md") == origin
    assert of.origin(f"{mine}/../other.md") is None
    assert of.origin(str(tmp_path / "elsewhere.md")) is None


def test_the_users_folder_may_be_a_link_and_need_not_be_there(root, tmp_path):
    dots = write_files(tmp_path / "dotfiles", {"a.md": "Mine.\n"})
    (tmp_path / "rules").symlink_to(dots)
    linked = ProjectRuleFiles(root, defaults=None, user=tmp_path / "rules")
    (origin,) = [o for o in linked.list() if o.source == "user"]
    assert linked.read(origin) == b"Mine.\n"
    missing = ProjectRuleFiles(root, defaults=None, user=tmp_path / "none")
    assert [o.source for o in missing.list() if not o.format] == ["project"]


# Frameworks


def test_a_framework_in_use_brings_its_rules_to_the_part_that_uses_it(root):
    write_files(root, {"api/pyproject.toml": '[project]\ndependencies=["fastapi"]', "requirements.txt": "flask\n"})
    of = ProjectRuleFiles(root)
    found = [o for o in of.list() if o.source == "framework"]
    assert {(o.below.partition("/")[0], o.folder, o.because) for o in found} == {
        ("fastapi", "api", "api/pyproject.toml names fastapi"),
        ("flask", "", "requirements.txt names flask"),
    }
    assert all(load(o, of.read(o)).parsed.rule is not None for o in found)
    near = [o for o in of.list(["api/src/a.py"]) if o.source == "framework"]
    assert {o.folder for o in near} == {"api", ""}
    assert {o.folder for o in of.list(["a.py"]) if o.source == "framework"} == {""}


def test_a_package_that_is_installed_later_is_found_by_the_next_look(root):
    keeper = RuleKeeper(files(root, "late", "zod"), MemoryEventLog(), SystemClock(), Policy())
    keeper.load()
    assert [p for p in keeper.book.entries if "node_modules" in p] == ["web/node_modules/zod/usage-rules.md"]
    assert keeper.look() == ()
    write_files(root, {"web/node_modules/late/usage-rules.md": "Late.\n"})
    (event,) = keeper.look()
    assert (event.event_type, event.path) == ("rule_added", "web/node_modules/late/usage-rules.md")


def test_what_a_package_does_wrong_is_told_and_is_no_error_of_the_project(root):
    write_files(root, {"deps/ash/usage-rules.md": "Be kind.\u200b\n", "deps/ash/usage-rules/big.md": "x" * 3_000})
    keeper = RuleKeeper(files(root, "ash", max_kb=2), MemoryEventLog(), SystemClock(), Policy())
    keeper.load()
    found = {f.path.removeprefix("deps/ash/"): f for f in keeper.book.findings if f.path.startswith("deps/")}
    assert {f.severity for f in found.values()} == {"info"}
    verdicts = {v.path.removeprefix("deps/ash/"): v for v in keeper.book.selection.explain("lib/a.ex")}
    for name, said in (("usage-rules.md", "people do not see"), ("usage-rules/big.md", "more than 2 kB")):
        assert (verdicts[name].verdict, verdicts[name].source) == ("rejected", "dependency")
        assert said in verdicts[name].reason
        assert said in found[name].message
