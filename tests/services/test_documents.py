"""Open documents."""

from rulewright.core.changes import ContentChange
from rulewright.core.text import Position, Range
from rulewright.services.documents import DocumentStore

URI = "file:///w/a.py"


def opened(content="one\n"):
    store = DocumentStore()
    store.open(URI, "/w/a.py", "python", 1, content)
    return store


def test_who_holds_the_documents_of_a_moment_keeps_them():
    store = opened()
    before = store.documents
    store.change(URI, 2, [ContentChange(Range(Position(0, 0), Position(0, 3)), "two")], "utf-16")
    assert before[URI].text.content == "one\n"
    assert (store.documents[URI].text.content, store.documents[URI].version) == ("two\n", 2)
    assert store.documents[URI].language_id == "python"


def test_a_closed_document_is_forgotten_and_can_be_opened_again():
    store = opened()
    assert store.close(URI)
    assert not store.documents
    assert not store.close(URI)
    store.open(URI, "/w/a.py", "python", 7, "again")
    assert store.documents[URI].version == 7


def test_a_change_of_a_document_that_is_not_open_changes_nothing():
    store = opened()
    before = store.documents
    assert store.change("file:///w/b.py", 2, [ContentChange(None, "x")], "utf-16") is None
    assert store.documents is before
