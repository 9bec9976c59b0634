/** Keeps one server running: finds it, starts it, replaces it when something changes. */

import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Channels, Connection } from "./client.ts";
import type { Clock } from "./clock.ts";
import { disk } from "./disk.ts";
import type { PythonEnvironments } from "./environment.ts";
import {
  type AskVersion,
  commandLine,
  explainMissing,
  type Found,
  find,
  type Missing,
  readVersion,
  type Surroundings,
} from "./find.ts";
import { remembering } from "./known.ts";
import { type ServerProcess, startServer } from "./process.ts";
import { OneAtATime } from "./queue.ts";
import { run } from "./run.ts";
import type { State } from "./state.ts";
import { isTooOld, MINIMUM } from "./version.ts";

const VERSION_MS = 20_000;

export class ServerKeeper {
  readonly clock: Clock;
  /** Where our own environment is. */
  readonly own: string;
  /** A folder that is nobody's project, where programs are started. */
  readonly cwd: string;
  readonly #channels: Channels;
  readonly #askVersion: AskVersion;
  readonly #environments: PythonEnvironments;
  readonly #starts = new OneAtATime(() => this.#replace());
  readonly #states = new vscode.EventEmitter<State>();
  readonly onDidChangeState = this.#states.event;
  #state: State = { name: "stopped", reason: "It was not started yet." };
  #connection: Connection | undefined;
  #found: Found | undefined;
  #missing: Missing | undefined;
  #startedAfterMs: number | undefined;
  #loadedClientMs: number | undefined;
  #startCount = 0;
  #askedVersionMs = 0;

  constructor(context: vscode.ExtensionContext, channels: Channels, environments: PythonEnvironments, clock: Clock) {
    this.#environments = environments;
    this.clock = clock;
    this.#channels = channels;
    this.cwd = context.globalStorageUri.fsPath;
    this.own = join(this.cwd, "server");
    mkdirSync(this.cwd, { recursive: true });
    const ask: AskVersion = async (command) => {
      const began = performance.now();
      const ended = await run([...command, "--version"], { cwd: this.cwd, timeoutMs: VERSION_MS });
      this.#askedVersionMs += performance.now() - began;
      return ended.failure === undefined
        ? readVersion(`${ended.stdout}\n${ended.stderr}`)
        : { reason: `cannot be run: ${ended.failure}` };
    };
    this.#askVersion = remembering(ask, context.globalState);
  }

  get state(): State {
    return this.#state;
  }
  get connection(): Connection | undefined {
    return this.#connection;
  }
  get found(): Found | undefined {
    return this.#found;
  }
  /** Why there is no server, after a search that has found none. */
  get missing(): Missing | undefined {
    return this.#missing;
  }
  /** Milliseconds that loading and activating this extension took until the server was started, the first time. */
  get startedAfterMs(): number | undefined {
    return this.#startedAfterMs;
  }
  /** Milliseconds that programs took to say their version; none where all were known. */
  get askedVersionMs(): number {
    return this.#askedVersionMs;
  }
  /** Milliseconds that loading the protocol's client took, the first time, while the server got ready. */
  get loadedClientMs(): number | undefined {
    return this.#loadedClientMs;
  }
  /** How often a server was started on demand. */
  get startCount(): number {
    return this.#startCount;
  }

  /** Start the server, or replace the one that runs. Never two at once: who asks during a start shares the next. */
  restart(): Promise<void> {
    this.#connection?.giveUp();
    return this.#starts.run();
  }

  /** Restart if the search would now find another server. */
  async restartIfOther(): Promise<void> {
    if (this.#starts.isRunning) {
      return this.restart();
    }
    const found = await this.#search();
    if ("command" in found && JSON.stringify(found.command) !== JSON.stringify(this.#found?.command)) {
      return this.restart();
    }
  }

  /** The user trusts the workspace now: its settings count, and it may bring a server of its own. */
  async trusted(): Promise<void> {
    await this.#connection?.tellTrust();
    await this.restartIfOther();
  }

  /** Stop for good. */
  async close(): Promise<void> {
    this.#connection?.giveUp();
    const closed = this.#starts.close();
    await this.#connection?.stop();
    await closed;
    await this.#connection?.stop();
    this.#states.dispose();
  }

  /** What the search starts from. */
  async surroundings(): Promise<Surroundings> {
    const setting = commandLine(vscode.workspace.getConfiguration("rulewright").get<unknown>("server.command"));
    return {
      setting,
      activeEnvironment: setting.length > 0 ? undefined : await this.#environments.active(),
      folders: (vscode.workspace.workspaceFolders ?? [])
        .filter((folder) => folder.uri.scheme === "file")
        .map((folder) => folder.uri.fsPath),
      isTrusted: vscode.workspace.isTrusted,
      variables: process.env,
      platform: process.platform,
      home: homedir(),
      own: this.own,
    };
  }

  async #search(): Promise<Found | Missing> {
    return find(await this.surroundings(), disk, this.#askVersion);
  }

  async #replace(): Promise<void> {
    await this.#connection?.stop();
    this.#connection = undefined;
    this.#set({ name: "starting" });
    const found = await this.#search();
    if (!("command" in found)) {
      this.#found = undefined;
      this.#missing = found;
      for (const failure of found.failures) {
        this.#channels.log.warn(`${failure.source}: ${failure.command.join(" ")} ${failure.reason}.`);
      }
      for (const candidate of found.untrusted) {
        this.#channels.log.warn(
          `${candidate.source}: ${candidate.command.join(" ")} is inside this untrusted workspace.`,
        );
      }
      this.#set({ name: "missing", reason: explainMissing(found) });
      return;
    }
    this.#missing = undefined;
    this.#found = found;
    this.#channels.log.info(`Found the server, version ${found.version}, by ${found.source}.`);
    const process = startServer(found.command, this.cwd);
    process.catch(() => undefined); // It is told to whoever waits for it, a little later.
    await this.#start(found, process);
  }

  async #start(found: Found, first: Promise<ServerProcess>): Promise<void> {
    if (this.#startedAfterMs === undefined) {
      this.#startedAfterMs = this.clock.elapsedMs();
      this.#channels.log.info(
        `Loading and activation took ${this.#startedAfterMs.toFixed(1)} ms until the server was started.`,
      );
    }
    // The protocol's client is nearly all of what there is to load: the server gets ready meanwhile.
    const began = performance.now();
    const { Connection } = await import("./client.ts");
    this.#loadedClientMs ??= performance.now() - began;
    const connection = new Connection(found, this.cwd, first, this.#channels, {
      onReady: (version) => this.#set({ name: "ready", version }),
      onRestarting: () => this.#set({ name: "starting" }),
      onEnd: (reason) => this.#set({ name: "stopped", reason }),
      onIndexing: (progress) => {
        const { version } = connection;
        this.#set(progress === undefined ? { name: "ready", version } : { name: "indexing", version, progress });
      },
    });
    this.#connection = connection;
    this.#startCount += 1;
    try {
      await connection.start();
    } catch (error) {
      if (connection.isStopping) {
        return; // Somebody asked for another one before this one was there.
      }
      const reason = `The server (${found.command.join(" ")}) could not be started: ${sentence(error)}`;
      this.#channels.log.error(reason);
      await connection.stop();
      this.#set({ name: "stopped", reason });
      return;
    }
    if (isTooOld(connection.version)) {
      await connection.stop();
      const reason = `says it is version ${connection.version}, and ${MINIMUM} or newer is needed`;
      this.#missing = { failures: [{ ...found, reason }], untrusted: [] };
      this.#set({ name: "missing", reason: explainMissing(this.#missing) });
    }
  }

  #set(state: State): void {
    this.#state = state;
    this.#states.fire(state);
    void vscode.commands.executeCommand(
      "setContext",
      "rulewright.isRunning",
      state.name === "ready" || state.name === "indexing",
    );
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
