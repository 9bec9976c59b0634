import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ended, Run } from "../src/run.ts";
import { type SetupEnd, setUp } from "../src/setup.ts";

type Answer = Partial<Ended> | undefined;

/** Set up where programs answer as `answer` says; what it does not know cannot be started. */
async function trial(
  answer: (command: string) => Answer,
  platform: NodeJS.Platform = "linux",
  missing: readonly string[] = [],
): Promise<{ end: SetupEnd; ran: string[]; steps: string[] }> {
  const ran: string[] = [];
  const steps: string[] = [];
  const run: Run = async (command, options) => {
    assert.equal(options.cwd, "/neutral");
    const line = command.join(" ");
    ran.push(line);
    const given = answer(line);
    return given === undefined
      ? { code: null, stdout: "", stderr: "", failure: "ENOENT" }
      : { code: 0, stdout: "", stderr: "", ...given };
  };
  const locate = (name: string): string | undefined => (missing.includes(name) ? undefined : `/bin/${name}`);
  const log = (): void => undefined;
  const report = (step: string): void => void steps.push(step);
  const end = await setUp("/own", "rulewright>=0.1.0", { run, locate, platform, cwd: "/neutral", report, log });
  return { end, ran, steps };
}

const asks = (line: string): boolean => line.includes(" -c ");

test("the first Python that is new enough makes the environment, and its pip installs", async () => {
  const { end, ran, steps } = await trial((line) => {
    if (asks(line)) {
      return line.startsWith("/bin/python3 ")
        ? { stdout: "3.9\n" }
        : line.startsWith("/bin/python3.12")
          ? { stdout: "3.12\n" }
          : undefined;
    }
    return {};
  });
  assert.deepEqual(end, { done: true });
  assert.deepEqual(
    ran.filter((line) => !asks(line)),
    [
      "/bin/python3.12 -m venv --clear /own",
      "/own/bin/python -m pip install --no-input --disable-pip-version-check rulewright>=0.1.0",
    ],
  );
  assert.deepEqual(steps, ["looking for Python", "making an environment", "installing the server"]);
});

test("Windows asks its launcher and has other folders", async () => {
  const { end, ran } = await trial((line) => (asks(line) ? { stdout: "3.13\r\n" } : {}), "win32");
  assert.deepEqual(end, { done: true });
  assert.equal(ran[1], "/bin/py -3 -m venv --clear /own");
  assert.ok(ran[2]?.startsWith("/own\\Scripts\\python.exe -m pip install"));
});

test("without a Python, or with old ones only, it says what is needed", async () => {
  const none = await trial(() => undefined);
  assert.ok(!none.end.done);
  assert.match(none.end.reason, /3\.11 or newer is needed, and no Python was found/);
  const old = await trial((line) => (line.startsWith("/bin/python3 ") ? { stdout: "3.8\n" } : undefined));
  assert.ok(!old.end.done);
  assert.match(old.end.reason, /\/bin\/python3 is 3\.8/);
  const unlisted = await trial(() => assert.fail("nothing may be run"), "linux", [
    "python3",
    "python",
    ...["3.14", "3.13", "3.12", "3.11"].map((version) => `python${version}`),
  ]);
  assert.ok(!unlisted.end.done);
  const other = await trial((line) => (asks(line) ? { stdout: "no version\n" } : {}));
  assert.ok(!other.end.done);
});

test("a Python without venv names the package that brings it", async () => {
  const { end } = await trial((line) =>
    asks(line)
      ? { stdout: "3.11\n" }
      : { code: 1, stdout: "The virtual environment was not created because ensurepip is not available.\n" },
  );
  assert.ok(!end.done);
  assert.match(end.reason, /apt install python3-venv/);
});

test("what pip says last is the reason, and so is a cancellation", async () => {
  const failing = (ended: Partial<Ended>) => (line: string) =>
    asks(line) ? { stdout: "3.11\n" } : line.includes(" -m pip ") ? ended : {};
  const refused = await trial(
    failing({ code: 1, stdout: "Looking\n", stderr: "ERROR: No matching distribution found\n\n" }),
  );
  assert.deepEqual(refused.end, {
    done: false,
    reason: "pip could not install the server: ERROR: No matching distribution found",
  });
  const cancelled = await trial(failing({ code: null, failure: "it was cancelled" }));
  assert.ok(!cancelled.end.done);
  assert.match(cancelled.end.reason, /it was cancelled/);
});
