/** The active Python environment, as the Python extension knows it. */

import * as vscode from "vscode";

/** The part of the Python extension's interface that is used here. */
interface PythonExtension {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(environment: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly sysPrefix?: string } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

const ID = "ms-python.python";
/** The extension may be looking at every interpreter of the machine. */
const PATIENCE_MS = 3_000;

export class PythonEnvironments implements vscode.Disposable {
  readonly #log: (text: string) => void;
  readonly #changes = new vscode.EventEmitter<void>();
  /** Tells that another environment has become active, once somebody has asked for one. */
  readonly onDidChange = this.#changes.event;
  #listener: vscode.Disposable | undefined;

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** The folder of the environment that is active for the first folder; undefined where nobody can say. */
  async active(): Promise<string | undefined> {
    const python = vscode.extensions.getExtension<PythonExtension>(ID);
    if (python === undefined) {
      return undefined;
    }
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        this.#log("The Python extension does not say yet which environment is active; looking elsewhere.");
        resolve(undefined);
      }, PATIENCE_MS);
    });
    try {
      return await Promise.race([this.#ask(python), tooLong]);
    } catch (error) {
      this.#log(`The Python extension could not say which environment is active: ${error}`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  dispose(): void {
    this.#listener?.dispose();
    this.#changes.dispose();
  }

  async #ask(python: vscode.Extension<PythonExtension>): Promise<string | undefined> {
    const { environments } = await python.activate();
    this.#listener ??= environments.onDidChangeActiveEnvironmentPath(() => this.#changes.fire());
    const path = environments.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
    return (await environments.resolveEnvironment(path))?.executable.sysPrefix;
  }
}
