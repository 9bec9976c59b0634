/** What the user is asked when there is no server, and what is done then. */

import * as vscode from "vscode";
import { disk } from "./disk.ts";
import { explainMissing, type Missing, onPath } from "./find.ts";
import { run } from "./run.ts";
import type { ServerKeeper } from "./server.ts";
import { setUp } from "./setup.ts";
import { MINIMUM } from "./version.ts";

const SET_UP = "Set Up";
const CHOOSE = "Choose…";
const TRUST = "Manage Trust";
const NOT_NOW = "Not Now";
const SHOW_LOG = "Show Log";

/** Say why there is no server and offer what helps. */
export async function offerServer(missing: Missing, keeper: ServerKeeper, log: vscode.LogOutputChannel): Promise<void> {
  const trust = missing.untrusted.length > 0 ? [TRUST] : [];
  const picked = await vscode.window.showWarningMessage(explainMissing(missing), ...trust, SET_UP, CHOOSE, NOT_NOW);
  switch (picked) {
    case SET_UP:
      await setUpServer(keeper, log);
      break;
    case CHOOSE:
      await chooseServer();
      break;
    case TRUST:
      await vscode.commands.executeCommand("workbench.trust.manage");
      break;
  }
}

/** Make our own environment, with progress, and start its server. Answers whether it could be made. */
export async function setUpServer(keeper: ServerKeeper, log: vscode.LogOutputChannel): Promise<boolean> {
  const at = await keeper.surroundings();
  const options = { location: vscode.ProgressLocation.Notification, title: "Rulewright", cancellable: true };
  const ended = await vscode.window.withProgress(options, (progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort());
    return setUp(keeper.own, `rulewright>=${MINIMUM}`, {
      run,
      locate: (name) => onPath(name, at, disk),
      platform: process.platform,
      cwd: keeper.cwd,
      report: (step) => {
        log.info(`Setting up: ${step}.`);
        progress.report({ message: step });
      },
      log: (line) => log.info(line),
      signal: stop.signal,
    });
  });
  if (ended.done) {
    await keeper.restart();
    return true;
  }
  log.error(`The server could not be set up: ${ended.reason}`);
  void vscode.window
    .showErrorMessage(`Rulewright's server could not be set up. ${ended.reason}`, SHOW_LOG, CHOOSE)
    .then((picked) => {
      if (picked === SHOW_LOG) {
        log.show();
      } else if (picked === CHOOSE) {
        return chooseServer();
      }
      return undefined;
    });
  return false;
}

/** Let a program be picked; it becomes the user's setting, which starts it. */
async function chooseServer(): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    title: "Choose the program rulewright",
    openLabel: "Use this server",
    canSelectMany: false,
  });
  const program = picked?.[0];
  if (program !== undefined) {
    await vscode.workspace
      .getConfiguration("rulewright")
      .update("server.command", program.fsPath, vscode.ConfigurationTarget.Global);
  }
}
