-- nvim --clean --headless -l first_minute.lua WORKSPACE RULEWRIGHT : a user's first minute, in a real editor.
-- Every step waits for a condition; the exit code is the number of failed steps.
local workspace, rulewright = arg[1], arg[2]
local failed = 0
local function step(name, ok, detail)
  if not ok then failed = failed + 1 end
  io.stdout:write((ok and "ok   " or "FAIL ") .. name .. (detail and (": " .. tostring(detail)) or "") .. "\n")
end
local function until_(condition) return vim.wait(30000, condition, 20) end
local function codes(buffer)
  local found = vim.tbl_map(function(d) return tostring(d.code) end, vim.diagnostic.get(buffer))
  table.sort(found)
  return table.concat(found, " ")
end
local function lines(buffer, first, last) return vim.api.nvim_buf_get_lines(buffer, first, last, false) end

vim.lsp.config("rulewright", {
  cmd = { rulewright, "serve", "--stdio" },
  filetypes = { "python", "markdown" },
  root_markers = { ".ai-rules", ".git" },
})
vim.lsp.enable("rulewright")
vim.cmd("filetype on")

local function open(path)
  vim.cmd.edit(vim.fn.fnameescape(workspace .. "/" .. path))
  local buffer = vim.api.nvim_get_current_buf()
  local kind = path:match("%.py$") and "python" or "markdown"
  if vim.bo[buffer].filetype ~= kind then vim.bo[buffer].filetype = kind end
  return buffer
end
local function act(title)
  vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.title:find(title, 1, true) ~= nil end })
end

local buffer = open("src/app.py")
step("the client attaches", until_(function()
  local client = vim.lsp.get_clients({ bufnr = buffer, name = "rulewright" })[1]
  return client ~= nil and client.initialized == true
end))
local client = vim.lsp.get_clients({ bufnr = buffer, name = "rulewright" })[1]
step("positions are negotiated", client.offset_encoding == "utf-8", client.offset_encoding)

step("diagnostics show", until_(function() return codes(buffer) == "no-eval no-eval no-print" end), codes(buffer))
local first = vim.tbl_filter(function(d) return d.code == "no-eval" end, vim.diagnostic.get(buffer))[1]
step("at the right columns behind an emoji", first.lnum == 1 and first.col == 16 and first.end_col == 23,
  first.lnum .. ":" .. first.col .. "-" .. first.end_col)
step("with message, source and severity", first.message == "eval runs text as code" and first.source == "rulewright"
  and first.severity == vim.diagnostic.severity.ERROR, first.message)

vim.api.nvim_win_set_cursor(0, { 2, 17 })
act("Fix `no-eval`")
step("a quick-fix is applied", until_(function()
  return lines(buffer, 1, 2)[1] == "    '😀'; x = literal_eval(s)"
end), lines(buffer, 1, 2)[1])
step("and its diagnostic goes", until_(function() return codes(buffer) == "no-eval no-print" end), codes(buffer))

vim.api.nvim_win_set_cursor(0, { 4, 5 })
act("Suppress `no-print` here")
step("a finding is suppressed with a comment", until_(function()
  return lines(buffer, 3, 4)[1] == "    # rulewright: ignore[no-print]"
end), lines(buffer, 3, 4)[1])
step("and its diagnostic goes too", until_(function() return codes(buffer) == "no-eval" end), codes(buffer))

vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { "def g(t):", "    return eval(t)" })
step("typing is followed", until_(function() return codes(buffer) == "no-eval no-eval" end), codes(buffer))
local count = vim.api.nvim_buf_line_count(buffer)
vim.api.nvim_win_set_cursor(0, { count, 12 })
act("Fix all of `no-eval` in this file")
step("all of one rule are fixed together", until_(function() return codes(buffer) == "" end), codes(buffer))
vim.cmd.write()

-- A rule changes on disk: the open file follows.
local rule = io.open(workspace .. "/.ai-rules/no-pass.md", "w")
rule:write("---\ncheck: { language: python, message: nothing happens here, rule: { kind: pass_statement } }\n---\n")
rule:close()
vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { "def h():", "    pass" })
step("a new rule is enforced at once", until_(function() return codes(buffer) == "no-pass" end), codes(buffer))

-- A broken rule file shows its problem at its line, and what it enforced goes on.
local rules = open(".ai-rules/no-eval.md")
vim.api.nvim_buf_set_lines(rules, 3, 4, false, { "check: [" })
step("a broken rule file says so", until_(function() return codes(rules) == "rulewright/broken-yaml" end), codes(rules))
vim.cmd("silent write")
vim.cmd.buffer(buffer)
vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { "eval(1)" })
step("the last good rule stays in force", until_(function() return codes(buffer) == "no-eval no-pass" end), codes(buffer))

client:stop()
step("the server stops", until_(function() return client:is_stopped() end))
io.stdout:write(failed == 0 and "all steps passed\n" or (failed .. " steps failed\n"))
os.exit(failed)
