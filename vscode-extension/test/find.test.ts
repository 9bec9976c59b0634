import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AskVersion,
  candidates,
  commandLine,
  type Disk,
  explainMissing,
  find,
  isInWorkspace,
  onPath,
  readVersion,
  type Surroundings,
} from "../src/find.ts";

const HOME: Surroundings = {
  setting: [],
  folders: ["/home/me/project"],
  isTrusted: true,
  variables: { PATH: "/usr/local/bin:/usr/bin" },
  platform: "linux",
  home: "/home/me",
  own: "/storage/server",
};

function diskOf(programs: readonly string[], links: Record<string, string> = {}): Disk {
  return { isProgram: (path) => programs.includes(path), realPath: (path) => links[path] ?? path };
}

const EVERYWHERE = [
  "/active/bin/rulewright",
  "/home/me/project/.venv/bin/rulewright",
  "/home/me/project/venv/bin/rulewright",
  "/virtual/bin/rulewright",
  "/conda/bin/rulewright",
  "/usr/bin/rulewright",
  "/storage/server/bin/rulewright",
];

const good: AskVersion = async () => ({ version: "0.1.0" });

test("the order: active environment, the folder's, the shell's, PATH, our own", () => {
  const at = {
    ...HOME,
    activeEnvironment: "/active",
    variables: { ...HOME.variables, VIRTUAL_ENV: "/virtual", CONDA_PREFIX: "/conda" },
  };
  const found = candidates(at, diskOf(EVERYWHERE));
  assert.deepEqual(
    found.map((candidate) => candidate.command),
    EVERYWHERE.map((program) => [program]),
  );
});

test("what is not there is no candidate, and nothing is named twice", () => {
  const at = { ...HOME, activeEnvironment: "/home/me/project/.venv" };
  const found = candidates(at, diskOf(["/home/me/project/.venv/bin/rulewright"]));
  assert.equal(found.length, 1);
  assert.equal(found[0]?.source, "the active Python environment");
});

test("a setting is the only candidate, with its arguments, and is there to be complained about", async () => {
  const at = { ...HOME, setting: ["~/bin/rulewright", "--x=${workspaceFolder}/a"] };
  assert.deepEqual(candidates(at, diskOf(EVERYWHERE)), [
    {
      command: ["/home/me/bin/rulewright", "--x=/home/me/project/a"],
      source: "the setting rulewright.server.command",
    },
  ]);
  const missing = await find(at, diskOf(EVERYWHERE), async () => ({ reason: "cannot be run: ENOENT" }));
  assert.ok("failures" in missing);
  assert.match(explainMissing(missing), /the setting rulewright\.server\.command: .*cannot be run/);
});

test("a setting is a path or a list; what is neither, or empty, is none", () => {
  assert.deepEqual(commandLine("/x/my server"), ["/x/my server"]);
  assert.deepEqual(commandLine(["python3", "-m", "rulewright"]), ["python3", "-m", "rulewright"]);
  for (const none of [null, undefined, "", " ", [], [""], ["/x", 3], 7, {}]) {
    assert.deepEqual(commandLine(none), []);
  }
});

test("a setting may be a bare name, which PATH explains, or a path from the folder", () => {
  const disk = diskOf(["/usr/bin/python3"]);
  const bare = candidates({ ...HOME, setting: ["python3", "-m", "rulewright"] }, disk);
  assert.deepEqual(bare[0]?.command, ["/usr/bin/python3", "-m", "rulewright"]);
  const relative = candidates({ ...HOME, setting: ["tools/rulewright"] }, disk);
  assert.deepEqual(relative[0]?.command, ["/home/me/project/tools/rulewright"]);
  const unknown = candidates({ ...HOME, setting: ["nothing"] }, disk);
  assert.deepEqual(unknown[0]?.command, ["nothing"]);
});

test("a program of PATH inside a folder that is not trusted is passed over", () => {
  const at = { ...HOME, variables: { PATH: "/home/me/project/.venv/bin:/usr/bin" } };
  const disk = diskOf(["/home/me/project/.venv/bin/python3", "/usr/bin/python3"]);
  assert.equal(onPath("python3", at, disk), "/home/me/project/.venv/bin/python3");
  assert.equal(onPath("python3", { ...at, isTrusted: false }, disk), "/usr/bin/python3");
  assert.equal(onPath("python4", at, disk), undefined);
});

test("relative folders of PATH do not count", () => {
  const at = { ...HOME, variables: { PATH: ".::bin:/usr/bin" } };
  const found = candidates(at, diskOf(["rulewright", "bin/rulewright", "/usr/bin/rulewright"]));
  assert.deepEqual(
    found.map((candidate) => candidate.command[0]),
    ["/usr/bin/rulewright"],
  );
});

test("Windows has other folders, another PATH and other names", () => {
  const at: Surroundings = {
    ...HOME,
    platform: "win32",
    folders: ["C:\\code"],
    variables: { Path: "C:\\tools;relative" },
    own: "C:\\storage\\server",
  };
  const programs = [
    "C:\\code\\.venv\\Scripts\\rulewright.exe",
    "C:\\tools\\rulewright.exe",
    "C:\\storage\\server\\Scripts\\rulewright.exe",
  ];
  assert.deepEqual(
    candidates(at, diskOf(programs)).map((candidate) => candidate.command[0]),
    programs,
  );
  assert.equal(isInWorkspace([programs[0] ?? ""], at, diskOf([])), true);
  assert.equal(isInWorkspace([programs[1] ?? ""], at, diskOf([])), false);
  const bare = candidates({ ...at, setting: ["rulewright"] }, diskOf(programs));
  assert.deepEqual(bare[0]?.command, ["C:\\tools\\rulewright.exe"]);
});

test("in a folder that is not trusted, nothing inside it is run", async () => {
  const asked: string[] = [];
  const ask: AskVersion = async (command) => {
    asked.push(command[0] ?? "");
    return { version: "0.1.0" };
  };
  const at = { ...HOME, isTrusted: false, variables: { VIRTUAL_ENV: "/home/me/project/env" } };
  const inside = ["/home/me/project/.venv/bin/rulewright", "/home/me/project/env/bin/rulewright"];
  const missing = await find(at, diskOf(inside), ask);
  assert.deepEqual(asked, []);
  assert.ok("untrusted" in missing && missing.untrusted.length === 2);
  assert.match(explainMissing(missing), /not trusted, so it was not started/);
  const found = await find(at, diskOf([...inside, "/storage/server/bin/rulewright"]), ask);
  assert.ok("command" in found);
  assert.deepEqual(asked, ["/storage/server/bin/rulewright"]);
});

test("inside is by name, by link and by any argument", () => {
  const links = { "/usr/bin/sly": "/home/me/project/sly", "/link": "/home/me/project", "/other": "/else" };
  const inside = (...command: string[]): boolean => isInWorkspace(command, HOME, diskOf([], links));
  assert.equal(inside("/home/me/project/x"), true);
  assert.equal(inside("/home/me/project"), true);
  assert.equal(inside("/usr/bin/sly"), true);
  assert.equal(inside("/link/new"), true);
  assert.equal(inside("/usr/bin/python3", "--config=/home/me/project/x.py"), true);
  assert.equal(inside("/home/me/project-two/x"), false);
  assert.equal(inside("/home/me/..project/x"), false);
  assert.equal(inside("/other/x"), false);
  const linked = { ...HOME, folders: ["/link"] };
  assert.equal(isInWorkspace(["/home/me/project/x"], linked, diskOf([], links)), true);
});

test("what cannot be used is passed over, and named when nothing else is there", async () => {
  const versions: Record<string, string> = {
    "/usr/bin/rulewright": "0.0.9",
    "/storage/server/bin/rulewright": "0.1.0",
  };
  const ask: AskVersion = async ([program = ""]) => ({ version: versions[program] ?? "" });
  const found = await find(HOME, diskOf(Object.keys(versions)), ask);
  assert.ok("command" in found && found.source === "Rulewright's own environment" && found.version === "0.1.0");
  const missing = await find(HOME, diskOf(["/usr/bin/rulewright"]), ask);
  assert.ok("failures" in missing);
  assert.match(explainMissing(missing), /from PATH: \/usr\/bin\/rulewright is version 0\.0\.9, and 0\.1\.0 or newer/);
});

test("nothing found says where was looked", async () => {
  const missing = await find(HOME, diskOf([]), good);
  assert.ok("failures" in missing);
  assert.match(explainMissing(missing), /not installed where this extension looks/);
});

test("another program's answer is quoted", () => {
  assert.deepEqual(readVersion("\nrulewright 0.1.0\n"), { version: "0.1.0" });
  assert.deepEqual(readVersion("Python 3.11.7\n"), { reason: "answers “Python 3.11.7” instead of its version" });
  assert.deepEqual(readVersion("  \n"), { reason: "does not say its version" });
});
