/** The channel that shows the messages between editor and server, while the setting says so. */

import * as vscode from "vscode";

const NAME = "Rulewright Trace";
const SETTING = "rulewright.trace.server";

/**
 * The protocol's client asks a log channel's level whether to trace; here the setting decides, so that one place to
 * switch it on is enough. The channel in the list of outputs is made when it is first needed.
 */
export class TraceChannel implements vscode.LogOutputChannel {
  readonly name = NAME;
  readonly #levels = new vscode.EventEmitter<vscode.LogLevel>();
  readonly onDidChangeLogLevel = this.#levels.event;
  readonly #listener: vscode.Disposable;
  #shown: vscode.LogOutputChannel | undefined;

  constructor() {
    this.#listener = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SETTING)) {
        this.#levels.fire(this.logLevel);
      }
    });
  }

  get logLevel(): vscode.LogLevel {
    const wanted = vscode.workspace.getConfiguration().get<string>(SETTING, "off");
    return wanted === "off" ? vscode.LogLevel.Info : vscode.LogLevel.Trace;
  }

  trace(message: string): void {
    this.#channel.info(message);
  }
  debug(message: string): void {
    this.#channel.info(message);
  }
  info(message: string): void {
    this.#channel.info(message);
  }
  warn(message: string): void {
    this.#channel.warn(message);
  }
  error(error: string | Error): void {
    this.#channel.error(error);
  }
  append(value: string): void {
    this.#channel.append(value);
  }
  appendLine(value: string): void {
    this.#channel.appendLine(value);
  }
  replace(value: string): void {
    this.#channel.replace(value);
  }
  clear(): void {
    this.#shown?.clear();
  }
  show(): void {
    this.#channel.show(true);
  }
  hide(): void {
    this.#shown?.hide();
  }
  dispose(): void {
    this.#listener.dispose();
    this.#levels.dispose();
    this.#shown?.dispose();
  }

  get #channel(): vscode.LogOutputChannel {
    this.#shown ??= vscode.window.createOutputChannel(NAME, { log: true });
    return this.#shown;
  }
}
