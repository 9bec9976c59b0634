/** Where the editor enters: puts the parts together. */

import * as vscode from "vscode";
import { allLoaded, beginActivation } from "./clock.ts";
import { PythonEnvironments } from "./environment.ts";
import { copyInformation } from "./information.ts";
import { changeByInstruction } from "./instruction.ts";
import { offerServer, setUpServer } from "./notices.ts";
import { openRules, writeFirstRules } from "./rules.ts";
import { ServerKeeper } from "./server.ts";
import { makeStatus } from "./status.ts";
import { TraceChannel } from "./trace.ts";

/** What other extensions get; the tests, too. */
export interface Api {
  readonly server: ServerKeeper;
}

let keeper: ServerKeeper | undefined;

allLoaded();

/** Start the server; the editor does not wait for it. */
export function activate(context: vscode.ExtensionContext): Api {
  const clock = beginActivation();
  const log = vscode.window.createOutputChannel("Rulewright", { log: true });
  const trace = new TraceChannel();
  const environments = new PythonEnvironments((text) => log.info(text));
  const server = new ServerKeeper(context, { log, trace }, environments, clock);
  keeper = server;
  const showState = makeStatus(context);
  const start = (restart: () => Promise<void>): Promise<void> =>
    restart().catch((error: unknown) => log.error(error instanceof Error ? error : String(error)));
  const command = (name: string, work: () => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`rulewright.${name}`, work);
  context.subscriptions.push(
    log,
    trace,
    environments,
    environments.onDidChange(() => start(() => server.restartIfOther())),
    server.onDidChangeState((state) => {
      showState(state);
      void tell(server, log);
    }),
    command("restart", () => start(() => server.restart())),
    command("findServer", () => start(() => server.restart())),
    command("setUpServer", () => setUpServer(server, log)),
    command("showLog", () => log.show()),
    command("openRules", openRules),
    command("writeFirstRules", () => writeFirstRules(server)),
    command("changeByInstruction", changeByInstruction),
    command("copyInformation", () => copyInformation(context, server)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => start(() => server.trusted())),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      // A folder that comes may bring a server where there was none; one that runs serves it too.
      if (server.state.name === "missing") {
        void start(() => server.restartIfOther());
      }
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("rulewright.server.command")) {
        void start(() => server.restart());
      }
    }),
  );
  showState(server.state);
  void start(() => server.restart());
  return { server };
}

/** Stop the server; the editor waits for it a little. */
export async function deactivate(): Promise<void> {
  await keeper?.close();
}

let isTelling = false;

/** Say what is wrong, if anything is; one notice at a time. */
async function tell(server: ServerKeeper, log: vscode.LogOutputChannel): Promise<void> {
  const { state, missing } = server;
  if (isTelling || (state.name !== "missing" && state.name !== "stopped")) {
    return;
  }
  isTelling = true;
  try {
    if (state.name === "missing" && missing !== undefined) {
      await offerServer(missing, server, log);
    } else if (state.name === "stopped") {
      const picked = await vscode.window.showErrorMessage(state.reason, "Show Log", "Restart");
      if (picked === "Show Log") {
        log.show();
      } else if (picked === "Restart") {
        void vscode.commands.executeCommand("rulewright.restart");
      }
    }
  } finally {
    isTelling = false;
  }
}
