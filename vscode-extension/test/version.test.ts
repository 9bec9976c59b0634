import assert from "node:assert/strict";
import { test } from "node:test";
import { isTooOld, MINIMUM, parseVersion, printedVersion } from "../src/version.ts";

test("a version is what a text begins with", () => {
  assert.deepEqual(parseVersion("1.2.3"), [1, 2, 3]);
  assert.deepEqual(parseVersion("0.10"), [0, 10, 0]);
  assert.deepEqual(parseVersion("0.2.0rc1"), [0, 2, 0]);
  assert.deepEqual(parseVersion("0.2.0.dev3+g1234"), [0, 2, 0]);
  assert.equal(parseVersion("next"), undefined);
  assert.equal(parseVersion(""), undefined);
});

test("the printed version is found below warnings, and only ours counts", () => {
  assert.equal(printedVersion("rulewright 0.1.0\n"), "0.1.0");
  assert.equal(printedVersion("rulewright, version 0.1.0\n"), "0.1.0");
  assert.equal(printedVersion("a warning\nrulewright 1.4.0rc1\r\n"), "1.4.0rc1");
  assert.equal(printedVersion("Python 3.11.7"), undefined);
  assert.equal(printedVersion("usage: rulewright 0.1.0 file"), undefined);
});

test("too old is numbers, not letters", () => {
  assert.equal(isTooOld(MINIMUM), false);
  assert.equal(isTooOld("0.9.9", "0.10.0"), true);
  assert.equal(isTooOld("0.10.0", "0.9.9"), false);
  assert.equal(isTooOld("1.0.0", "0.99.0"), false);
  assert.equal(isTooOld("2.0.9", "2.1.0"), true);
  assert.equal(isTooOld("0.1.0rc1", "0.1.0"), false);
  assert.equal(isTooOld("unknown"), true);
});
