"""The gate: what leaves, what does not, and that nothing but what it let pass reaches a provider or a peer."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rulewright.core.config import PrivacySettings
from rulewright.core.models import (
    Delta,
    Failed,
    Finished,
    Infill,
    Message,
    ModelError,
    ModelEvent,
    ModelRequest,
    Part,
    Redacted,
    Sending,
    Source,
    Usage,
    Withheld,
)
from rulewright.core.peers import Payload, Sent
from rulewright.privacy_view import path_rules
from rulewright.services.egress import Gate, GatedPeer, GatedProvider
from rulewright.services.models.scripted import Drop, Fail, Say, ScriptedProvider, Stall
from tests.harness.program import write_files
from tests.harness.secret_samples import key_of, pem
from tests.harness.world_git import git

KEY = key_of("github classic")


class RecordingPeer:
    """Keeps what it was told."""

    name = "recording"

    def __init__(self) -> None:
        self.sent: list[tuple[str, Payload]] = []

    async def publish(self, subject: str, payload: Payload) -> Sent:
        self.sent.append((subject, payload))
        return Sent()

    async def request(self, subject: str, payload: Payload, timeout_s: float) -> Sent:
        self.sent.append((subject, payload))
        return Sent(answer=b"yes")

    async def close(self) -> None:
        return None


def gate(settings: PrivacySettings | None = None) -> Gate:
    return Gate(lambda _: settings or PrivacySettings(), path_rules())


def request(root: Path, *parts: Part) -> ModelRequest:
    return ModelRequest(root=root.as_posix(), messages=(Message("user", parts),))


def code(path: str, text: str = "x = 1\n") -> Part:
    return Part(text, "code", Source(path, 1, 1))


async def answers(
    provider: ScriptedProvider, asked: ModelRequest, settings: PrivacySettings | None = None
) -> list[ModelEvent]:
    return [event async for event in GatedProvider(gate(settings), provider).stream(asked)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_files(
        tmp_path / "root",
        {
            ".gitignore": "build/\n*.log\n",
            ".aiignore": "# not for models\nlegal/\n*.sql\n!public.sql\n",
            "src/.aiignore": "private_*.py\n",
            "src/a.py": "a = 1\n",
            "src/private_b.py": "b = 1\n",
            "legal/c.md": "c\n",
            "dump.sql": "d\n",
            "public.sql": "e\n",
            "build/f.py": "f\n",
            ".env": "g\n",
            "notes/h.md": "h\n",
        },
    )


@pytest.mark.parametrize("has_git", [False, True])
def test_what_is_withheld_of_a_project(root: Path, *, has_git: bool) -> None:
    if has_git:
        git(root, "init", "-q")
        git(root, "add", "-f", "build/f.py")
    (root / "link.py").symlink_to("src/private_b.py")
    (root / "out.py").symlink_to("../outside.py")
    rules = path_rules()
    found = {
        path: rules.why_not(root.as_posix(), path, ("notes/**",))
        for path in (
            "src/a.py", "public.sql", "not/there.py", "src/private_b.py", "src/private_new.py", "legal/c.md",
            "legal/deep/x.md", "dump.sql", "build/f.py", "a.log", ".env", "notes/h.md", "link.py", "out.py",
            "../outside.py", (root / "src/a.py").as_posix(), (root / "dump.sql").as_posix(), "src/../dump.sql",
        )
    }  # fmt: skip
    assert found == {
        "src/a.py": "",
        "public.sql": "",
        "not/there.py": "",
        "src/private_b.py": "is named by src/.aiignore",
        "src/private_new.py": "is named by src/.aiignore",
        "legal/c.md": "is named by .aiignore",
        "legal/deep/x.md": "is named by .aiignore",
        "dump.sql": "is named by .aiignore",
        # What is in the repository is not ignored by git, whatever its ignore files say.
        "build/f.py": "" if has_git else "is ignored by git",
        "a.log": "is ignored by git",
        ".env": "has the name of a file with secrets",
        "notes/h.md": "is named by the setting privacy.never_send",
        "link.py": "is named by src/.aiignore",
        "out.py": "is a link that leads out of the project",
        "../outside.py": "lies outside of the project",
        (root / "src/a.py").as_posix(): "",
        (root / "dump.sql").as_posix(): "is named by .aiignore",
        "src/../dump.sql": "is named by .aiignore",
    }


@pytest.mark.parametrize(
    ("glob", "withheld"),
    [
        ("notes", True), ("notes/", True), ("notes/**", True), ("*.md", True), ("./notes/h.md", True), ("h.md", True),
        ("note", False), ("!notes", False), ("[", False), ("", False),
    ],
)  # fmt: skip
def test_a_glob_names_a_file_or_a_folder_around_it(root: Path, glob: str, *, withheld: bool) -> None:
    rules = path_rules()
    assert bool(rules.why_not(root.as_posix(), "notes/h.md", (glob,))) is withheld
    assert rules.why_not(root.as_posix(), "notes/h.md", ("notes/**", glob, "!notes/**", "!**"))


async def test_parts_of_withheld_files_are_not_sent(root: Path) -> None:
    provider = ScriptedProvider([[Say("fine")]])
    asked = request(root, Part("Look at this.\n"), code("src/a.py"), code("dump.sql", "row 77"), code(".env", "K=77"))
    events = await answers(provider, asked)
    assert events[:2] == [
        Withheld("dump.sql", "is named by .aiignore"),
        Withheld(".env", "has the name of a file with secrets"),
    ]
    assert [e.sentence for e in events[:1] if isinstance(e, Withheld)] == [
        "dump.sql is named by .aiignore, so it was not sent."
    ]
    assert "".join(e.text for e in events if isinstance(e, Delta)) == "fine"
    sent = provider.requests[0].messages[0]
    assert "77" not in sent.text
    assert [part.text for part in sent.parts] == [
        "Look at this.\n",
        "x = 1\n",
        "[dump.sql is named by .aiignore: not shown]\n",
        "[.env has the name of a file with secrets: not shown]\n",
    ]


async def test_secrets_are_taken_out_wherever_they_stand(root: Path) -> None:
    provider = ScriptedProvider(lambda _: [Say("fine")])
    half = len(KEY) // 2
    asked = ModelRequest(
        root=root.as_posix(),
        messages=(
            Message("system", (Part(f"The rule: use {KEY}."),)),
            Message("user", (code("src/a.py", f"k = '{KEY}'\n{pem()}\n{KEY}"), code(f"src/{KEY}.py"))),
            Message("user", (Part(f"cut: {KEY[:half]}"), Part(f"{KEY[half:]} here"))),
        ),
        infill=Infill(Part(f"p = '{KEY}'"), Part(f"# {KEY}"), (Part(KEY),)),
        stop=(KEY,),
    )
    events = await answers(provider, asked)
    sent = repr(provider.requests[0])
    assert KEY not in sent
    assert KEY[:half] not in sent
    assert KEY[half:] not in sent
    assert pem().split("\n")[2] not in sent
    assert Redacted("GitHub token", 2, "src/a.py") in events
    assert Redacted("private key", 1, "src/a.py") in events
    assert provider.requests[0].messages[1].parts[0].source == Source("src/a.py", 1, 1)
    told = Redacted("GitHub token", 2, "src/a.py").sentence
    assert told == "2 secrets (GitHub token) in src/a.py were taken out of what was sent."


async def test_a_request_with_a_secret_may_be_refused_as_a_whole(root: Path) -> None:
    provider = ScriptedProvider([[Say("fine")]])
    events = await answers(provider, request(root, code("src/a.py", KEY)), PrivacySettings(on_secret="refuse"))
    assert provider.requests == []
    assert events[-1] == Failed(
        "secret",
        "Nothing was sent: there is a secret (GitHub token) in src/a.py, and privacy.on_secret is `refuse`.",
    )
    with pytest.raises(ModelError, match="Nothing was sent"):
        await GatedProvider(gate(PrivacySettings(on_secret="refuse")), provider).embed(root.as_posix(), [Part(KEY)])


@pytest.mark.parametrize(("is_local", "setting", "is_sent"), [
    (True, "as_others", False), (True, "all", True), (False, "all", False),
])  # fmt: skip
async def test_only_a_local_model_may_see_more_and_only_by_setting(
    root: Path, setting: str, *, is_local: bool, is_sent: bool
) -> None:
    provider = ScriptedProvider([[Say("fine")]], is_local=is_local)
    settings = PrivacySettings(local_models=setting)  # type: ignore[arg-type]
    await answers(provider, request(root, code(".env", f"K={KEY}")), settings)
    assert (KEY in repr(provider.requests)) is is_sent


async def test_embeddings_of_what_is_withheld_are_missing_and_the_others_stay_in_place(root: Path) -> None:
    provider = ScriptedProvider([])
    parts = [code(".env", "one"), code("src/a.py", f"two {KEY}"), code("dump.sql", "three"), Part("four")]
    found = await GatedProvider(gate(), provider).embed(root.as_posix(), parts)
    assert [vector is not None for vector in found.vectors] == [False, True, False, True]
    assert provider.embedded == [("two [redacted: GitHub token]", "four")]
    assert {type(notice) for notice in found.notices} == {Withheld, Redacted}
    nothing = await GatedProvider(gate(), provider).embed(root.as_posix(), [code(".env")])
    assert nothing.vectors == (None,)
    assert len(provider.embedded) == 1


async def test_peers_are_told_no_secret(root: Path) -> None:
    peer = RecordingPeer()
    gated = GatedPeer(gate(), peer)
    where = root.as_posix()
    said = await gated.publish("s", Payload(root=where, value={"a": [f"x {KEY}", 1, None, {"password": "hunter2-x"}]}))
    assert said.refused == ""
    assert peer.sent[0][1].value == {"a": ["x [redacted: GitHub token]", 1, None, {"password": "[redacted: password]"}]}
    answer = await gated.request("s", Payload(root=where, value="fine", data=b"\x00\xff"), 1.0)
    assert (answer.answer, len(peer.sent)) == (b"yes", 2)
    deep: list[object] = []
    for _ in range(100):
        deep = [deep]
    for payload, why in (
        (Payload(root=where, data=b"\x00" + KEY.encode() + b"\x00"), "It holds a secret"),
        (Payload(root=where, value={"d": KEY.encode()}), "bytes in it hold a secret"),
        (Payload(root=where, value=deep), "nested too deeply"),
        (Payload(root=where, value=object()), "it has a object"),
        (Payload(root=where, value="x", sources=(Source("dump.sql"),)), "is named by .aiignore"),
    ):
        refused = await gated.publish("s", payload)
        assert why in refused.refused
        assert why in (await gated.request("s", payload, 1.0)).refused
    assert "secret in its subject" in (await gated.publish(f"s.{KEY}", Payload())).refused
    assert len(peer.sent) == 2
    assert KEY not in repr(peer.sent)


async def test_who_stops_reading_ends_the_answer(root: Path) -> None:
    provider = ScriptedProvider([[Say("one two three", chunk=3), Stall()]])
    stream = GatedProvider(gate(), provider).stream(request(root, Part("go")))
    sent = await anext(stream)
    assert isinstance(sent, Sending)
    assert await anext(stream) == Delta("one")
    assert sent.request == provider.requests[0]
    assert provider.n_open == 1
    await stream.aclose()  # type: ignore[attr-defined]
    assert (provider.n_open, provider.n_abandoned) == (0, 1)


async def test_cancelling_ends_an_answer_that_does_not_come(root: Path) -> None:
    provider = ScriptedProvider([[Stall()]])
    task = asyncio.create_task(answers(provider, request(root, Part("go"))))
    await provider.began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (provider.n_open, provider.n_abandoned) == (0, 1)


OVERLOADED = Failed("overloaded", "Come back later.", 429, 2.0)


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ([Say("all of it", chunk=2)], Finished()),
        ([Say("some"), Drop()], Failed("cut", "scripted broke off in the middle of its answer.")),
        ([Fail(OVERLOADED)], OVERLOADED),
        ([Stall(0.0), Say("late")], Finished()),
    ],
)
async def test_faults_come_through_as_they_are(root: Path, script: list[object], last: ModelEvent) -> None:
    events = await answers(ScriptedProvider([script]), request(root, Part("go")))  # type: ignore[list-item]
    assert events[-1] == last
    assert isinstance(events[-2], Usage) if isinstance(last, Finished) else True
    assert isinstance((await answers(ScriptedProvider([]), request(root, Part("go"))))[-1], Failed)


def test_nothing_is_put_behind_the_gate_twice() -> None:
    for make in (lambda: GatedProvider(gate(), ScriptedProvider([])), lambda: GatedPeer(gate(), RecordingPeer())):
        with pytest.raises(TypeError, match="behind the gate already"):
            _again(make)


def _again(make: Callable[[], GatedProvider | GatedPeer]) -> None:
    inner = make()
    type(inner)(gate(), inner)  # type: ignore[arg-type]


async def test_what_is_counted_passes_the_gate_too(root: Path) -> None:
    class Counting(ScriptedProvider):
        counted: tuple[str, ...] = ()

        async def count_tokens(self, root: str, parts: Sequence[Part]) -> int:
            self.counted = tuple(part.text for part in parts)
            return len(parts)

    inner = Counting([])
    gated = GatedProvider(gate(), inner)
    parts = [Part(f"k = '{KEY[:9]}"), Part(f"{KEY[9:]}'"), code("dump.sql", "secret rows")]
    assert await gated.count_tokens(root.as_posix(), parts) == 3
    sent = "".join(inner.counted)
    assert KEY[9:] not in sent
    assert "secret rows" not in sent
    refusing = GatedProvider(gate(PrivacySettings(on_secret="refuse")), inner)
    inner.counted = ()
    with pytest.raises(ModelError, match="Nothing was sent"):
        await refusing.count_tokens(root.as_posix(), parts)
    assert inner.counted == ()
    assert await GatedProvider(gate(), ScriptedProvider([])).count_tokens(root.as_posix(), parts) == 0
