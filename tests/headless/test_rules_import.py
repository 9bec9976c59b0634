"""`rulewright rules import` and links."""

from tests.harness.in_process import command
from tests.harness.program import write_files


def test_what_a_link_leads_out_to_is_not_imported(tmp_path):
    outside = write_files(tmp_path / "outside", {"secret.mdc": "---\nalwaysApply: true\n---\nNobody's business.\n"})
    root = write_files(tmp_path / "project", {".git/HEAD": "", ".cursor/rules/own.mdc": "Own.\n"})
    (root / ".cursor/rules/far.mdc").symlink_to(outside / "secret.mdc")
    for arguments in ((), (".cursor/rules/far.mdc",)):
        done = command(root, "rules", "import", *arguments)
        assert b"Nobody" not in done.stdout
        assert not (root / ".ai-rules/cursor/far.md").exists()
    assert b"leads out of the project" in done.stderr
    assert (root / ".ai-rules/cursor/own.md").read_text("utf-8").endswith("Own.\n")
