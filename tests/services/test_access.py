"""Who is let in: signed tokens, the secret of a server, and what is kept of refusals."""

import base64
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest

from rulewright.access_gateway import AccessGateway, AccessProblem
from rulewright.core.access import DAY_S, MAX_DAYS, NotLetIn, Refused
from rulewright.core.addresses import Address
from rulewright.core.permissions import ACTIONS, NotAllowed, Principal
from rulewright.services.access.doorkeeper import Doorkeeper
from rulewright.services.access.signing import AUDIENCE, MAX_TOKEN, Issuer
from rulewright.services.access.token_files import read_or_make_key, read_token, token_path
from rulewright.services.state.access_rows import MAX_REFUSALS, QUIET_S, StateGrants, StateRefusals
from rulewright.services.state.store import StateStore

KEY = "k" * 43
OWNER = Principal("owner", "The owner")


class Clock:
    """Seconds that the test sets."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path):
    made = StateStore(tmp_path / "state", lambda: datetime.now(UTC))
    yield made
    made.close()


@pytest.fixture
def issuer(store, clock):
    return Issuer(StateGrants(store), lambda: KEY, clock)


def reason(issuer, token):
    with pytest.raises(NotLetIn) as refused:
        issuer.let_in(token)
    assert str(refused.value).endswith(".")
    return refused.value.reason


def test_a_token_lets_in_whom_it_was_made_for_with_the_rights_it_gives(issuer):
    token, grant = issuer.issue("ann", "Ann", ["chat", "read"])
    who = issuer.let_in(token)
    assert (who.user_id, who.name, who.rights, who.token_id) == ("ann", "Ann", {"read", "chat"}, grant.token_id)
    assert issuer.let_in(token) == who


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_that_was_altered_lets_in_nobody(issuer, part):
    token, _ = issuer.issue("ann", "", ["read"])
    parts = token.split(".")
    parts[part] = ("A" if parts[part][5] != "A" else "B").join([parts[part][:5], parts[part][6:]])
    assert reason(issuer, ".".join(parts)).startswith("not made here")


def test_rights_cannot_be_added(issuer):
    token, _ = issuer.issue("ann", "", ["read"])
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["rights"] = list(ACTIONS)
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    assert reason(issuer, f"{head}.{forged}.{signature}").startswith("not made here")
    unsigned = jwt.encode(claims, None, "none")
    assert reason(issuer, unsigned).startswith("not made here")
    assert reason(issuer, jwt.encode(claims, "x" * 43, "HS256")).startswith("not made here")
    assert reason(issuer, jwt.encode({**claims, "aud": "others"}, KEY, "HS256")).startswith("not made here")
    assert reason(issuer, jwt.encode({"aud": AUDIENCE}, KEY, "HS256")).startswith("not made here")


def test_what_counts_is_what_is_kept_not_what_a_signed_token_says(issuer):
    token, grant = issuer.issue("ann", "", ["read"])
    claims = jwt.decode(token, KEY, ["HS256"], audience=AUDIENCE, options={"verify_exp": False, "verify_iat": False})
    claims["rights"] = list(ACTIONS)
    assert issuer.let_in(jwt.encode(claims, KEY, "HS256")).rights == {"read"}
    assert issuer.let_in(token).token_id == grant.token_id


@pytest.mark.parametrize("junk", ["", "a", "a.b.c", "..", "x" * (MAX_TOKEN + 1), "é.é.é", "a.b.c.d", "\ud800.a.b"])
def test_junk_lets_in_nobody(issuer, junk):
    assert reason(issuer, junk)


def test_a_token_ends_also_when_the_clock_is_set_back_and_forth(issuer, clock):
    token, _ = issuer.issue("ann", "", ["read"], days=1)
    clock.at -= 400 * DAY_S
    assert issuer.let_in(token)
    clock.at += 400 * DAY_S + DAY_S - 1
    assert issuer.let_in(token)
    clock.at += 1
    assert reason(issuer, token) == "expired"


def test_a_token_for_once_lets_in_one_of_many_who_bring_it_at_once(issuer):
    token, _ = issuer.issue("ann", "", ["read"], is_for_once=True)
    outcomes = []

    def bring():
        try:
            outcomes.append(issuer.let_in(token).user_id)
        except NotLetIn as refused:
            outcomes.append(refused.reason)

    threads = [threading.Thread(target=bring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ann", *["used before"] * 7]


def test_a_revoked_token_lets_in_nobody(issuer, store, clock):
    token, grant = issuer.issue("ann", "", ["read"])
    gateway = AccessGateway(issuer, StateGrants(store), StateRefusals(store), clock)
    assert gateway.revoke(OWNER, grant.token_id[:6]).token_id == grant.token_id
    assert reason(issuer, token) == "revoked"
    assert [state for _, state in gateway.tokens(OWNER)] == ["revoked"]
    with pytest.raises(AccessProblem, match="before"):
        gateway.revoke(OWNER, grant.token_id)
    with pytest.raises(AccessProblem, match="no token"):
        gateway.revoke(OWNER, "")


def test_where_it_cannot_be_told_nobody_is_let_in(issuer, store):
    token, _ = issuer.issue("ann", "", ["read"])
    once, _ = issuer.issue("ann", "", ["read"], is_for_once=True)
    store.close()
    assert "cannot be read" in reason(issuer, token)
    assert "cannot be read" in reason(issuer, once)


def test_a_token_that_cannot_be_kept_is_not_given_out(issuer, store):
    store.close()
    with pytest.raises(OSError, match="closed"):
        issuer.issue("ann", "", ["read"])


@pytest.mark.parametrize(
    ("user", "rights", "days", "why"),
    [
        ("", ["read"], 1, "for somebody"),
        ("ann", [], 1, "of no use"),
        ("ann", ["fly"], 1, "no right"),
        ("ann", ["read"], 0, "at most"),
        ("ann", ["read"], MAX_DAYS + 1, "at most"),
    ],
)
def test_what_cannot_be_meant_is_said(issuer, user, rights, days, why):
    with pytest.raises(ValueError, match=why):
        issuer.issue(user, "", rights, days=days)


def test_nobody_gives_rights_they_do_not_have(issuer, store, clock):
    gateway = AccessGateway(issuer, StateGrants(store), StateRefusals(store), clock)
    with pytest.raises(NotAllowed):
        gateway.issue(Principal("ann", "Ann", frozenset(["read"])), "bob", rights=["read"], days=1)
    some = Principal("ann", "Ann", frozenset(["read", "administer"]))
    with pytest.raises(AccessProblem, match="edit"):
        gateway.issue(some, "bob", rights=["read", "edit"], days=1)
    assert gateway.issue(some, "bob", rights=["read"], days=1)[1].rights == ("read",)


def test_the_key_is_made_once_and_nobody_else_can_read_it(tmp_path):
    path = tmp_path / "tokens" / "key"
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(read_or_make_key(path))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {read_token(path)}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["key"]
    path.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        read_or_make_key(path)


def test_a_key_that_others_can_read_lets_in_nobody(store, clock, tmp_path):
    path = tmp_path / "key"
    token, _ = Issuer(StateGrants(store), lambda: read_or_make_key(path), clock).issue("ann", "", ["read"])
    path.chmod(0o644)
    assert "signing key" in reason(Issuer(StateGrants(store), lambda: read_or_make_key(path), clock), token)


# The door


def keeper(tmp_path, issuer, noted, clock, given: Path | None = None):
    return Doorkeeper(tmp_path / "state", given, OWNER, issuer, noted.append, clock, lambda _: None)


def test_the_owner_brings_the_secret_of_the_server_and_others_their_tokens(tmp_path, issuer, clock):
    noted: list[Refused] = []
    address = Address("127.0.0.1", 7777)
    with keeper(tmp_path, issuer, noted, clock) as doorkeeper:
        secret = doorkeeper.secret("tcp", address)
        assert read_token(token_path(tmp_path / "state", "tcp", 7777)) == secret
        assert doorkeeper.at_once(secret, secret) == OWNER
        token, grant = issuer.issue("ann", "", ["read"])
        assert doorkeeper.at_once(token, secret) is None
        assert doorkeeper.let_in(token).token_id == grant.token_id
        blind, _ = issuer.issue("eve", "", ["chat"])
        for given in (None, "", secret[:-1], token[:-1], blind):
            assert doorkeeper.at_once(given, secret) is None
            with pytest.raises(NotLetIn):
                doorkeeper.let_in(given)
    assert [(n.action, n.user_id, n.at) for n in noted] == [("enter", "", int(clock.at))] * 5
    assert secret not in str(noted)
    assert not token_path(tmp_path / "state", "tcp", 7777).exists()


def test_a_secret_of_the_users_own_is_left_where_it_is(tmp_path, issuer, clock):
    own = tmp_path / "own"
    own.write_text("a secret of my own\n")
    own.chmod(0o600)
    with keeper(tmp_path, issuer, [], clock, own) as doorkeeper:
        assert doorkeeper.secret("ws", Address("127.0.0.1", 1)) == "a secret of my own"
    assert own.exists()


# The audit log


def refused(at, reason="forged"):
    return Refused(at=at, user_id="", token_id="", action="enter", resource="server", reason=reason)


def test_what_is_refused_again_and_again_is_one_row_a_minute(store):
    log = StateRefusals(store)
    for second in range(0, 3 * QUIET_S, 10):
        log.add(refused(1_000_000 + second))
    log.add(refused(1_000_000, "expired"))
    assert [(r.reason, times) for r, times in log.newest(10)] == [
        ("expired", 1),
        ("forged", 6),
        ("forged", 6),
        ("forged", 1),
    ]


def test_the_log_is_bounded(store):
    log = StateRefusals(store)

    def fill(db):
        db.executemany(
            "insert into refusals values (?, 1, '', '', 'enter', 'server', 'old', 1)",
            ((number,) for number in range(1, MAX_REFUSALS + 51)),
        )

    store.write(fill)
    log.add(refused(5))
    assert len(log.newest(MAX_REFUSALS * 2)) == MAX_REFUSALS


def test_a_full_disk_lets_in_nobody_for_that(store):
    log = StateRefusals(store)
    store.close()
    log.add(refused(5))
    assert list(log.newest(5)) == []


def test_rows_of_a_hostile_hand_let_in_nobody(issuer, store):
    token, _ = issuer.issue("ann", "", ["read"])
    store.write(lambda db: db.execute("update grants set rights = 'read fly'"))
    assert reason(issuer, token) == "revoked"
    assert list(StateGrants(store).all()) == []
    assert store.path.stat().st_mode & 0o077 == 0
