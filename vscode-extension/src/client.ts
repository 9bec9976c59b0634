/** One connection to a server: its process, and the protocol's client on top of it. */

import type { ChildProcess } from "node:child_process";
import * as vscode from "vscode";
import {
  State as ClientState,
  CloseAction,
  type ErrorHandler,
  LanguageClient,
  RevealOutputChannelOn,
} from "vscode-languageclient/node";
import type { Found } from "./find.ts";
import { type ServerProcess, startServer } from "./process.ts";
import { end, exited } from "./run.ts";
import { SETTINGS } from "./settings.ts";
import { setValues, type Tables } from "./values.ts";
import { isExplanation, isRuleFile, showRuleFile, showVerdicts } from "./verdicts.ts";

export interface Channels {
  readonly log: vscode.LogOutputChannel;
  readonly trace: vscode.LogOutputChannel;
}

export interface Watcher {
  /** The server is there, also when it was started again after a crash. */
  onReady(version: string): void;
  /** It has ended and is started again. */
  onRestarting(): void;
  /** It has ended, and is not started again. */
  onEnd(reason: string): void;
  /** How far indexing is; undefined when it is over. */
  onIndexing(progress: string | undefined): void;
}

/** The title by which the server's progress of indexing is known. */
const INDEXING = "Indexing";
const WHY = "rulewright.why";
const SHOW_WHY = "rulewright.showWhy";
const SHOW_RULE_FILE = "rulewright.showRuleFile";
const STARTS_IN_A_ROW = 4;
const ROW_MS = 180_000;
const START_MS = 60_000;
const END_IS_NEAR_MS = 500;

/** The protocol's client, which leaves it to us to say what has gone wrong, once and with something to do about it. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** A server that was asked to start. */
export class Connection {
  readonly #client: LanguageClient;
  readonly #processes = new Set<ChildProcess>();
  readonly #found: Found;
  readonly #cwd: string;
  #first: Promise<ServerProcess> | undefined;
  readonly #channels: Channels;
  readonly #watcher: Watcher;
  readonly #indexing = new Set<number | string>();
  readonly #crashesMs: number[] = [];
  #wasReady = false;
  #isStopping = false;
  #ended: string | undefined;

  /** Whether its end is wanted. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /**
   * `first` is a server that was started already; later ones, after a crash, are started here. `cwd` is where they run:
   * a folder that is nobody's project, for Python takes modules from there.
   */
  constructor(found: Found, cwd: string, first: Promise<ServerProcess>, channels: Channels, watcher: Watcher) {
    this.#found = found;
    this.#cwd = cwd;
    this.#first = first;
    this.#channels = channels;
    this.#watcher = watcher;
    this.#client = new QuietClient("rulewright", "Rulewright", () => this.#spawn(), {
      documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
      diagnosticCollectionName: "rulewright",
      initializationOptions: () => ({ ...editorSettings(), workspaceTrusted: vscode.workspace.isTrusted }),
      outputChannel: channels.log,
      traceOutputChannel: channels.trace,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      errorHandler: this.#errorHandler(),
      middleware: {
        handleWorkDoneProgress: (token, params, next) => {
          this.#follow(token, params);
          next(token, params);
        },
        executeCommand: async (command, args, next) => {
          if (command === SHOW_WHY) {
            // What the server would put into a message is a list to choose from here.
            const answer: unknown = await next(WHY, args);
            return isExplanation(answer) ? showVerdicts(answer) : undefined;
          }
          if (command === SHOW_RULE_FILE) {
            const answer: unknown = await this.#client.sendRequest("rulewright/ruleFile", { uri: args[0] });
            return isRuleFile(answer) ? showRuleFile(answer) : undefined;
          }
          if (command !== WHY || args.length > 0) {
            return next(command, args);
          }
          // From the palette: about what is looked at, and shown, for the server's answer is a record.
          const document = vscode.window.activeTextEditor?.document;
          const answer: unknown = await next(command, document === undefined ? [] : [document.uri.toString()]);
          if (isExplanation(answer)) {
            await showVerdicts(answer);
          }
          return answer;
        },
        workspace: {
          configuration: (params) =>
            params.items.map((item) => (item.section === "rulewright" ? editorSettings() : null)),
          didChangeConfiguration: () =>
            this.#client.sendNotification("workspace/didChangeConfiguration", {
              settings: { rulewright: editorSettings() },
            }),
        },
      },
    });
    this.#client.onDidChangeState(({ newState }) => {
      if (newState === ClientState.Running) {
        this.#wasReady = true;
        this.#watcher.onReady(this.version);
      }
    });
  }

  /** The version that the server says it has, or the one that was found. */
  get version(): string {
    return this.#client.initializeResult?.serverInfo?.version ?? this.#found.version;
  }

  get client(): LanguageClient {
    return this.#client;
  }

  /** The processes that this connection has started and that have not ended. */
  get pids(): number[] {
    return [...this.#processes].flatMap((child) => child.pid ?? []);
  }

  /** Tell the server that the user trusts the workspace now. One that is not ready yet learns it at its start. */
  async tellTrust(): Promise<void> {
    if (this.#client.state === ClientState.Running) {
      await this.#client.sendNotification("rulewright/workspaceTrusted", { trusted: vscode.workspace.isTrusted });
    }
  }

  /** Start the server; resolves when it has answered, fails with a sentence when it does not. */
  async start(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`The server has not answered for ${START_MS / 1000} s.`)), START_MS);
    });
    try {
      await Promise.race([this.#client.start(), tooLong]);
    } catch (error) {
      // The client notices a broken pipe; why it broke is told by the process, a little later.
      await Promise.all([...this.#processes].map((child) => exited(child, END_IS_NEAR_MS)));
      throw this.#ended === undefined ? error : new Error(this.#ended);
    } finally {
      clearTimeout(timer);
    }
  }

  /** End what runs, in whatever state it is; resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    let wasAsked = false;
    if (this.#client.state === ClientState.Running) {
      wasAsked = await this.#client.dispose().then(
        () => true,
        () => false,
      );
    }
    // One that has not answered in time has had its time.
    await Promise.all([...this.#processes].map((child) => (wasAsked ? end(child) : end(child, 0))));
  }

  /** End a server that has not answered yet, so that its start fails now. */
  giveUp(): void {
    if (!this.#wasReady) {
      this.#isStopping = true;
      for (const child of this.#processes) {
        child.kill("SIGKILL");
      }
    }
  }

  async #spawn(): Promise<ChildProcess> {
    const starting = this.#first ?? startServer(this.#found.command, this.#cwd);
    this.#first = undefined;
    const { child, ended } = await starting;
    this.#processes.add(child);
    void ended.then(({ how, lastLine }) => {
      this.#processes.delete(child);
      if (!this.#isStopping) {
        this.#ended = `it ended with ${how}: ${lastLine || "it said nothing"}`;
      }
      this.#channels.log.info(`The server (process ${child.pid}) has ended: ${how}.`);
    });
    this.#channels.log.info(`Started ${this.#found.command.join(" ")} --stdio as process ${child.pid}.`);
    return child;
  }

  #errorHandler(): ErrorHandler {
    return {
      error: (error) => {
        this.#channels.log.error(`The connection to the server has a fault: ${error.message}`);
        return { action: 1 };
      },
      closed: () => {
        this.#indexing.clear();
        if (this.#isStopping || !this.#wasReady) {
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        const now = Date.now();
        this.#crashesMs.push(now);
        while (now - (this.#crashesMs[0] ?? now) > ROW_MS) {
          this.#crashesMs.shift();
        }
        if (this.#crashesMs.length <= STARTS_IN_A_ROW) {
          this.#watcher.onRestarting();
          return { action: CloseAction.Restart, handled: true, message: "The server has ended. Starting it again." };
        }
        const reason = `It ended ${this.#crashesMs.length} times in ${ROW_MS / 60_000} minutes. The log says more.`;
        this.#watcher.onEnd(reason);
        return { action: CloseAction.DoNotRestart, handled: true, message: reason };
      },
    };
  }

  #follow(token: number | string, params: { kind: string; title?: string; message?: string }): void {
    if (params.kind === "begin" && params.title === INDEXING) {
      this.#indexing.add(token);
    }
    if (this.#indexing.has(token)) {
      if (params.kind === "end") {
        this.#indexing.delete(token);
      }
      this.#watcher.onIndexing(this.#indexing.size > 0 ? (params.message ?? "") : undefined);
    }
  }
}

/** What is set in this editor, without what is only a default. */
function editorSettings(): Tables {
  const configuration = vscode.workspace.getConfiguration("rulewright");
  return setValues(SETTINGS, (name) => configuration.inspect(name));
}
