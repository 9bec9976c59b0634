/** What somebody who reports a fault is asked for, ready to be pasted. No path of the workspace is in it. */

import * as vscode from "vscode";
import type { ServerKeeper } from "./server.ts";

/** Put it into the clipboard and say so. */
export async function copyInformation(context: vscode.ExtensionContext, server: ServerKeeper): Promise<void> {
  await vscode.env.clipboard.writeText(information(context, server));
  void vscode.window.showInformationMessage(
    "Copied what a report of a fault should say. It holds no code and no path.",
  );
}

function information(context: vscode.ExtensionContext, server: ServerKeeper): string {
  const { state, found } = server;
  const extension = context.extension.packageJSON as { version: string };
  const rows: [string, unknown][] = [
    ["Editor", `${vscode.env.appName} ${vscode.version}`],
    ["Platform", `${process.platform} ${process.arch}, Node ${process.versions.node}`],
    ["Remote", vscode.env.remoteName ?? "no"],
    ["Extension", extension.version],
    ["Server", found === undefined ? "not found" : `${found.version}, by ${found.source}`],
    ["State", state.name],
    ["Start", server.startedAfterMs === undefined ? "never" : `after ${server.startedAfterMs.toFixed(0)} ms`],
    ["Started", `${server.startCount} times`],
    [
      "Workspace",
      `${vscode.workspace.workspaceFolders?.length ?? 0} folders, ${vscode.workspace.isTrusted ? "" : "not "}trusted`,
    ],
  ];
  return rows.map(([name, value]) => `- ${name}: ${value}`).join("\n");
}
