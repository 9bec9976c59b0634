// A folder that is not trusted and holds a server of its own; then our own environment, made by the extension.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const { vscode, until, activated, runSteps, isReady, configuration } = require("./steps.js");

exports.run = async () => {
  const warnings = [];
  const errors = [];
  vscode.window.showWarningMessage = async (...question) => void warnings.push(question);
  vscode.window.showErrorMessage = async (...question) => void errors.push(question);
  const server = await activated();
  const root = vscode.workspace.workspaceFolders[0].uri;
  const marker = vscode.Uri.joinPath(root, "it-was-run").fsPath;
  const app = vscode.Uri.joinPath(root, "src/app.py");

  await runSteps(
    [
      async function theFoldersOwnServerIsNotRun() {
        assert.equal(vscode.workspace.isTrusted, false);
        await until("the end of the search", () => server.state.name === "missing");
        assert.deepEqual(server.missing.untrusted.map((candidate) => candidate.source), ["the folder's Python environment"]);
        assert.equal(server.missing.failures.length, 0);
        assert.match(server.state.reason, /not trusted, so it was not started/);
        assert.equal(fs.existsSync(marker), false);
      },
      async function theFoldersSettingIsNotUsed() {
        // .vscode/settings.json names the same program; VS Code holds a restricted setting back.
        assert.equal(configuration().get("server.command"), null);
        await vscode.commands.executeCommand("rulewright.restart");
        assert.equal(server.state.name, "missing");
        assert.equal(fs.existsSync(marker), false);
      },
      async function aFailedSetUpSaysWhy() {
        const links = process.env.PIP_FIND_LINKS;
        process.env.PIP_FIND_LINKS = "/nowhere";
        await vscode.commands.executeCommand("rulewright.setUpServer");
        process.env.PIP_FIND_LINKS = links;
        assert.equal(errors.length, 1);
        assert.match(errors[0][0], /pip could not install the server: ERROR: No matching distribution found for rulewright/);
        assert.deepEqual(errors[0].slice(1), ["Show Log", "Choose…"]);
        assert.equal(server.state.name, "missing");
      },
      async function theExtensionSetsUpAServerOfItsOwn() {
        assert.equal(await vscode.commands.executeCommand("rulewright.setUpServer"), true);
        await until("the server", () => isReady(server));
        assert.equal(server.found.source, "Rulewright's own environment");
        assert.ok(server.found.command[0].startsWith(server.own));
      },
      async function rulesAreDataAndCountHereToo() {
        await vscode.window.showTextDocument(app);
        await until("findings", () => vscode.languages.getDiagnostics(app).length === 3);
        assert.equal(fs.existsSync(marker), false);
      },
    ],
    server,
  );
};
