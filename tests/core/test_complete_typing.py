"""Completion while somebody types, letter by letter, as an editor asks for it."""

from rulewright.core.changes import ContentChange
from rulewright.core.complete.state import Client, CompletionState, Trigger
from rulewright.core.text import Position, Range
from rulewright.features.completion import Completions, complete
from tests.harness.code import MemoryWorkspace
from tests.harness.world_completion import CLIENT


class Typist:
    """Types into a file and asks behind each letter."""

    def __init__(self, path: str, text: str, row: int, client: Client = CLIENT) -> None:
        self.workspace = MemoryWorkspace({path: text}, "utf-16", [path])
        self.path = path
        self.buffer = self.workspace.buffers[path]
        self.state = CompletionState(client)
        self.place = Position(row, len(self.buffer.line(row)))

    def type(self, text: str) -> Completions:
        found = Completions()
        for letter in text:
            self.buffer.apply([ContentChange(Range(self.place, self.place), letter)], "utf-16")
            if letter == "\n":
                self.place = Position(self.place.line + 1, 0)
            else:
                self.place = Position(self.place.line, self.place.character + 1)
            trigger = Trigger("character", letter) if letter in ".:>/\"'@" else Trigger()
            if letter.isidentifier() or letter.isdigit() or trigger.character:
                found = complete(self.workspace, self.path, self.place, trigger, self.state)
        return found

    def labels(self, text: str) -> list[str]:
        return [item.label for item in self.type(text).items]


def test_a_name_that_was_just_made_is_offered_in_the_next_line() -> None:
    typist = Typist("a.py", "def main():\n    pass\n", 1)
    typist.type("\n    fresh_total = 1")
    assert typist.labels("\n    print(fre")[0] == "fresh_total"
    typist.type("sh_total)\n\n\ndef brand_new():\n    return 1\n\n\n")
    assert typist.labels("x = bra")[0] == "brand_new"


def test_what_was_taken_lately_comes_first() -> None:
    text = "def compute_alpha(): ...\n\n\ndef compute_gamma(): ...\n\n\n" + "# far\n" * 2000 + "\n"
    typist = Typist("a.py", text, text.count("\n"))
    assert typist.labels("comp")[0] == "compute_alpha"
    typist.type("ute_gamma()\n" + "#" * 3000 + "\n")
    typist.type("y = 1\n")
    typist.state.touch("compute_gamma")
    assert typist.labels("comp")[0] == "compute_gamma"


def test_members_are_known_though_the_dot_breaks_the_class() -> None:
    text = "class Cart {\n    private int itemCount;\n    int total(int rate) {\n        int x = 1;\n    }\n}\n"
    typist = Typist("Cart.java", text, 3)
    typist.type("\n        itemC")
    found = typist.labels("ount = 2;\n        this.")
    assert {"itemCount", "total"} <= set(found)


def test_no_second_question_pops_up_words_in_a_comment() -> None:
    typist = Typist("a.py", "alphabet = 1\n", 1)
    assert typist.type("# alph").items == ()
    assert typist.type("ab").items == ()
    again = complete(typist.workspace, "a.py", typist.place, Trigger(), typist.state)
    assert [i.label for i in again.items] == ["alphabet"]


def test_a_number_and_a_sentence_are_left_alone() -> None:
    typist = Typist("a.py", "alphabet = 1\n", 1)
    assert typist.type("x = 12").items == ()
    assert typist.type("\n# The end.").items == ()
    assert typist.type("\nif alphabet:").items == ()


def test_a_file_that_is_gone_is_no_error() -> None:
    workspace = MemoryWorkspace({"a.py": ""})
    assert complete(workspace, "b.py", Position(3, 3), Trigger(), CompletionState()) == Completions()
    assert complete(workspace, "a.py", Position(30, 30), Trigger(), CompletionState()).items is not None


def test_what_is_remembered_is_bounded_and_forgotten() -> None:
    state = CompletionState()
    workspace = MemoryWorkspace({f"{n}.py": f"name_{n} = 1\n" for n in range(30)})
    for n in range(30):
        state.view(f"{n}.py", workspace.buffers[f"{n}.py"])
    assert len(state._views) <= 12
    state.forget("29.py")
    assert "29.py" not in state._views


def offered(files: dict[str, str], text: str) -> list[str]:
    """What is offered behind a text in a file of its own."""
    workspace = MemoryWorkspace({**files, "main.py": text}, opened=["main.py"])
    found = complete(workspace, "main.py", Position(0, len(text)), Trigger(), CompletionState(CLIENT))
    return [item.label for item in found.items]


def test_what_can_be_imported_is_found_behind_many_members_and_other_languages() -> None:
    methods = "".join(f"    def get_{n}(self): ...\n" for n in range(300))
    hidden = "".join(f"def _get{n}(): ...\n" for n in range(100))
    exported = "".join(f"export function get_{n}() {{}}\n" for n in range(100))
    files = {
        "many.py": f"class Many:\n{methods}\n{hidden}",
        "web.ts": exported,
        "few.py": "def get_object_or_404(): ...\n",
    }
    assert "get_object_or_404" in offered(files, "x = get_")


def test_a_few_letters_find_a_name_though_others_begin_with_them_that_cannot_be_named() -> None:
    methods = "".join(f"    def gob{n}(self): ...\n" for n in range(10))
    files = {"many.py": f"class Many:\n{methods}", "few.py": "def get_object(): ...\n"}
    assert "get_object" in offered(files, "x = gob")
