/** Shows what the server says of rules: those of a file, each leading to its own, and the files that a rule touches. */

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

interface RuleFile {
  readonly id: string;
  readonly files: number;
  readonly listed: readonly string[];
}

export function isRuleFile(value: unknown): value is RuleFile {
  return typeof value === "object" && value !== null && Array.isArray((value as RuleFile).listed);
}

/** Let a file be picked that a rule touches, and open it. */
export async function showRuleFile(rule: RuleFile): Promise<void> {
  const title = `${rule.id} touches ${rule.files} file${rule.files === 1 ? "" : "s"}`;
  const picked = await vscode.window.showQuickPick([...rule.listed], { title });
  if (picked !== undefined) {
    await open(picked);
  }
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
  if (picked !== undefined && !(await open(picked.path))) {
    void vscode.window.showInformationMessage(`${picked.label} comes with Rulewright (${picked.path}).`);
  }
}

/** Open a file by its path in the workspace, or by an absolute one; whether it is there. */
async function open(path: string): Promise<boolean> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const isAbsolute = path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path);
  const uris = isAbsolute ? [vscode.Uri.file(path)] : folders.map((folder) => vscode.Uri.joinPath(folder.uri, path));
  for (const uri of uris) {
    if (await exists(uri)) {
      await vscode.window.showTextDocument(uri);
      return true;
    }
  }
  return false;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
