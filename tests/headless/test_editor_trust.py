"""An editor hands over its own trust in the workspace: at the start, and when it is given or taken back later."""

from pathlib import Path

from tests.harness.program import ServerProcess, write_files

FILES = {"rulewright.toml": "[privacy]\non_secret = 'refuse'\n[packages]\nallow = ['pydantic']\n"}


def refused(server: ServerProcess) -> list[str]:
    """What the session says about settings that need trust."""
    remarks = server.ask("rulewright/status")["remarks"]
    return [remark["text"] for remark in remarks if remark["area"] == "trust" and remark["state"] == "warning"]


def test_trust_is_given_at_the_start_and_taken_back(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    with ServerProcess(tmp_path) as server:
        server.begin({"workspaceTrusted": True})
        server.ask("rulewright/settled")
        assert refused(server) == []
        server.tell("rulewright/workspaceTrusted", {"trusted": False})
        server.ask("rulewright/settled")
        assert len(refused(server)) == 2
        server.tell("rulewright/workspaceTrusted", {"trusted": True})
        server.ask("rulewright/settled")
        assert refused(server) == []
        server.end()


def test_what_is_no_trust_changes_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    with ServerProcess(tmp_path) as server:
        server.begin({"workspaceTrusted": "yes"})
        for params in (None, [], {}, {"trusted": 1}, {"trusted": "true"}, {"is": True}):
            server.tell("rulewright/workspaceTrusted", params)
        server.ask("rulewright/settled")
        told = refused(server)
        assert len(told) == 2
        assert all("If you trust this project: rulewright trust." in text for text in told)
        server.end()
