"""File URIs and paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core import uris

PAIRS = [
    ("file:///home/me/app.py", "/home/me/app.py"),
    ("file:///home/me/a%20b/caf%C3%A9.py", "/home/me/a b/café.py"),
    ("file:///tmp/%F0%9F%98%80.py", "/tmp/😀.py"),
    ("file:///C:/src/app.py", "C:/src/app.py"),
    ("file://server/share/app.py", "//server/share/app.py"),
    ("file:///a%23b%3Fc%25d.py", "/a#b?c%d.py"),
    ("file:///tmp/%FF.py", "/tmp/\udcff.py"),
    ("file:///", "/"),
]


@pytest.mark.parametrize(("uri", "path"), PAIRS)
def test_uri_and_path_name_the_same_file(uri, path):
    assert uris.to_path(uri) == path
    assert uris.from_path(path) == uri


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/src/app.py", "C:/src/app.py"),
        ("file:///c:", "C:/"),
        ("file://localhost/etc/hosts", "/etc/hosts"),
        ("file:///a/b.py#fragment", "/a/b.py"),
        ("FILE:///a/b.py", "/a/b.py"),
    ],
)
def test_other_spellings_are_understood(uri, path):
    assert uris.to_path(uri) == path


@pytest.mark.parametrize(
    "uri",
    ["untitled:Untitled-1", "git:/a/b.py?ref", "", "app.py", "file:a.py", "http://[", "vscode-remote://h/a"],
)
def test_what_is_no_file_has_no_path(uri):
    assert uris.to_path(uri) == ""


def test_backslashes_of_a_windows_path_become_slashes():
    assert uris.from_path("c:\\src\\my app.py") == "file:///C:/src/my%20app.py"


def test_a_backslash_elsewhere_is_part_of_the_name():
    assert uris.to_path(uris.from_path("/tmp/a\\b")) == "/tmp/a\\b"


NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1)


@given(st.lists(NAME, min_size=1).map(lambda names: "/" + "/".join(names)))
def test_a_path_comes_back_from_its_uri(path):
    if path[2:3] != ":":
        assert uris.to_path(uris.from_path(path)) == path
