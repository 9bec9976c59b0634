"""A day of somebody who writes rules, in a real Neovim: python rules_day.py WORKSPACE NVIM RULEWRIGHT."""

import sys
from pathlib import Path

from tests.e2e.neovim.stories import SETTLED, Editor

SET_UP = """
local workspace, rulewright = ...
vim.o.completeopt = "menuone,noselect"
vim.o.hidden = true
vim.o.swapfile = false
vim.lsp.config("rulewright", { cmd = { rulewright, "serve", "--stdio" }, filetypes = { "python", "markdown" },
  root_markers = { ".git" } })
vim.lsp.enable("rulewright")
vim.cmd("filetype on")
vim.api.nvim_create_autocmd("LspAttach", { callback = function(a)
  vim.lsp.completion.enable(true, a.data.client_id, a.buf, { autotrigger = true })
end })
vim.cmd.cd(vim.fn.fnameescape(workspace))
vim.cmd.edit(".ai-rules/quiet.md")
"""
MAKE_A_RULE = """
vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.title == "Make a rule from this code" end })
"""
REFUSED = """
local client = vim.lsp.get_clients({ bufnr = 0, name = "rulewright" })[1]
local question = vim.lsp.util.make_position_params(0, client.offset_encoding)
question.newName = "use log"
return client:request_sync("textDocument/rename", question, 30000, 0).err.message
"""
CODES = """
local found = vim.tbl_map(function(d) return d.code end, vim.diagnostic.get(vim.fn.bufnr("main.py")))
table.sort(found)
return table.concat(found, " ")
"""


def completes_what_is_typed(editor: Editor) -> None:
    editor.type("i---<CR>---<Esc>Oover<C-x><C-o>")
    assert editor.until(editor.popup)[0] == "overrides"
    editor.type("<C-n><C-y>")
    editor.until(lambda: editor.nvim.current.line == "overrides: []")
    editor.type("no<C-x><C-o>")
    assert "no-print" in editor.until(editor.popup)
    editor.type("<C-n><C-y>")
    editor.until(lambda: editor.nvim.current.line == "overrides: [no-print]")
    editor.type("<Esc>oglobs: <C-x><C-o>")
    assert editor.until(editor.popup)[0] == '"**/*.py"'
    editor.type("<C-n><C-y><Esc>")
    editor.until(lambda: editor.nvim.current.line == 'globs: "**/*.py"')
    editor.type("ocheck<C-x><C-o>")
    editor.until(lambda: "check" in editor.popup())
    editor.type("<C-n><C-y>")
    editor.until(lambda: "    pattern: forbidden($A)" in editor.nvim.current.buffer[:])
    editor.type("<Esc>:2,$g/^check/.,.+5d<CR>:w<CR>")
    editor.until(lambda: editor.nvim.current.buffer[:] == ["---", "overrides: [no-print]", 'globs: "**/*.py"', "---"])


def explains_and_jumps(editor: Editor) -> None:
    editor.type("/globs<CR>K")
    assert "Files that the rule applies to" in editor.until(editor.floats)
    editor.type(":fclose!<CR>f*K")
    editor.until(lambda: "matches 1 file" in editor.floats() and "main.py" in editor.floats())
    editor.type(":fclose!<CR>gg/no-print<CR>:lua vim.lsp.buf.definition()<CR>")
    editor.until(lambda: editor.at()[0] == "no-print.md")
    editor.type("<C-o>")
    editor.until(lambda: editor.at()[0] == "quiet.md")
    editor.type("gg/no-print<CR>:lua vim.lsp.buf.references()<CR>")
    # Neovim lists files in no certain order.
    assert sorted(editor.until(editor.list)) == ["main.py:3", "no-print.md:1", "quiet.md:2"]


def gives_another_id(editor: Editor, workspace: Path) -> None:
    editor.nvim.command("cclose | edit .ai-rules/quiet.md")
    editor.type("gg/no-print<CR>:lua vim.lsp.buf.rename('use-log')<CR>")
    editor.until(lambda: editor.nvim.current.buffer[1] == "overrides: [use-log]")
    editor.type(":wa<CR>")
    editor.until(lambda: "id: use-log\n" in (workspace / ".ai-rules/no-print.md").read_text("utf-8"))
    editor.until(lambda: "rulewright: ignore[use-log]" in (workspace / "main.py").read_text("utf-8"))
    # The server learns of the rule's new id from the disk.
    editor.until(lambda: "cannot be the id of a rule" in editor.nvim.exec_lua(REFUSED))


def makes_a_rule_from_code(editor: Editor, workspace: Path) -> None:
    editor.nvim.command("edit main.py")
    editor.until(lambda: editor.nvim.exec_lua(SETTLED))
    editor.type("gg/compile<CR>vf)")
    editor.until(lambda: (editor.nvim.funcs.mode(), editor.nvim.funcs.line(".")) == ("v", 2))
    editor.nvim.exec_lua(MAKE_A_RULE)
    editor.until(lambda: editor.at()[0] == "no-compile.md")
    assert "    pattern: 'compile($A, $B, $C)'" in editor.nvim.current.buffer[:]
    editor.until(lambda: editor.at()[1:] == (2, len("description: ")))
    editor.type("<Esc>:w<CR>")
    editor.until((workspace / ".ai-rules/no-compile.md").exists)
    editor.until(lambda: "no-compile" in editor.nvim.exec_lua(CODES).split())


if __name__ == "__main__":
    place = Path(sys.argv[1])
    writer = Editor(*sys.argv[1:], set_up=SET_UP)
    completes_what_is_typed(writer)
    explains_and_jumps(writer)
    gives_another_id(writer, place)
    makes_a_rule_from_code(writer, place)
    writer.close()
