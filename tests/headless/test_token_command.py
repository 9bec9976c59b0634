"""`rulewright token` and `audit`: what is said of tokens in a terminal."""

import pytest
from click.testing import CliRunner

from rulewright import app
from rulewright.access_app import Access
from rulewright.adapters.cli.main import cli
from rulewright.core.access import Refused


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path):
    monkeypatch.setenv("RULEWRIGHT_STATE_DIR", str(tmp_path / "state"))


def run(*arguments, code=0):
    done = CliRunner().invoke(cli, arguments, obj=app)
    assert done.exit_code == code, done.output
    return done


def test_a_list_of_tokens_has_their_names():
    run("token", "new", "ann", "--name", "Ann's laptop")
    head, row = run("token", "list").stdout.splitlines()
    assert head.split() == ["token", "user", "name", "state", "until", "uses", "rights"]
    assert "  ann   Ann's laptop  valid  " in row


def test_a_token_that_lets_nobody_in_is_made_with_a_warning():
    done = run("token", "new", "ann", "--rights", "edit,chat")
    assert "lets nobody in, so this token is of no use yet. Make another: --rights read,chat,edit\n" in done.stderr
    assert "of no use" not in run("token", "new", "ann", "--rights", "read,chat").stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ann", "--rights", "nonsense"], "--rights: nonsense is no right. There are read, chat"),
        (["ann", "--rights", ","], "--rights: a token that allows nothing is of no use."),
        ([" "], "USER is empty"),
        (["ann", "--days", "0"], "--days"),
    ],
)
def test_what_cannot_be_meant_is_an_error_of_usage(arguments, said):
    assert said in run("token", "new", *arguments, code=2).stderr


def test_the_audit_log_says_whose_token_was_brought():
    access = Access()
    try:
        _, grant = access.gateway.issue(access.owner, "ann", rights=["read"], days=1)
        for token, user in ((grant.token_id, ""), ("unknown", ""), (grant.token_id, "bob")):
            reason = f"of {token} by {user}"
            row = Refused(at=1, user_id=user, token_id=token, action="enter", resource="server", reason=reason)
            access._refusals.add(row)
        found = access.gateway.refusals(access.owner, 9)
    finally:
        access.close()
    assert [refused.user_id for refused, _ in found] == ["bob", "", "ann"]
    assert [line.split()[2] for line in run("audit").stdout.splitlines()[1:]] == ["bob", "?", "ann"]
