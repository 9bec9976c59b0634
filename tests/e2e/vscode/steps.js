// What the suites share. They run inside the extension host, with the API object of the extension that is tested.
const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const PATIENCE_MS = 60_000;
const EXTENSION = "rulewright.rulewright";

/** Wait for a condition and give what it gives. */
async function until(what, check) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The server keeper that the extension gives away. */
async function activated() {
  const extension = vscode.extensions.getExtension(EXTENSION);
  return (await extension.activate()).server;
}

/** Run the steps in order; what they have seen goes to a file that is read outside. */
async function runSteps(steps, server) {
  const report = { passed: [], figures: {}, pids: [] };
  const note = () => {
    report.pids = [...new Set([...report.pids, ...(server.connection?.pids ?? [])])];
    if (server.loadedClientMs !== undefined && report.figures.startedAfterMs === undefined) {
      const { startedAfterMs, askedVersionMs, loadedClientMs } = server;
      report.figures = { startedAfterMs, askedVersionMs, loadedClientMs };
    }
    fs.writeFileSync(path.join(__dirname, `${steps[0].name}.json`), JSON.stringify(report));
  };
  const startedAt = Date.now();
  let last = "";
  const listener = server.onDidChangeState((state) => {
    note();
    if (state.name !== last) console.log(`#   ${Date.now() - startedAt} ms: ${state.name}`);
    last = state.name;
  });
  try {
    for (const step of steps) {
      const began = Date.now();
      try {
        await step();
      } catch (error) {
        console.log(`# FAILED ${step.name}: ${error.stack}`);
        console.log(`# state: ${JSON.stringify(server.state)}`);
        const index = vscode.commands.executeCommand("rulewright.indexStatus").then(JSON.stringify, String);
        const late = new Promise((resolve) => setTimeout(resolve, 5_000, "no answer"));
        console.log(`# index: ${await Promise.race([index, late])}`);
        throw error;
      }
      console.log(`# passed ${step.name} (${Date.now() - began} ms)`);
      report.passed.push(step.name);
      note();
    }
  } finally {
    listener.dispose();
  }
}

const isReady = (server) => server.state.name === "ready" || server.state.name === "indexing";

function configuration() {
  return vscode.workspace.getConfiguration("rulewright");
}

module.exports = { vscode, until, activated, runSteps, isReady, configuration };
