"""Who may do what: every method of every door needs a right, and refuses those who have it not."""

import inspect
import re
from pathlib import Path

import pytest

import rulewright
from rulewright.access_gateway import AccessGateway
from rulewright.chat_gateway import ChatGateway
from rulewright.core.doors import Door, guarded, needed, public_names
from rulewright.core.permissions import ACTIONS, MEANINGS, NotAllowed, Principal, Resource, authorize
from rulewright.edit_gateway import EditGateway
from rulewright.files_gateway import FilesGateway
from rulewright.gateway import Gateway
from rulewright.ghost_gateway import GhostGateway
from rulewright.model_gateway import ModelGateway
from rulewright.privacy_gateway import PrivacyGateway
from rulewright.prompt_gateway import PromptGateway
from rulewright.review_gateway import ReviewGateway
from rulewright.rule_gateway import RuleGateway
from rulewright.session_gateway import SessionGateway
from rulewright.tools_gateway import ToolsGateway
from rulewright.upkeep_gateway import UpkeepGateway
from rulewright.writing_gateway import WritingGateway
from tests.harness.lsp_memory import PUSH, Refused

BOUND = (
    *(Gateway, RuleGateway, PromptGateway, PrivacyGateway, ToolsGateway, UpkeepGateway, WritingGateway),
    *(ChatGateway, ReviewGateway, FilesGateway, ModelGateway, GhostGateway, EditGateway),
)
"""Doors that are opened for somebody."""
TOLD = (SessionGateway, AccessGateway)
"""Doors that are told in each call for whom it is."""
FREE = {
    "Gateway": {
        "close",
        "aclose",
        "end_calls",
        "tidy",
        "open_for",
        "take_snapshot",
        "close_document",
        "close_projects",
        "code_is_gone",
    }
    | {"tree", "start_with_trust", "trust_by_editor"},
    "ChatGateway": {"prune"},
    "GhostGateway": {"snooze", "wake", "snoozed_s", "why", "aclose"},
    "RuleGateway": {"on_change", "take_problems", "close", "closed", "save_use"},
}
"""What ends what its caller has begun, or tells nothing."""
NOBODY = Principal("nobody", "Nobody", frozenset(), "t1")


@pytest.mark.parametrize(
    ("door", "name"), [pytest.param(d, n, id=f"{d.__name__}.{n}") for d in BOUND for n in public_names(d)]
)
def test_whoever_has_no_rights_is_refused_before_anything_is_done(door, name):
    closed = door.__new__(door)
    refusals = []
    closed.principal, closed.refused = NOBODY, refusals.append
    action = needed(door, name)
    if name in FREE.get(door.__name__, ()):
        assert action is None
        return
    assert action in ACTIONS
    member = vars(door)[name]
    # Nothing of the door is there, so anything it did would fail in another way.
    with pytest.raises(NotAllowed, match=re.escape(MEANINGS[action])):
        member.fget(closed) if isinstance(member, property) else member(closed)
    assert len(refusals) == 1


@pytest.mark.parametrize(
    ("door", "name"), [pytest.param(d, n, id=f"{d.__name__}.{n}") for d in TOLD for n in public_names(d)]
)
def test_doors_that_are_told_for_whom_refuse_too(door, name):
    method = vars(door)[name]
    first, *others = list(inspect.signature(method).parameters.values())[1:]
    assert first.name == "principal"
    needed_ones = [p for p in others if p.default is inspect.Parameter.empty]
    closed = door.__new__(door)
    arguments = [Anything() for p in needed_ones if p.kind is p.POSITIONAL_OR_KEYWORD]
    named = {p.name: Anything() for p in needed_ones if p.kind is p.KEYWORD_ONLY}
    with pytest.raises(NotAllowed):
        method(closed, NOBODY, *arguments, **named)


class Anything:
    """Stands for an argument that is not to be looked at."""


def test_every_door_is_walked():
    there = {path.stem for path in Path(next(iter(rulewright.__path__))).glob("*gateway.py")}
    # What knows the code is another process, which is asked through a door that is guarded.
    assert there - {"code_gateway"} == {door.__module__.rpartition(".")[2] for door in (*BOUND, *TOLD)}


def test_a_public_name_without_a_right_is_noticed_when_the_class_is_made():
    class Open(Door):
        def look(self):
            """Look."""

        def change(self):
            """Change."""

    with pytest.raises(ValueError, match="change"):
        guarded("thing", read="look")(Open)
    with pytest.raises(ValueError, match="look"):
        guarded("thing", read="look", edit="look change")(Open)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_right_is_a_right_and_no_other_one(action):
    only = Principal("ann", "Ann", frozenset([action]))
    for other in ACTIONS:
        assert (authorize(only, other, Resource("project")) is None) == (other == action)


def test_what_belongs_to_somebody_is_theirs_and_that_of_who_administers():
    mine = Resource("conversation", "c1", owner="ann")
    ann, bob = (Principal(name, name, frozenset(["read"])) for name in ("ann", "bob"))
    root = Principal("root", "root", frozenset(["read", "administer"]))
    assert authorize(ann, "read", mine) is None
    assert authorize(root, "read", mine) is None
    assert "belongs to somebody else" in authorize(bob, "read", mine).sentence(bob)
    hidden = Resource("conversation", "c1", owner="ann", is_hidden=True)
    assert authorize(bob, "read", hidden).sentence(bob) == "There is no conversation c1."
    assert "may not" in authorize(root, "chat", mine).sentence(root)


async def test_a_client_that_may_not_administer_cannot_set_what_is_the_users_own(client, gateway, project):
    gateway.open_for(Principal("ann", "Ann", frozenset(["read"]), "t1"), lambda _: None)
    theirs = {"privacy": {"on_secret": "redact", "never_send": ["x"]}, "packages": {"allow": ["evil"]}}
    await client.initialize(PUSH, root=project, options={**theirs, "rules": {"max_file_kb": 7}})
    await client.settled()
    (view,) = gateway.take_snapshot().projects
    assert view.settings.packages.allow == ()
    assert any("administer" in note["message"] for note in client.notes("window/showMessage"))


async def test_a_folder_that_cannot_be_opened_costs_the_others_nothing(client, gateway, project):
    open_project = gateway.open_project

    def open_good(root, overlay):
        if "bad" in root:
            raise ValueError("embedded null byte")
        return open_project(root, overlay)

    gateway.open_project = open_good
    folders = [{"uri": "file:///tmp/bad%00", "name": "bad"}, {"uri": project.as_uri(), "name": "good"}]
    await client.initialize(PUSH, root=project, workspaceFolders=folders)
    await client.settled()
    assert [view.root for view in gateway.take_snapshot().projects] == [project.as_posix()]
    assert any("cannot be opened" in note["message"] for note in client.notes("window/showMessage"))


async def test_a_client_that_may_only_read_is_told_so_and_goes_on(client, gateway, project):
    refusals = []
    gateway.open_for(Principal("ann", "Ann", frozenset(["read"]), "t1"), refusals.append)
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    assert [item["code"] for item in (await client.pull(uri))["items"]] == ["no-print"]
    with pytest.raises(Refused) as told:
        await client.request(
            "workspace/executeCommand", {"command": "rulewright.disableRule", "arguments": ["no-print"]}
        )
    assert "Ann may not switch rules" in str(told.value)
    assert told.value.code == -32803
    assert [r.refusal.action for r in refusals] == ["change_rules"]
    assert [item["code"] for item in (await client.pull(uri))["items"]] == ["no-print"]
