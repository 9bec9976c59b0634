/** Commands about the folder of rules. */

import * as vscode from "vscode";
import type { ServerKeeper } from "./server.ts";

const FOLDER = ".ai-rules";
const WRITE = "Write First Rules";

/** Show the folder of rules in the explorer; where there is none, offer to write one. */
export async function openRules(): Promise<void> {
  const folder = await pickFolder("Whose rules?");
  if (folder === undefined) {
    return;
  }
  const rules = vscode.Uri.joinPath(folder.uri, FOLDER);
  if (await isFolder(rules)) {
    await vscode.commands.executeCommand("revealInExplorer", rules);
    return;
  }
  const picked = await vscode.window.showInformationMessage(`${folder.name} has no folder ${FOLDER} yet.`, WRITE);
  if (picked === WRITE) {
    await vscode.commands.executeCommand("rulewright.writeFirstRules");
  }
}

/** Run `rulewright init` where it can be read: in a terminal. */
export async function writeFirstRules(server: ServerKeeper): Promise<void> {
  const folder = await pickFolder("Where should the first rules be written?");
  if (folder === undefined) {
    return;
  }
  const [program, ...rest] = server.found?.command ?? [];
  if (program === undefined) {
    void vscode.window.showWarningMessage("This needs Rulewright's server, and none was found yet.");
    return;
  }
  const task = new vscode.Task(
    { type: "rulewright" },
    folder,
    "write first rules",
    "Rulewright",
    // Python takes modules from where it runs, so it runs elsewhere and is given the folder.
    new vscode.ProcessExecution(program, [...rest, "init", folder.uri.fsPath], { cwd: server.cwd }),
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: true, clear: true };
  await vscode.tasks.executeTask(task);
}

async function pickFolder(placeHolder: string): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    void vscode.window.showInformationMessage("Open a folder first: rules belong to a folder.");
  }
  return folders.length <= 1 ? folders[0] : vscode.window.showWorkspaceFolderPick({ placeHolder });
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type === vscode.FileType.Directory;
  } catch {
    return false;
  }
}
