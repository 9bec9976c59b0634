-- nvim --clean --headless -l joined.lua FILE SETUP : joins a server on a socket as the file SETUP says.
local file, setup = _G.arg[1], _G.arg[2]
vim.cmd("filetype on")
dofile(setup)
vim.lsp.config("rulewright", { filetypes = { "python" }, root_markers = { ".git" } })
vim.lsp.enable("rulewright")
vim.cmd.edit(file)
vim.bo.filetype = "python"
local buffer = vim.api.nvim_get_current_buf()
local function codes()
  return table.concat(vim.tbl_map(function(d) return tostring(d.code) end, vim.diagnostic.get(buffer)), " ")
end
local ok = vim.wait(30000, function() return codes() == "no-print" end, 20)
io.stdout:write(ok and "joined\n" or ("not joined: " .. codes() .. "\n"))
for _, client in ipairs(vim.lsp.get_clients()) do client:stop() end
vim.wait(5000, function() return #vim.lsp.get_clients() == 0 end, 20)
vim.cmd(ok and "qall!" or "cquit!")
