/** The language status item: it stands behind the braces in the status bar, for every file. */

import * as vscode from "vscode";
import { type State, show } from "./state.ts";

/** Makes the item; the function that comes back shows a state. */
export function makeStatus(context: vscode.ExtensionContext): (state: State) => void {
  const item = vscode.languages.createLanguageStatusItem("rulewright", [{ scheme: "file" }, { scheme: "untitled" }]);
  item.name = "Rulewright";
  context.subscriptions.push(item);
  return (state) => {
    const shown = show(state);
    item.text = shown.text;
    item.detail = shown.detail ?? "";
    item.busy = shown.isBusy;
    item.severity = shown.isProblem ? vscode.LanguageStatusSeverity.Warning : vscode.LanguageStatusSeverity.Information;
    item.command = { command: shown.command.id, title: shown.command.title };
  };
}
