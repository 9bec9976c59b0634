"""Front matter as people write it."""

import pytest

from rulewright.core.edits import apply
from rulewright.core.rules.frontmatter import MAX_DEPTH, read

READ = {
    "star": ("globs: **/*.ts", {"globs": "**/*.ts"}),
    "braces": ("globs: **/*.{ts,tsx}", {"globs": "**/*.{ts,tsx}"}),
    "starts with a brace": ("globs: {a,b}/**", {"globs": "{a,b}/**"}),
    "comma list": ("globs: *.a, *.b", {"globs": "*.a, *.b"}),
    "flow list": ('globs: [**/*.ts, "x", *.y]', {"globs": ["**/*.ts", "x", "*.y"]}),
    "block list": ("globs:\n  - *.ts\n  - a", {"globs": ["*.ts", "a"]}),
    "negated": ("globs: !tests/**", {"globs": "!tests/**"}),
    "colon": ("description: Use: this", {"description": "Use: this"}),
    "at": ("description: @a", {"description": "@a"}),
    "backtick": ("description: `a` b", {"description": "`a` b"}),
    "percent": ("description: %a", {"description": "%a"}),
    "quoted list without brackets": ('globs: "a", "b"', {"globs": ["a", "b"]}),
    "tab": ("tags:\n\t- a", {"tags": ["a"]}),
    "class": ("globs: [ab].py", {"globs": "[ab].py"}),
}
STRICT = {
    "date": ("created: 2024-01-01", {"created": "2024-01-01"}),
    "numbers": ("a: 08\nb: 7\nc: 1.5\nd: 0x10", {"a": "08", "b": 7, "c": 1.5, "d": 16}),
    "booleans": ("a: true\nb: no\nc: 'true'", {"a": True, "b": "no", "c": "true"}),
    "null": ("a:\nb: ~", {"a": None, "b": None}),
    "anchor": ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
    "block text": ("a: |\n  *x\n  y", {"a": "*x\ny\n"}),
    "empty": ("", {}),
    "comment": ("# nothing", {}),
}


@pytest.mark.parametrize("name", READ)
def test_a_repair_reads_what_was_meant_and_offers_the_spelling(name: str) -> None:
    block, expected = READ[name]
    content = f"---\n{block}\n---\nbody\n"
    matter = read(content)
    assert matter.data == expected
    assert matter.body == "body\n"
    assert {p.severity for p in matter.problems} == {"hint"}
    fixed = apply(content, [e for p in matter.problems if p.fix for e in p.fix.edits])
    again = read(fixed)
    assert again.data == expected
    assert again.problems == ()


@pytest.mark.parametrize("name", STRICT)
def test_plain_yaml_needs_no_repair(name: str) -> None:
    block, expected = STRICT[name]
    matter = read(f"---\n{block}\n---\n")
    assert matter.data == expected
    assert matter.problems == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    matter = read(f"---\na: 1\nb: *x\n---\nbody\n".replace("\n", end))  # noqa: F541
    assert matter.data == {"a": 1, "b": "*x"}
    assert matter.body == f"body{end}"
    assert matter.body_line == 4


def test_no_front_matter() -> None:
    matter = read("# Title\n")
    assert (matter.data, matter.body, matter.present) == ({}, "# Title\n", False)


def test_a_thematic_break_is_not_front_matter() -> None:
    assert read("---\nHello, world.\n").body == "---\nHello, world.\n"


def test_an_unterminated_block_is_an_error_whose_fix_ends_it() -> None:
    content = "---\ndescription: x\nglobs: y\n\nText.\n"
    matter = read(content)
    assert matter.data is None
    (found,) = matter.problems
    assert (found.code, found.severity) == ("unterminated-front-matter", "error")
    assert found.fix is not None
    again = read(apply(content, found.fix.edits))
    assert (again.data, again.body) == ({"description": "x", "globs": "y"}, "\nText.\n")


def test_a_file_in_a_fence_is_read_and_the_fix_removes_the_fence() -> None:
    content = "```md\n---\na: b\n---\nbody\n```\n"
    matter = read(content)
    assert (matter.data, matter.body) == ({"a": "b"}, "body\n")
    fix = matter.problems[0].fix
    assert fix is not None
    assert read(apply(content, fix.edits)).problems == ()


@pytest.mark.parametrize(
    "block",
    [
        "a: [",
        'a: "x',
        "a: 'x",
        "d: x\n  e: y",
        "- a",
        "text",
        "a: &a [*a]",
        "a: " + "[" * 5000,
        "a: \x00",
        "a: {b: [c}",
    ],
)
def test_what_cannot_be_read_is_one_error(block: str) -> None:
    matter = read(f"---\n{block}\n---\n")
    assert matter.data is None
    assert [p.severity for p in matter.problems].count("error") == 1


def test_aliases_cannot_blow_up() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    matter = read("---\n" + "\n".join(lines) + "\n---\n")
    assert matter.data is None
    assert "values" in matter.problems[0].message


def test_depth_is_bounded() -> None:
    deep = "a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)
    assert "deep" in read(f"---\n{deep}\n---\n").problems[0].message


def test_a_duplicate_key_is_reported_at_its_place() -> None:
    content = "---\na: 1\na: 2\n---\n"
    matter = read(content)
    assert matter.data == {"a": 2}
    (found,) = matter.problems
    assert content[found.start : found.end] == "a"
    assert found.start == 9


def test_places_point_at_keys_and_items() -> None:
    content = "---\ncheck:\n  - rule: {kind: x}\n---\n"
    matter = read(content)
    start, end = matter.place(("check", 0, "rule", "kind"))
    assert content[start:end] == "kind"
    start, _ = matter.place(("check", 0, "fix"))
    assert content[start:].startswith("rule: {kind")


HOSTILE = {
    "spaces in a value": "globs: *" + " " * 900_000 + "x",
    "spaces in a list": "globs: [*a" + " " * 900_000 + "b]",
    "spaces before a colon": "a" + " " * 90_000 + "b",
    "hundreds of bad lines": "\n".join(f"k{i}: *{'x' * 200}" for i in range(400)),
    "colons": "a: " * 30_000,
    "dashes": "- " * 40_000 + "*x",
    "question marks": "? " * 40_000 + "x",
    "mixed marks": "? - " * 20_000 + "x",
    "brackets": "a: " + "[" * 90_000,
    "braces": "a: " + "{" * 90_000,
    "closed brackets": "a: " + "[" * 40_000 + "]" * 40_000,
    "indentation": "\n".join(" " * i + f"k{i}:" for i in range(440)),
    "indented dashes": "\n".join(" " * i + "-" for i in range(440)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_front_matter_is_read_or_refused_without_much_ado(name: str) -> None:
    matter = read(f"---\n{HOSTILE[name]}\n---\nbody\n")
    assert matter.body == "body\n"
    assert matter.data is None or matter.problems
