/** A change of code that somebody describes: the server has a model make it. */

import * as vscode from "vscode";

/** Ask what is to be changed, and have it changed where the cursor or the selection is. */
export async function changeByInstruction(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    void vscode.window.showInformationMessage("Open a file and choose the code that is to be changed.");
    return;
  }
  const { document, selection } = editor;
  const { version } = document;
  const instruction = await vscode.window.showInputBox({
    title: "Change code by an instruction",
    prompt: selection.isEmpty ? "What is to be changed here?" : "What is to be changed in the selection?",
    placeHolder: "such as: return early instead of nesting",
    ignoreFocusOut: true,
  });
  if (instruction === undefined || instruction.trim() === "") {
    return;
  }
  await vscode.commands.executeCommand("rulewright.ai", {
    kind: "refactor",
    uri: document.uri.toString(),
    version,
    range: { start: place(selection.start), end: place(selection.end) },
    instruction: instruction.trim(),
  });
}

function place({ line, character }: vscode.Position): { line: number; character: number } {
  return { line, character };
}
