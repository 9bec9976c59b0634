"""Where settings are read from, and what is said when they cannot be."""

import pytest

from rulewright.core.config import merge
from rulewright.services.settings import read_layers, user_file


@pytest.fixture
def user(tmp_path):
    folder = tmp_path / "config"
    folder.mkdir()
    return folder


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def read(root, user, **environ):
    return read_layers(root, {"RULEWRIGHT_CONFIG_DIR": str(user), **environ})


def messages(root, user):
    return [f"{p.origin}: {p.message}" for p in read(root, user)[1]]


def test_without_files_only_the_environment_is_left(root, user):
    layers, problems = read(root, user)
    assert [layer.layer for layer in layers] == ["environment"]
    assert merge(layers)[0] == merge([])[0]
    assert problems == []


def test_the_project_s_file_wins_over_the_user_s_and_the_environment_over_both(root, user):
    (user / "rulewright.toml").write_text("[check]\nmax_findings = 1\njobs = 1\ntimeout_s = 1\n")
    (root / "rulewright.toml").write_text("[check]\nmax_findings = 2\njobs = 2\n")
    layers, problems = read(root, user, RULEWRIGHT_CHECK_JOBS="3")
    settings, more = merge(layers)
    assert (settings.check.max_findings, settings.check.jobs, settings.check.timeout_s) == (2, 3, 1)
    assert [*problems, *more] == []
    assert [layer.origin for layer in layers][:2] == [str(user / "rulewright.toml"), "rulewright.toml"]


def test_pyproject_counts_where_there_is_no_file_of_our_own(root, user):
    (root / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.rulewright.check]\njobs = 2\n')
    assert read(root, user)[0][0].values == {"check": {"jobs": 2}}
    (root / "rulewright.toml").write_text("[check]\njobs = 3\n")
    assert read(root, user)[0][0].values == {"check": {"jobs": 3}}


def test_a_pyproject_that_does_not_name_us_need_not_be_toml(root, user):
    (root / "pyproject.toml").write_text("this is not = = TOML")
    assert messages(root, user) == []


@pytest.mark.parametrize(
    "text", ["tool = 'rulewright'\n", "rulewright = 1\n", "[tool]\nother = 'rulewright'\n", "[tool.rulewright]\n"]
)
def test_a_pyproject_that_says_nothing_about_us_counts_as_empty(root, user, text):
    (root / "pyproject.toml").write_text(text)
    layers, problems = read(root, user)
    assert [layer.layer for layer in layers] == ["environment"]
    assert problems == []


def test_a_table_that_is_none_is_a_problem(root, user):
    (root / "pyproject.toml").write_text("[tool]\nrulewright = 5\n")
    assert messages(root, user) == ["pyproject.toml: `tool.rulewright` must be a table."]
    assert read(root, user)[1][0].broken


@pytest.mark.parametrize(
    "data",
    [b"[check\n", b"check = caf\xe9\n", b"x = " + b"[" * 10_000, b"\xff\xfea\0"],
    ids=["open", "latin", "deep", "utf-16"],
)
def test_a_file_that_is_not_toml_is_a_problem_and_counts_as_empty(root, user, data):
    (root / "rulewright.toml").write_bytes(data)
    (message,) = messages(root, user)
    assert message.startswith("rulewright.toml: is not TOML: ")


def test_a_byte_order_mark_and_windows_line_ends_are_taken(root, user):
    (root / "rulewright.toml").write_bytes(b"\xef\xbb\xbf[check]\r\njobs = 2\r\n")
    layers, problems = read(root, user)
    assert layers[0].values == {"check": {"jobs": 2}}
    assert problems == []


def test_a_folder_in_the_place_of_the_user_s_file_is_a_problem(root, user):
    (user / "rulewright.toml").mkdir()
    path = user / "rulewright.toml"
    assert messages(root, user) == [f"{path}: cannot be read: Is a directory."]


def test_a_folder_in_the_place_of_the_project_s_file_is_none(root, user):
    (root / "rulewright.toml").mkdir()
    assert messages(root, user) == []


def test_what_a_project_may_not_set_is_left_out_and_said(root, user):
    (root / "rulewright.toml").write_text('[packages]\nallow = ["x"]\n[check]\njobs = 2\n')
    settings, problems = merge(read(root, user)[0])
    assert settings.check.jobs == 2
    assert [p.broken for p in problems] == [False]


def test_the_user_s_file_has_its_place(tmp_path):
    assert user_file({"RULEWRIGHT_CONFIG_DIR": str(tmp_path)}) == tmp_path / "rulewright.toml"
    assert user_file({}).parts[-2:] == ("rulewright", "rulewright.toml")
