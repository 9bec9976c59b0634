"""The proof that nothing leaves can fail: each way of leaking that is planted here is found."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from rulewright import app
from rulewright.core.models import ModelProvider
from rulewright.core.peers import Peer
from rulewright.core.privacy.proof import Proof
from rulewright.privacy_proof import FEATURES, Feature, prove
from rulewright.privacy_proof.bench import Bench, RecordingProvider
from rulewright.privacy_proof.canaries import KINDS, SHOWN, WITHHELD, Canaries
from rulewright.services.egress import Outgoing, PathRules, gate
from tests.harness.program import command

IN_PROCESS = tuple(feature for feature in FEATURES if feature.name in {"models", "peers"})


def outgoing(providers: Iterable[ModelProvider], peers: Iterable[Peer]) -> Outgoing:
    return app._outgoing(app._privacy_of, providers, peers)


def proof_of(*features: Feature) -> Proof:
    return prove(outgoing, features, seed=7)


def test_nothing_leaves_through_the_gate() -> None:
    proof = proof_of(*IN_PROCESS)
    assert (proof.leaks, proof.is_whole) == ((), True)
    assert [row.feature for row in proof.rows] == ["models", "peers"]
    assert all(len(row.cells) == len(KINDS) for row in proof.rows)


def test_a_provider_that_is_not_behind_the_gate_is_found() -> None:
    def drive(bench: Bench) -> bytes:
        bare = RecordingProvider()
        return bench.sent_to_models(bare, bare)

    assert {kind for _, kind in proof_of(Feature(name="bare", drive=drive)).leaks} == set(KINDS)


def test_a_gate_that_heeds_no_ignore_file_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PathRules, "asker", lambda *_: lambda _path: "")
    proof = proof_of(*IN_PROCESS)
    assert {kind for feature, kind in proof.leaks if feature == "models"} == set(WITHHELD)
    assert {kind for feature, kind in proof.leaks if feature == "peers"} == set(WITHHELD)


def test_a_gate_that_finds_no_secret_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "find_secrets", lambda _: ())
    monkeypatch.setattr(gate, "redact", lambda text: text)
    leaks = proof_of(*IN_PROCESS).leaks
    # What lies at home is outside of the project, so it is withheld as a whole.
    assert {kind for feature, kind in leaks if feature == "models"} == {*KINDS} - {*WITHHELD, "home"}
    assert {kind for feature, kind in leaks if feature == "peers"} == {*KINDS} - {*WITHHELD, "home"}


@pytest.mark.parametrize("kind", sorted(WITHHELD))
def test_a_feature_that_shows_a_file_it_may_not_show_is_found(kind: str) -> None:
    def drive(bench: Bench) -> bytes:
        return f"{SHOWN} {(bench.root / WITHHELD[kind]).read_text()}".encode()  # type: ignore[index]

    assert proof_of(Feature(name="careless", drive=drive)).leaks == (("careless", kind),)


@pytest.mark.parametrize(("variable", "kind"), [("SERVICE_API_KEY", "environment"), ("HOME", "")])
def test_a_feature_that_shows_the_environment_is_found(variable: str, kind: str) -> None:
    def drive(bench: Bench) -> bytes:
        return f"{SHOWN} {bench.environ[variable].encode().hex()}".encode()

    assert [k for _, k in proof_of(Feature(name="careless", drive=drive)).leaks] == ([kind] if kind else [])


@pytest.mark.parametrize("shift", range(3))
def test_a_canary_is_found_in_other_codes_too(shift: int) -> None:
    import base64

    canaries = Canaries({"home": "canaryabcdefghijklmno"})
    coded = base64.b64encode(b"x" * shift + b"canaryabcdefghijklmno" + b"tail")
    assert canaries.in_bytes(b"<" + coded + b">") == {"home"}
    assert canaries.in_bytes(b"<" + b"canaryabcdefghijklmn" + b">") == frozenset()


def test_what_stays_by_design_is_told_and_is_no_leak() -> None:
    def drive(bench: Bench) -> bytes:
        return f"{SHOWN} {bench.canaries.values['key in a rule']}".encode()

    proof = proof_of(Feature(name="kept", drive=drive, keeps={"key in a rule": "it is kept"}))
    assert proof.leaks == ()
    assert proof.rows[0].notes == ("key in a rule: it is kept.",)


def test_a_feature_that_did_nothing_proves_nothing() -> None:
    def fails(bench: Bench) -> bytes:
        raise OSError(f"no {bench.root.name}")

    proof = proof_of(Feature(name="silent", drive=lambda _: b""), Feature(name="failing", drive=fails))
    assert not proof.is_whole
    assert [row.not_driven for row in proof.rows] == [
        "it showed nothing at all, so nothing is proved",
        "it failed: no project",
    ]


@pytest.mark.slow
def test_nothing_leaves_through_any_feature(tmp_path: Path) -> None:
    done = command(tmp_path, "privacy", "prove")
    assert "\n-: it was nowhere to be seen; kept: only on this machine" in done.stdout.decode()
    assert (done.returncode, done.stdout.decode().splitlines()[-1]) == (
        0,
        f"Nothing left: {len(KINDS)} kinds of secrets, {len(FEATURES)} features.",
    ), done.stdout.decode()
