import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { remembering } from "../src/known.ts";
import { SETTINGS } from "../src/settings.ts";
import { type State, show } from "../src/state.ts";
import { setValues } from "../src/values.ts";

test("only what somebody has set is sent, the workspace's value before the user's", () => {
  const inspected: Record<string, object> = {
    "rules.enabled": { defaultValue: true },
    "rules.disable": { defaultValue: [], globalValue: ["a"], workspaceValue: ["b"] },
    "check.jobs": { defaultValue: 0, globalValue: 0 },
  };
  assert.deepEqual(
    setValues([...Object.keys(inspected), "code.hover"], (name) => inspected[name]),
    { rules: { disable: ["b"] }, check: { jobs: 0 }, code: {} },
  );
});

test("every setting that is sent is in the manifest, and every one there is sent or our own", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const [own, ...sections] = manifest.contributes.configuration;
  const names = sections.flatMap((section: { properties: object }) => Object.keys(section.properties));
  assert.deepEqual(
    names,
    SETTINGS.map((name) => `rulewright.${name}`),
  );
  assert.deepEqual(Object.keys(own.properties), ["rulewright.server.command", "rulewright.trace.server"]);
});

test("every command of the status is one that there is", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const known = manifest.contributes.commands.map((command: { command: string }) => command.command);
  const states: State[] = [
    { name: "starting" },
    { name: "ready", version: "0.1.0" },
    { name: "indexing", version: "0.1.0", progress: "3 of 9 files" },
    { name: "stopped", reason: "why" },
    { name: "missing", reason: "why" },
  ];
  for (const state of states) {
    const shown = show(state);
    assert.ok(known.includes(shown.command.id), shown.command.id);
    assert.equal(shown.isProblem, "reason" in state);
    assert.equal(shown.detail, "reason" in state ? "why" : "progress" in state ? "Indexing: 3 of 9 files" : undefined);
  }
});

test("a version is asked for once, until the program changes; what failed is asked again", async () => {
  const kept = new Map<string, unknown>();
  const store = {
    get: (key: string) => kept.get(key),
    update: async (key: string, value: unknown) => void kept.set(key, value),
  };
  const answers: ({ version: string } | { reason: string })[] = [
    { reason: "is broken" },
    { version: "0.1.0" },
    { version: "0.2.0" },
  ];
  let stamp = "first";
  let asked = 0;
  const ask = remembering(
    async () => answers[asked++] ?? { reason: "asked too often" },
    store,
    () => stamp,
  );
  assert.deepEqual(await ask(["/x"]), { reason: "is broken" });
  assert.deepEqual(await ask(["/x"]), { version: "0.1.0" });
  assert.deepEqual(await ask(["/x"]), { version: "0.1.0" });
  stamp = "second";
  assert.deepEqual(await ask(["/x"]), { version: "0.2.0" });
  assert.equal(asked, 3);
});
