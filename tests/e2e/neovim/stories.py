"""Code in a real Neovim, by typed keys: python stories.py STORY WORKSPACE NVIM RULEWRIGHT. Exit code 0 when all is so.

A process of its own for each story, for the library that talks to Neovim leaves its pipes open.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pynvim

from tests.harness.wait import until

SET_UP = """
local workspace, rulewright = ...
vim.o.completeopt = "menuone,noselect"
vim.o.hidden = true
vim.o.swapfile = false
vim.lsp.config("rulewright", { cmd = { rulewright, "serve", "--stdio" }, filetypes = { "python" },
  root_markers = { ".git" } })
vim.lsp.enable("rulewright")
vim.cmd("filetype on")
vim.api.nvim_create_autocmd("LspAttach", { callback = function(a)
  vim.lsp.completion.enable(true, a.data.client_id, a.buf, { autotrigger = true })
end })
vim.cmd.edit(vim.fn.fnameescape(workspace .. "/main.py"))
"""
SETTLED = """
local client = vim.lsp.get_clients({ bufnr = 0, name = "rulewright" })[1]
if not client or not client.initialized then return false end
local answer = client:request_sync("rulewright/settled", vim.empty_dict(), 30000, 0)
return answer ~= nil and answer.err == nil
"""


class Editor:
    """Neovim with a screen, so that typed keys do what they do for people."""

    def __init__(self, workspace: str, nvim: str, rulewright: str, set_up: str = SET_UP) -> None:
        self.nvim = pynvim.attach("child", argv=[nvim, "--clean", "--embed", "--headless"])
        self.nvim.ui_attach(100, 30, rgb=True)
        self.nvim.exec_lua(set_up, workspace, rulewright)
        self.until(lambda: self.nvim.exec_lua(SETTLED))

    def until(self, condition: Callable[[], Any]) -> Any:
        return until(condition)

    def type(self, keys: str) -> None:
        self.nvim.input(keys)

    def at(self) -> tuple[str, int, int]:
        """The file's name, the row and the column of the cursor, from 1 and from 0."""
        row, column = self.nvim.current.window.cursor
        return Path(self.nvim.current.buffer.name).name, row, column

    def popup(self) -> list[str]:
        if not self.nvim.funcs.pumvisible():
            return []
        return [item["word"] for item in self.nvim.funcs.complete_info(["items"])["items"]]

    def floats(self) -> str:
        """The text of what floats above the windows."""
        shown = [w for w in self.nvim.windows if self.nvim.api.win_get_config(w)["relative"]]
        return "\n".join(line for w in shown for line in w.buffer[:])

    def list(self) -> list[str]:
        """The texts of the quickfix list."""
        return [f"{Path(self.nvim.funcs.bufname(i['bufnr'])).name}:{i['lnum']}" for i in self.nvim.funcs.getqflist()]

    def close(self) -> None:
        self.nvim.command("qa!", async_=True)
        self.nvim.close()


def jumps_behind_an_emoji_and_back(editor: Editor) -> None:
    editor.type("/circumference<CR>")
    editor.until(lambda: editor.at()[1] == 6)
    editor.type(":lua vim.lsp.buf.definition()<CR>")
    editor.until(lambda: editor.at() == ("circle.py", 7, 8))
    editor.type("<C-o>")
    editor.until(lambda: editor.at()[0] == "main.py")
    editor.type("gg0wwwww")
    editor.type(":lua vim.lsp.buf.references()<CR>")
    found = editor.until(editor.list)
    assert found == ["main.py:1", "main.py:5", "circle.py:1", "circle.py:12", "circle.py:13"], found


def completes_members_and_imports_from_a_real_popup(editor: Editor) -> None:
    editor.type("Go    thing.circ")
    editor.type("<C-x><C-o>")
    assert editor.until(editor.popup)[0] == "circumference"
    editor.type("<C-n><C-y>")
    editor.until(lambda: editor.nvim.current.line == "    thing.circumference")
    editor.type("<Esc>Gounit_c")
    editor.type("<C-x><C-o>")
    assert "unit_circle" in editor.until(editor.popup)
    editor.type("<C-n><C-y>")
    editor.until(lambda: editor.nvim.current.line.strip() == "unit_circle")
    editor.until(lambda: editor.nvim.current.buffer[0] == "from shapes.circle import Circle, unit_circle")


def a_dot_opens_the_popup_by_itself_and_a_comment_does_not(editor: Editor) -> None:
    editor.type("Go    thing.")
    assert {"circumference", "radius"} <= set(editor.until(editor.popup))
    editor.type("<C-e><Esc>o# thing.")
    editor.until(lambda: editor.nvim.exec_lua(SETTLED))
    assert editor.popup() == []


def shows_symbols_and_hovers(editor: Editor) -> None:
    editor.type(":lua vim.lsp.buf.workspace_symbol('circum')<CR>")
    assert editor.until(editor.list) == ["circle.py:7"]
    editor.type(":cclose<CR>:edit shapes/circle.py<CR>")
    editor.nvim.command("cclose")
    editor.nvim.exec_lua("vim.cmd.buffer(vim.fn.bufnr('main.py'))")
    editor.type("gg/Circle(<CR>K")
    text = editor.until(editor.floats)
    assert "class Circle" in text
    assert "A round thing." in text


def what_is_typed_is_known_at_once_in_another_file(editor: Editor) -> None:
    editor.type("Godef brand_new_function(): pass<Esc>")
    editor.nvim.exec_lua("vim.lsp.buf.workspace_symbol('brand_new')")
    assert editor.until(editor.list) == ["main.py:7"]


STORIES = {
    story.__name__: story
    for story in (
        jumps_behind_an_emoji_and_back,
        completes_members_and_imports_from_a_real_popup,
        a_dot_opens_the_popup_by_itself_and_a_comment_does_not,
        shows_symbols_and_hovers,
        what_is_typed_is_known_at_once_in_another_file,
    )
}

if __name__ == "__main__":
    editor = Editor(*sys.argv[2:])
    STORIES[sys.argv[1]](editor)
    editor.close()
