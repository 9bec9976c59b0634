import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { OneAtATime } from "../src/queue.ts";

/** Work whose every run ends when the test says so. */
function work() {
  const ends: ((error?: Error) => void)[] = [];
  const seen = { atOnce: 0, most: 0 };
  const queue = new OneAtATime(async () => {
    seen.atOnce += 1;
    seen.most = Math.max(seen.most, seen.atOnce);
    await new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())));
    seen.atOnce -= 1;
  });
  return { queue, ends, seen };
}

test("one runs, one waits, and all who ask meanwhile share the one that waits", async () => {
  const { queue, ends, seen } = work();
  const first = queue.run();
  const others = Array.from({ length: 20 }, () => queue.run());
  assert.equal(new Set(others).size, 1);
  await setImmediate();
  assert.equal(ends.length, 1);
  ends[0]?.();
  await first;
  await setImmediate();
  assert.equal(ends.length, 2);
  const third = queue.run();
  assert.notEqual(third, others[0]);
  ends[1]?.();
  await others[0];
  await setImmediate();
  ends[2]?.();
  await third;
  assert.equal(ends.length, 3);
  assert.equal(seen.most, 1);
  assert.equal(queue.isRunning, false);
});

test("a run that fails does not keep the next from running", async () => {
  const { queue, ends } = work();
  const first = queue.run();
  const second = queue.run();
  await setImmediate();
  ends[0]?.(new Error("no"));
  await assert.rejects(first, /no/);
  await setImmediate();
  ends[1]?.();
  await second;
});

test("after the end nothing is begun, and the end waits for what runs", async () => {
  const { queue, ends } = work();
  const first = queue.run();
  const second = queue.run();
  await setImmediate();
  let isClosed = false;
  const closed = queue.close().then(() => {
    isClosed = true;
  });
  await setImmediate();
  assert.equal(isClosed, false);
  ends[0]?.();
  await Promise.all([first, second, closed, queue.run()]);
  assert.equal(ends.length, 1);
});
