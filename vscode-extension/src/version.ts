/** Versions of the server, and which of them this extension can talk to. */

/** The oldest server that this extension can talk to. */
export const MINIMUM = "0.1.0";

export type Version = readonly [major: number, minor: number, patch: number];

/** The version that a text begins with; marks of a pre-release do not count. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?!\d)/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

/** The version in what `rulewright --version` prints, below any warnings. */
export function printedVersion(printed: string): string | undefined {
  return /^rulewright[ ,]+(?:version )?(\d+\.\d+\S*)\s*$/m.exec(printed)?.[1];
}

/** Whether a server is too old to be talked to; one that does not say its version is. */
export function isTooOld(text: string, minimum: string = MINIMUM): boolean {
  const version = parseVersion(text);
  const least = parseVersion(minimum);
  if (version === undefined || least === undefined) {
    return true;
  }
  for (const [place, number] of least.entries()) {
    const ours = version[place] ?? 0;
    if (ours !== number) {
      return ours < number;
    }
  }
  return false;
}
