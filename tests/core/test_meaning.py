"""What is read from text to tell what a name means: chains before a dot, what a variable is set to, written types."""

import pytest

from rulewright.core.index.chain import Link, assigned, chain_before
from rulewright.core.index.meaning import meaning_at, receiver_of
from rulewright.core.index.members import members
from rulewright.core.index.near import distance
from rulewright.core.index.returns import named_type, return_type
from rulewright.core.index.site import site_at
from tests.harness.code import MemoryWorkspace


def shown(chain: tuple[Link, ...] | None) -> list[str] | None:
    if chain is None:
        return None
    return [link.name + "()" * link.is_called + "[]" * link.is_indexed for link in chain]


@pytest.mark.parametrize(
    ("text", "language", "chain"),
    [
        ("x.", "python", ["x"]),
        ("store.open(path, '(').name.", "python", ["store", "open()", "name"]),
        ("a[0].b.", "python", ["a[]", "b"]),
        ("foo\n    .bar()\n    .", "javascript", ["foo", "bar()"]),
        ("x?.y!.", "typescript", ["x", "y"]),
        ("Foo::<T>::new(1).", "rust", ["Foo", "new()"]),
        ("@cart&.", "ruby", ["@cart"]),
        ("$this->a->", "php", ["$this", "a"]),
        ("self:", "lua", ["self"]),
        ("'text'.", "python", []),
        ("(a + b).", "python", []),
        ("[1, 2].", "javascript", []),
        ("1.", "python", []),
        ("f(", "python", None),
        ("def f() -> ", "python", None),
        ("1..", "rust", None),
        ("*rest, ...", "javascript", None),
        ("", "python", None),
        ("}}}}.", "javascript", []),
        (")." * 3, "javascript", []),
        ("# Take what came from the caller.\n", "python", None),
        ("x = 1  # Of the caller.\n", "python", None),
        ("// From the caller.\n\n  // And more.\n", "go", None),
        ("/* From the\n * caller. */\n", "typescript", None),
        ("store // of the 'caller\n  .open() // first.\n  .", "typescript", ["store", "open()"]),
        ("store. # of the caller\n", "ruby", ["store"]),
        ("open('#not.').\n", "python", ["open()"]),
        ('say("it\'s").', "javascript", ["say()"]),
        ("f(&'a x) // no.\n", "rust", None),
        ("@foo\n# a note.\n", "elixir", None),
    ],
)
def test_what_stands_before_a_member(text: str, language: str, chain: list[str] | None) -> None:
    assert shown(chain_before(text.encode(), len(text.encode()), language)) == chain


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        (" := u.New(1)\n", ["u", "New()"]),
        (", err := u.New(1)\n", ["u", "New()"]),
        (" = new Stack<string>(1);", ["Stack()"]),
        (" = await api.load(f(1)).body;", ["api", "load()", "body"]),
        (" = &Stack{1, 2}\n", ["Stack()"]),
        (" = Stack::<u8>::new()?;", ["Stack", "new()"]),
        (" = Shop::Cart.new", ["Shop", "Cart", "new"]),
        (" = other", ["other"]),
        (" = a.b() + 1", None),
        (" = a == b", None),
        (" == a", None),
        (" = 1", None),
        (" = 'text'", None),
        (" = f(", None),
        (": int", None),
    ],
)
def test_what_a_variable_is_set_to(text: str, chain: list[str] | None) -> None:
    assert shown(assigned(b"x" + text.encode(), 1)) == chain


@pytest.mark.parametrize(
    ("language", "signature", "name", "said"),
    [
        ("python", "async def load(path, *, strict: bool = False) -> Stack", "load", "Stack"),
        ("python", "def load(path)", "load", ""),
        ("python", "def f[T](x: T) -> 'Foo | None'", "f", "'Foo | None'"),
        ("go", "func (s *Stack[T]) Push(item T) (*Stack, error)", "Push", "*Stack"),
        ("go", "func New(a int) Stack", "New", "Stack"),
        ("rust", "pub fn new<F: Fn(i32) -> i32>(f: F) -> Self where F: Copy", "new", "Self"),
        ("typescript", "const f = async (a: A): Promise<B> =>", "f", "Promise<B>"),
        ("typescript", "get top(): Foo | undefined", "top", "Foo | undefined"),
        ("java", "public static List<Foo> make(int a)", "make", "List<Foo>"),
        ("java", "Stack()", "Stack", ""),
        ("python", "def broken(", "broken", ""),
    ],
)
def test_what_a_signature_says_is_returned(language: str, signature: str, name: str, said: str) -> None:
    assert return_type(language, signature, name) == said


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Stack", ("Stack",)),
        ("Optional['models.User']", ("models", "User")),
        ("X | None", ("X",)),
        ("A | B", ()),
        ("&mut Box<dyn Shape<T>>", ("Shape",)),
        ("&'static str", ("str",)),
        ("*pkg.Client", ("pkg", "Client")),
        ("crate::a::B<T>", ("crate", "a", "B")),
        ("list[int]", ("list",)),
        ("Foo[]", ()),
        ("[]Foo", ()),
        ("(a) => b", ()),
        ("a.b().c", ()),
        ("", ()),
    ],
)
def test_what_a_written_type_names(text: str, parts: tuple[str, ...]) -> None:
    assert named_type(text) == parts


def test_how_far_files_are_apart() -> None:
    assert distance("a/b/c.py", "a/b/c.py") == -1
    assert distance("a/b/c.py", "a/b/d.py") == 0
    assert distance("a/b/c.py", "a/d.py") == 1
    assert distance("a/b/c.py", "x/y.py") == 3


MODELS = """\
from lib import Outside

class Base:
    def save(self): ...

class User(Base, Outside):
    name: str = ""
    def __init__(self, box: "Box"):
        self.box = box
    @property
    def friend(self) -> "User": ...

class Box:
    def open(self) -> User: ...
"""


def receiver(code: str) -> list[str] | None:
    workspace = MemoryWorkspace({"models.py": MODELS, "app.py": f"from models import *\nimport models\n{code}"})
    end = len(workspace.buffers["app.py"].source)
    site = site_at(workspace, "app.py", end)
    assert site is not None
    value = receiver_of(site)
    return None if value is None else [m.symbol.name for m in members(workspace.index, value)]


USER = ["name", "__init__", "box", "friend", "save"]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def f(user: User):\n    user.", USER),
        ("def f(user: 'models.User | None'):\n    user.", USER),
        ("def f():\n    user = Box().open()\n    user.", USER),
        ("User(1).friend.friend.", USER),
        ("User(1).box.", ["open"]),
        ("one = User(1)\none.box.open().", USER),
        ("models.", ["Base", "User", "Box"]),
        ("def f(x):\n    x.", []),
        ("'text'.", []),
        ("User", None),
    ],
)
def test_members_while_typing(code: str, names: list[str] | None) -> None:
    assert receiver(code) == names


def test_files_that_import_each_other_and_classes_that_extend_each_other_come_to_an_end() -> None:
    files = {
        "a.py": "from b import x, Left\nclass Right(Left): ...\nx.y\nRight().missing\n",
        "b.py": "from a import x, Right\nclass Left(Right): ...\n",
        "c.py": "value = value.next\nvalue.next.next\ndef f():\n    z = z.a(z)\n    z.b\n",
    }
    workspace = MemoryWorkspace(files)
    for path, text in files.items():
        for byte in range(len(text)):
            site = site_at(workspace, path, byte)
            assert site is not None
            meaning_at(site)


def test_files_that_pass_everything_of_each_other_on_are_asked_once() -> None:
    count = 40
    everything = "".join(f"from m{n} import *\n" for n in range(count))
    files = {f"m{n}.py": f"{everything}\nprint(missing, name7)\ndef name{n}(): ...\n" for n in range(count)}
    workspace = MemoryWorkspace(files)
    at = files["m0.py"].index("missing")
    nowhere, far = (site_at(workspace, "m0.py", byte) for byte in (at, at + len("missing, ")))
    assert nowhere is not None
    assert far is not None
    assert (meaning := meaning_at(nowhere)) is not None
    assert meaning.step == "nothing"
    assert (meaning := meaning_at(far)) is not None
    assert [d.path for d in meaning.definitions] == ["m7.py"]
