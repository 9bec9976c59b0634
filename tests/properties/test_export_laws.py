"""Laws of export and import: what a writer says exactly means the same when it is read, and twice is once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.rules.formats import claim
from rulewright.core.rules.formats.marks import section_of, without_marked
from rulewright.core.rules.formats.write import TARGETS
from rulewright.core.rules.formats.write.front import values_of, with_keys
from rulewright.core.rules.frontmatter import read
from rulewright.core.rules.rule import Rule
from rulewright.core.rules.select import Policy, Selection
from rulewright.features.rule_export import There, export, plan_export
from rulewright.features.rule_import import Source, import_rule
from tests.harness.imported import rule_of

NAMES = st.sampled_from(["src", "a", "b.py", "*.py", "*.ts", "test_*", "**", "*", "[ab].go", "x{1,2}.py", "d.{ts,tsx}"])
GLOBS = st.builds(
    lambda head, names, tail: head + "/".join(names) + tail,
    st.sampled_from(["", "", "/", "./", "**/"]),
    st.lists(NAMES, min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
)
TEXTS = st.sampled_from(
    ["Say no.\n", "# T\n\nSay.\n", "a\r\nb\r\n", "\nno end", "```\n---\nx\n", "é\u2028\n", "---\nk: v\n---\n"]
)
DESCRIPTIONS = st.sampled_from(
    ["", "Plain words", "With: a colon # and more", "- 'q' \"d\"", "true", "12", "é\x7f", "*", "[a"]
)
SAMPLES = [
    folder + name
    for folder in ("", "src/", "a/", "a/src/", "src/a/", "packages/web/", "packages/web/src/", "x/packages/web/")
    for name in ("b.py", "test_x.py", "test_", "c.ts", "a.go", "x1.py", "d.tsx", "src", "Dockerfile", "k.pyi")
]


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        folder = draw(st.sampled_from(["", "", "packages/web"]))
        rule_id = draw(st.sampled_from(["a", "b/c", "Odd name!", "../up", "x-y", "b-c"])) + str(number)
        how = draw(st.sampled_from(["always", "globs", "languages", "description", "manual"]))
        globs = tuple(draw(st.lists(GLOBS, min_size=1, max_size=3))) if how == "globs" else ()
        if globs and draw(st.booleans()):
            globs += ("!" + draw(GLOBS),)
        languages = tuple(draw(st.sets(st.sampled_from(["python", "typescript", "dockerfile"]), min_size=1)))
        description = draw(DESCRIPTIONS) or ("Waits" if how == "description" else "")
        found.append(
            Rule(
                id=rule_id,
                path=f"{folder + '/' if folder else ''}.ai-rules/{number}.md",
                folder=folder,
                description="" if how == "manual" else description,
                globs=globs,
                languages=languages if how == "languages" or (globs and draw(st.booleans())) else (),
                always=how == "always" and draw(st.booleans()),
                unscoped=how if how in {"description", "manual"} else "always",
                body=draw(TEXTS),
            )
        )
    return found


def meaning(rule: Rule) -> tuple[object, ...]:
    selection = Selection([rule], Policy())
    waits = rule.unscoped if not (rule.always or rule.globs or rule.languages) else ""
    return frozenset(path for path in SAMPLES if selection.select(path)), "" if waits == "always" else waits


def plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


@given(rules(), st.sampled_from(sorted(TARGETS)))
@settings(max_examples=150, deadline=None)
def test_what_is_exported_exactly_means_the_same_when_it_is_imported(found: list[Rule], name: str) -> None:
    exporting = export(found, [name])
    plan = plan_export(exporting, [name], {})
    assert {change.path for change in plan.changes} == set(exporting.paths)
    assert len(set(exporting.paths)) == len(exporting.paths)
    inexact = {remark.rule for remark in plan.remarks if remark.kind in {"scope", "left-out"}}
    by_id = {rule.id: rule for rule in found}
    written = {rule_id for _, output in exporting.outputs for rule_id in output.rules}
    assert written | inexact == set(by_id)
    for change, (_, output) in zip(plan.changes, exporting.outputs, strict=True):
        assert not change.path.startswith(("/", ".."))
        assert "/../" not in change.path
        claimed = claim(change.path)
        assert claimed is not None
        assert claimed.format.name == name
        section = section_of(change.after)
        # As somebody would import it who took the marks out.
        front = change.after[: section.start] or "---\n---\n"
        bare = front + change.after[section.inner_start : section.inner_end]
        imported = import_rule(Source(change.path, claimed, bare))
        rule = rule_of(imported[0])
        for rule_id in output.rules:
            assert plain(by_id[rule_id].body) in plain(rule.body) or rule_id in inexact
            if rule_id not in inexact:
                assert meaning(rule) == meaning(by_id[rule_id])
                if len(output.rules) == 1 and not output.is_shared:
                    assert plain(rule.body) == plain(by_id[rule_id].body)


@given(rules(), rules(), st.sampled_from(sorted(TARGETS)))
@settings(max_examples=80, deadline=None)
def test_twice_is_once_and_no_rules_leave_nothing(found: list[Rule], others: list[Rule], name: str) -> None:
    disk: dict[str, There] = {}
    for now in (found, others, []):
        for times in range(2):
            plan = plan_export(export(now, [name]), [name], disk)
            assert plan.is_whole
            assert not (times and plan.changes)
            for change in plan.changes:
                assert disk.get(change.path, There(None)).text == change.before
                disk[change.path] = There(change.after)
    assert all(there.text is None for there in disk.values())


OUTSIDE = st.sampled_from(["", "mine\n", "mine", "# Ours\r\n\r\ntext\r\n", "---\nk: v\n---\nbody", "\ufeffx\n", "a\rb"])


@given(rules(), rules(), OUTSIDE, st.sampled_from(["agents", "gemini", "zed", "junie", "copilot"]))
@settings(max_examples=80, deadline=None)
def test_what_others_wrote_in_a_shared_file_stays(
    found: list[Rule], others: list[Rule], outside: str, name: str
) -> None:
    paths = {
        output.path for rules in (found, others) for _, output in export(rules, [name]).outputs if output.is_shared
    }
    disk = {path: There(outside) for path in paths}
    for now in (found, others, []):
        plan = plan_export(export(now, [name]), [name], disk)
        for change in plan.changes:
            disk[change.path] = There(change.after)
            if change.path in paths and outside:
                assert change.after.startswith(outside)
                assert not without_marked(change.after)[len(outside) :].strip()
    assert all((disk[path].text or "").startswith(outside) for path in paths if outside)


KEYS = st.dictionaries(
    st.sampled_from(["description", "globs", "alwaysApply"]),
    st.sampled_from(["x: y", "*", True, ("**/*.py", "a b"), ["a", "*b"]]),
)
FRONTS = st.sampled_from(
    [
        "",
        "body only\n",
        "---\n---\nbody",
        "---\r\n# comment\r\ndescription: old # why\r\nmine: 1\r\n---\r\nbody\r\n",
        "---\nglobs:\n  - a\n  - b\n\n# about mine\nmine:\n  deep: [1, 2]\nalwaysApply: true\n---\nbody\n",
        "---\nglobs: **/*.ts\nalwaysApply: false\n---\n\nbody\n",
        "\ufeff---\ndescription: >\n  folded\n  text\nother: x\n---\nbody\n",
        "---\n{globs: a, mine: b}\n---\nbody",
    ]
)


@given(FRONTS, KEYS)
def test_keys_of_others_and_the_body_stay(text: str, keys: dict[str, object]) -> None:
    ours = ("description", "globs", "alwaysApply")
    before = read(text)
    try:
        after_text = with_keys(text, keys, ours)
    except ValueError:
        assert "{globs" in text
        return
    after = read(after_text)
    assert after.body == before.body
    assert {k: v for k, v in after.data.items() if k not in ours} == {
        k: v for k, v in before.data.items() if k not in ours
    }
    assert values_of(after_text, ours) == {k: ",".join(v) if isinstance(v, tuple) else v for k, v in keys.items()}
    assert with_keys(after_text, keys, ours) == after_text
    for line in ("# comment", "# about mine", "  deep: [1, 2]"):
        assert (line in text) == (line in after_text)
