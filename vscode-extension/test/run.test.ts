import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { end, lastLine, run } from "../src/run.ts";

const NODE = process.execPath;
const options = { cwd: tmpdir(), timeoutMs: 60_000 };

test("both outputs, each line, and the exit code come back", async () => {
  const lines: string[] = [];
  const program = "console.log('one'); console.error('zwei 😀'); process.exit(3)";
  const ended = await run([NODE, "-e", program], { ...options, onLine: (line) => lines.push(line) });
  assert.deepEqual(ended, { code: 3, stdout: "one\n", stderr: "zwei 😀\n" });
  assert.deepEqual(lines.sort(), ["one", "zwei 😀"]);
  assert.equal(lastLine(ended), "zwei 😀");
});

test("a program that is not there, or no program at all, is an answer", async () => {
  assert.match((await run(["/nowhere/at/all"], options)).failure ?? "", /ENOENT/);
  assert.notEqual((await run([], options)).failure, undefined);
});

test("a program that does not end is ended: by time, or by whoever asked", async () => {
  const forever = [NODE, "-e", "setInterval(() => {}, 1000)"];
  assert.match((await run(forever, { ...options, timeoutMs: 300 })).failure ?? "", /did not end within/);
  const stop = new AbortController();
  const running = run(forever, { ...options, signal: stop.signal });
  stop.abort();
  assert.match((await running).failure ?? "", /cancelled/);
});

test("an end takes what does not listen, and what has ended already", async () => {
  const deaf = spawn(NODE, ["-e", "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"]);
  await once(deaf.stdout, "data");
  await end(deaf, 0, 100);
  assert.equal(deaf.signalCode, "SIGKILL");
  await end(deaf, 100);
});
