/** Shows the server's answer to `rulewright.why`: a list of rules, each leading to its file. */

import * as vscode from "vscode";

interface Verdict {
  readonly id: string;
  readonly verdict: string;
  readonly reason: string;
  readonly path: string;
}

interface Explanation {
  readonly path: string;
  readonly rules: readonly Verdict[];
}

export function isExplanation(value: unknown): value is Explanation {
  return typeof value === "object" && value !== null && Array.isArray((value as Explanation).rules);
}

/** Let a rule be picked, and open it where it is a file of the workspace. */
export async function showVerdicts(explanation: Explanation): Promise<void> {
  const applies = (rule: Verdict): boolean => rule.verdict === "applied" || rule.verdict === "dropped";
  const sorted = [...explanation.rules.filter(applies), ...explanation.rules.filter((rule) => !applies(rule))];
  const items = sorted.map((rule) => ({
    label: rule.id,
    description: `${rule.verdict.replace("_", " ")}: ${rule.reason}`,
    path: rule.path,
  }));
  const applied = explanation.rules.filter(applies).length;
  const picked = await vscode.window.showQuickPick(items, {
    title: `${explanation.path}: ${applied} of ${items.length} rules apply`,
    matchOnDescription: true,
  });
  for (const folder of picked === undefined ? [] : (vscode.workspace.workspaceFolders ?? [])) {
    const uri = vscode.Uri.joinPath(folder.uri, picked?.path ?? "");
    if (await exists(uri)) {
      await vscode.window.showTextDocument(uri);
      return;
    }
  }
  if (picked !== undefined) {
    void vscode.window.showInformationMessage(`${picked.label} comes with Rulewright (${picked.path}).`);
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
