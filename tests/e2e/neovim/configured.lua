-- nvim --headless -c "luafile configured.lua" FILE : what the user's own files set up, in a Neovim started as people do.
local failed = 0
local function step(name, ok, detail)
  if not ok then failed = failed + 1 end
  io.stdout:write((ok and "ok   " or "FAIL ") .. name .. (detail and (": " .. tostring(detail)) or "") .. "\n")
end
local function until_(condition) return vim.wait(30000, condition, 20) end
local function client(buffer)
  local found = vim.lsp.get_clients({ bufnr = buffer, name = "rulewright" })[1]
  return found ~= nil and found.initialized == true and found or nil
end
local function codes(buffer)
  local found = vim.tbl_map(function(d) return tostring(d.code) end, vim.diagnostic.get(buffer))
  table.sort(found)
  return table.concat(found, " ")
end

local known = {}
for _, name in ipairs(vim.fn.getcompletion("", "filetype")) do known[name] = true end
-- Two have no syntax file and are known by their files' names.
for _, name in ipairs({ "a.cu", "a.fsx" }) do known[vim.filetype.match({ filename = name }) or ""] = true end
local unknown = vim.tbl_filter(function(f) return not known[f] end, vim.lsp.config.rulewright.filetypes)
step("Neovim knows each filetype", #unknown == 0, table.concat(unknown, " "))

local buffer = vim.api.nvim_get_current_buf()
step("a Python file has the client", until_(function() return client(buffer) ~= nil end), vim.bo[buffer].filetype)
step("in the folder of the repository", client(buffer).root_dir == vim.uv.cwd(), client(buffer).root_dir)
step("rules are enforced", until_(function() return codes(buffer) == "no-eval no-print" end), codes(buffer))
local settings = client(buffer).config.init_options
step("settings of the page are sent", vim.deep_equal(settings, { code = { beside = { "python" } } }), vim.inspect(settings))

for _, path in ipairs({ "src/lib.rs", "a.ts" }) do
  vim.cmd.edit(path)
  local other = vim.api.nvim_get_current_buf()
  step(path .. " has the same client", until_(function()
    return client(other) ~= nil and client(other).id == client(buffer).id
  end), vim.bo[other].filetype)
end
step("completion is on", vim.bo.omnifunc == "v:lua.vim.lsp.omnifunc" and vim.tbl_contains(vim.opt.completeopt:get(), "noselect"))
io.stdout:write(failed == 0 and "all steps passed\n" or (failed .. " steps failed\n"))
vim.cmd(failed == 0 and "qall!" or "cquit!")
