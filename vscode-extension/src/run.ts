/** Runs programs: always from a list, never through a shell. */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Ended {
  /** The exit code, where the program ended by itself. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be started or had to be ended. */
  readonly failure?: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Gets each line of both outputs as it comes. */
  readonly onLine?: (line: string) => void;
  /** Ends the program early. */
  readonly signal?: AbortSignal;
}

export type Run = (command: readonly string[], options: RunOptions) => Promise<Ended>;

const KEPT_CHARACTERS = 100_000;

/** Run a program to its end. Never fails: what went wrong is part of the answer. */
export const run: Run = (command, options) =>
  new Promise((resolve) => {
    const [program = "", ...rest] = command;
    const taken = { stdout: "", stderr: "" };
    let failure: string | undefined;
    let child: ChildProcess;
    try {
      child = spawn(program, rest, { cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    } catch (error) {
      resolve({ code: null, ...taken, failure: String(error) });
      return;
    }
    const end = (why: string): void => {
      failure ??= why;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(
      () => end(`it did not end within ${Math.round(options.timeoutMs / 1000)} s`),
      options.timeoutMs,
    );
    const onAbort = (): void => end("it was cancelled");
    options.signal?.addEventListener("abort", onAbort);
    for (const name of ["stdout", "stderr"] as const) {
      const stream = child[name];
      if (stream !== null) {
        createInterface({ input: stream }).on("line", (line) => {
          taken[name] = `${taken[name]}${line}\n`.slice(-KEPT_CHARACTERS);
          options.onLine?.(line);
        });
      }
    }
    const done = (code: number | null): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
      resolve(failure === undefined ? { code, ...taken } : { code, ...taken, failure });
    };
    child.on("error", (error) => {
      failure ??= error.message;
      if (child.pid === undefined) {
        done(null);
      }
    });
    child.on("close", (code) => done(code));
  });

/** The last line that says something: programs put what went wrong at the end. */
export function lastLine(ended: Ended): string {
  const lines = `${ended.stdout}\n${ended.stderr}`.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "") ?? "";
}

const GRACE_MS = 2_000;

/** End a program, after the time in which it may still end by itself; resolves when it is gone. */
export async function end(child: ChildProcess, byItselfMs: number = GRACE_MS, onRequestMs = GRACE_MS): Promise<void> {
  if (await exited(child, byItselfMs)) {
    return;
  }
  child.kill("SIGTERM");
  if (!(await exited(child, onRequestMs))) {
    child.kill("SIGKILL");
    await exited(child, onRequestMs);
  }
}

/** Whether a program has ended, or does within some milliseconds. */
export function exited(child: ChildProcess, withinMs: number): Promise<boolean> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    const answer = (gone: boolean) => (): void => {
      clearTimeout(timer);
      child.removeListener("exit", onExit);
      resolve(gone);
    };
    const onExit = answer(true);
    const timer = setTimeout(answer(false), withinMs);
    child.once("exit", onExit);
  });
}
