/** Remembers which version a program has: to ask costs a start of Python, with every window. */

import { statSync } from "node:fs";
import type { AskVersion } from "./find.ts";

/** Where things are kept from one window to the next. */
export interface Store {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

interface Known {
  readonly stamp: string;
  readonly version: string;
}

const KEY = "versions";
const KEPT = 20;

/** Ask only for what is not known of the program as it is on disk now. The server says its version once more itself. */
export function remembering(ask: AskVersion, store: Store, stampOf: (path: string) => string = stamp): AskVersion {
  return async (command) => {
    const name = JSON.stringify(command);
    const now = stampOf(command[0] ?? "");
    const known = (store.get(KEY) ?? {}) as Record<string, Known>;
    const before = known[name];
    if (before !== undefined && before.stamp === now && now !== "") {
      return { version: before.version };
    }
    const answer = await ask(command);
    const others = Object.entries(known)
      .filter(([other]) => other !== name)
      .slice(-KEPT);
    const ours: [string, Known][] = "version" in answer ? [[name, { stamp: now, version: answer.version }]] : [];
    void store.update(KEY, Object.fromEntries([...others, ...ours]));
    return answer;
  };
}

function stamp(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "";
  }
}
