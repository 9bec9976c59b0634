"""A chat in a markdown file, in a real Neovim with a real model: python chat_day.py WORKSPACE NVIM RULEWRIGHT."""

import sys

from tests.e2e.neovim.stories import Editor

SET_UP = """
local workspace, rulewright = ...
vim.o.hidden = true
vim.o.swapfile = false
-- What is said of a file with a long name must not wait for a key.
vim.o.cmdheight = 5
vim.lsp.config("rulewright", { cmd = { rulewright, "serve", "--stdio" }, filetypes = { "python", "markdown" },
  root_markers = { ".git" } })
vim.lsp.enable("rulewright")
vim.cmd("filetype on")
vim.cmd.cd(vim.fn.fnameescape(workspace))
vim.cmd.edit("speed.chat.md")
vim.api.nvim_create_user_command("Run", function(a)
  local client = vim.lsp.get_clients({ bufnr = 0, name = "rulewright" })[1]
  client:request("workspace/executeCommand", { command = a.args }, function() end)
end, { nargs = 1 })
"""


def text(editor: Editor) -> str:
    return "\n".join(editor.nvim.current.buffer[:])


def answers_in_the_file(editor: Editor) -> None:
    editor.type("ggiSay hello.<Esc>:Run rulewright.chat.send<CR>")
    editor.until(lambda: text(editor).count("## You") == 1 and "<!-- rulewright conversation" in text(editor))
    assert "Say hello.\n\n## Rulewright\n\nHello! How can I help you with your code?\n\n## You\n" in text(editor)


def goes_on_while_its_user_types(editor: Editor) -> None:
    editor.type("Gowrite a very long function with many lines<Esc>:Run rulewright.chat.send<CR>")
    editor.until(lambda: text(editor).count("## Rulewright") == 2)
    # Somebody takes notes at the top, letter by letter, while the answer is written below.
    editor.type("ggO")
    for letter in "notes of mine 😀 ":
        before = len(text(editor))
        editor.type(letter)
        editor.until(lambda before=before: len(text(editor)) > before)
    editor.type("<Esc>")
    editor.until(lambda: text(editor).count("## You") == 2)
    first = text(editor).splitlines()[0]
    assert first == "notes of mine 😀 ", first
    assert text(editor).count("## Rulewright") == 2
    assert "Hello! How can I help you with your code?" in text(editor)


def stops_and_leaves_it_whole(editor: Editor) -> None:
    editor.type("Goand another very long one<Esc>:Run rulewright.chat.send<CR>")
    editor.until(lambda: text(editor).count("## Rulewright") == 3)
    editor.type(":Run rulewright.chat.stop<CR>")
    editor.until(lambda: text(editor).count("## You") == 3)
    assert text(editor).rstrip().endswith("## You")


if __name__ == "__main__":
    writer = Editor(*sys.argv[1:], set_up=SET_UP)
    try:
        answers_in_the_file(writer)
        goes_on_while_its_user_types(writer)
        stops_and_leaves_it_whole(writer)
    except AssertionError:
        print(f"{text(writer)}\n---\n{writer.nvim.funcs.execute('messages')}", file=sys.stderr)
        raise
    writer.close()
