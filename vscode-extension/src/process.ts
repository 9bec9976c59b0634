/** The server's process: started before there is anything that could speak with it. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

export interface ServerProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when it has ended, with how, and the last line of its standard error. */
  readonly ended: Promise<{ readonly how: string; readonly lastLine: string }>;
}

/** Start the server on its standard streams, in `cwd`. Fails as `spawn` does. */
export async function startServer(command: readonly string[], cwd: string): Promise<ServerProcess> {
  const [program = "", ...rest] = command;
  const child = spawn(program, [...rest, "--stdio"], { cwd, windowsHide: true });
  // A server that is gone is noticed by its exit; writing to it must not end the extension host.
  child.stdin.on("error", () => undefined);
  let lastLine = "";
  child.stderr.on("data", (data: Buffer) => {
    lastLine = data.toString().trim().split("\n").at(-1) ?? "";
  });
  const ended = new Promise<{ how: string; lastLine: string }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ how: signal ?? `exit code ${code}`, lastLine }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  return { child, ended };
}
