/** The active Python environment, as the Python extension knows it. */

import * as vscode from "vscode";

/** The part of the Python extension's interface that is used here. */
interface PythonExtension {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(environment: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri?: vscode.Uri; readonly sysPrefix?: string } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

const ID = "ms-python.python";
/** The extension may be looking at every interpreter of the machine. */
const PATIENCE_MS = 3_000;

/** The folder of the environment that is active for the first folder; undefined where nobody can say. */
export async function activeEnvironment(log: (text: string) => void): Promise<string | undefined> {
  if (vscode.extensions.getExtension(ID) === undefined) {
    return undefined;
  }
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      log("The Python extension does not say which environment is active; looking elsewhere.");
      resolve(undefined);
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([ask(), tooLong]);
  } catch (error) {
    log(`The Python extension could not say which environment is active: ${error}`);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function ask(): Promise<string | undefined> {
  const { environments } = await extension();
  const path = environments.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
  const environment = await environments.resolveEnvironment(path);
  return environment?.executable.sysPrefix;
}

/** Tells when another environment becomes active. Does not start the Python extension. */
export function onActiveEnvironment(changed: () => void, subscriptions: vscode.Disposable[]): void {
  const python = vscode.extensions.getExtension<PythonExtension>(ID);
  if (python?.isActive) {
    subscriptions.push(python.exports.environments.onDidChangeActiveEnvironmentPath(changed));
  }
}

async function extension(): Promise<PythonExtension> {
  const python = vscode.extensions.getExtension<PythonExtension>(ID);
  if (python === undefined) {
    throw new Error(`${ID} is gone`);
  }
  return python.isActive ? python.exports : await python.activate();
}
