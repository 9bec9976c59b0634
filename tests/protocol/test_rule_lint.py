"""What is wrong with a rule file, where it is written: shown with a quick-fix that works."""

import pytest

from tests.harness.lsp_memory import FULL, range_
from tests.harness.program import write_files
from tests.protocol.test_code_actions import edited, titled

RULE = '---\ndescription: About the API\nglobs: ["src/**.py", src/a.py]\noverrides: [stlye]\n---\nSee `lib/gone.py`.\n'
FOREIGN = "---\ndescription: About the API\nglobs: src/*.py\n---\nFor Claude.\n"


@pytest.fixture
def root(tmp_path):
    style = "---\ndescription: Style\n---\nText.\n"
    files = {".ai-rules/api.md": RULE, ".ai-rules/style.md": style, ".claude/rules/api.md": FOREIGN, "src/a.py": ""}
    return write_files(tmp_path, files)


async def codes(client, uri):
    return {d["code"] for d in (await client.pull(uri))["items"]}


async def mended(client, uri, text, line, title):
    """The text after a quick-fix for a line, which is written to the editor too."""
    shown = [d for d in (await client.pull(uri))["items"] if d["range"]["start"]["line"] == line]
    assert len(shown) == 1
    action = titled(await client.actions(uri, range_((line, 0), (line, 0)), shown=shown), title)
    assert (action["kind"], action["diagnostics"]) == ("quickfix", shown)
    text = edited((await client.request("codeAction/resolve", action))["edit"], text)
    client.change(uri, text)
    return text, action.get("isPreferred", False)


async def test_each_remark_of_a_rule_file_has_a_fix_that_works(client, root):
    await client.initialize(FULL, root=root)
    uri = client.open(root / ".ai-rules/api.md", RULE)
    assert await codes(client, uri) == {
        "rulewright/glob-glued-stars",
        "rulewright/unknown-rule",
        "rulewright/dead-path",
    }
    text, preferred = await mended(client, uri, RULE, 2, "Write `src/**/*.py`")
    assert preferred
    text, preferred = await mended(client, uri, text, 3, "Write `style`")
    # A name that is near is a guess, which nobody's editor should take by itself.
    assert not preferred
    assert text == RULE.replace("src/**.py", "src/**/*.py").replace("stlye", "style")
    assert "rulewright/glob-glued-stars" not in await codes(client, uri)
    assert "rulewright/unknown-rule" not in await codes(client, uri)


async def test_another_tools_file_is_mended_in_its_own_words(client, root):
    await client.initialize(FULL, root=root)
    uri = client.open(root / ".claude/rules/api.md", FOREIGN)
    text, preferred = await mended(client, uri, FOREIGN, 2, "Write `paths`")
    assert preferred
    assert text == FOREIGN.replace("globs:", "paths:")
    assert await codes(client, uri) == set()
