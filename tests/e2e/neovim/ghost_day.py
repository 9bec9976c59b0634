"""Ghost text and AI actions in a real Neovim: python ghost_day.py WORKSPACE NVIM RULEWRIGHT."""

import sys
from typing import Any

from tests.e2e.neovim.stories import Editor

SET_UP = """
local workspace, rulewright = ...
vim.o.hidden = true
vim.o.swapfile = false
vim.o.cmdheight = 5
vim.o.completeopt = "menuone,noselect"
vim.lsp.config("rulewright", { cmd = { rulewright, "serve", "--stdio" }, filetypes = { "python" },
  root_markers = { ".git" } })
vim.lsp.enable("rulewright")
vim.cmd("filetype on")
vim.api.nvim_create_autocmd("LspAttach", { callback = function(a)
  vim.lsp.completion.enable(true, a.data.client_id, a.buf, { autotrigger = true })
end })
vim.cmd.cd(vim.fn.fnameescape(workspace))
vim.cmd.edit("shop.py")
"""
INLINE = """
local client = vim.lsp.get_clients({ bufnr = 0, name = "rulewright" })[1]
local question = vim.lsp.util.make_position_params(0, client.offset_encoding)
question.context = { triggerKind = ... }
local answer = client:request_sync("textDocument/inlineCompletion", question, 30000, 0)
return answer.err and { error = answer.err.message } or (answer.result == vim.NIL and {} or answer.result or {})
"""
RUN = """
local command = ...
local client = vim.lsp.get_clients({ bufnr = 0, name = "rulewright" })[1]
local answer = client:request_sync("workspace/executeCommand", { command = command, arguments = {} }, 30000, 0)
return answer.result
"""
FIX = """
vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.title:find("^AI fix: ") ~= nil end })
"""


def lines(editor: Editor) -> list[str]:
    return list(editor.nvim.current.buffer[:])


def suggested(editor: Editor, *, invoked: bool = False) -> Any:
    found = editor.nvim.exec_lua(INLINE, 1 if invoked else 2)
    # An empty table of Lua is a list as well.
    return found or {}


def begin_a_line(editor: Editor) -> None:
    editor.type(":set autoindent<CR>gg/result = 0<CR>o")
    editor.until(lambda: editor.nvim.api.get_mode()["mode"] == "i" and editor.at()[1:] == (3, 4))


def start_anew(editor: Editor) -> None:
    editor.type("<C-e><Esc>:undo 0<CR>")
    editor.until(lambda: editor.nvim.api.get_mode()["mode"] == "n" and len(lines(editor)) == 8)


def suggests_what_the_model_says(editor: Editor) -> None:
    begin_a_line(editor)
    found = editor.until(lambda: suggested(editor).get("items"))
    assert found[0]["insertText"].startswith("for price in prices:"), found
    start_anew(editor)


def completes_in_the_menu(editor: Editor) -> None:
    begin_a_line(editor)
    editor.type("<C-x><C-o>")
    shown = editor.until(editor.popup)
    assert shown[0].startswith("for price in prices:"), shown[:5]
    editor.type("<C-n><C-y>")
    editor.until(lambda: lines(editor)[2:4] == ["    for price in prices:", "        result += price"])
    start_anew(editor)


def is_mended_by_a_model_and_undone_in_one_step(editor: Editor) -> None:
    editor.until(lambda: len(lines(editor)) == 8)
    before = lines(editor)
    editor.type("gg/into=<CR>")
    editor.until(lambda: editor.at()[1] == 6)
    editor.until(lambda: editor.nvim.exec_lua("return #vim.diagnostic.get(0, { lnum = 5 })") > 0)
    editor.nvim.exec_lua(FIX)
    editor.until(lambda: lines(editor)[5:7] == ["def add(item, into=None):", "    into = [] if into is None else into"])
    editor.type("u")
    editor.until(lambda: lines(editor) == before)


def says_why_there_is_none(editor: Editor) -> None:
    editor.nvim.exec_lua(RUN, "rulewright.snooze")
    editor.type("gg/result = 0<CR>A")
    editor.until(lambda: editor.nvim.api.get_mode()["mode"] == "i" and editor.at()[1] == 2)
    assert suggested(editor) == {}
    why = editor.nvim.exec_lua(RUN, "rulewright.whyNoSuggestion")
    assert "snoozed" in why["why_not"], why
    editor.type("<Esc>")
    editor.nvim.exec_lua(RUN, "rulewright.wake")


if __name__ == "__main__":
    writer = Editor(*sys.argv[1:], set_up=SET_UP)
    try:
        suggests_what_the_model_says(writer)
        completes_in_the_menu(writer)
        is_mended_by_a_model_and_undone_in_one_step(writer)
        says_why_there_is_none(writer)
    except AssertionError:
        shown = "\n".join(lines(writer))
        print(f"{shown}\n---\n{writer.nvim.funcs.execute('messages')}", file=sys.stderr)
        raise
    writer.close()
