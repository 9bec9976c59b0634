/** Finds the server: where it may be, in order, and which of these can be used. */

import * as posix from "node:path/posix";
import * as win32 from "node:path/win32";
import { isTooOld, MINIMUM, printedVersion } from "./version.ts";

export interface Surroundings {
  /** The command line of the setting; empty where there is none. */
  readonly setting: readonly string[];
  /** The folder of the active Python environment, where an extension knows it. */
  readonly activeEnvironment?: string | undefined;
  /** The folders of the workspace. */
  readonly folders: readonly string[];
  /** Whether programs inside the workspace may be run. */
  readonly isTrusted: boolean;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** The environment that this extension can set up. */
  readonly own: string;
}

/** What is asked of the file system. */
export interface Disk {
  isProgram(path: string): boolean;
  /** Where the links of a path lead; the path itself where that cannot be told. */
  realPath(path: string): string;
}

export type Source =
  | "the setting rulewright.server.command"
  | "the active Python environment"
  | "the folder's Python environment"
  | "PATH"
  | "Rulewright's own environment";

export interface Candidate {
  readonly command: readonly string[];
  readonly source: Source;
}

export interface Found extends Candidate {
  readonly version: string;
}

export interface Failure extends Candidate {
  /** What is wrong, as the end of a sentence that begins with its name. */
  readonly reason: string;
}

export interface Missing {
  /** What is there and cannot be used. */
  readonly failures: readonly Failure[];
  /** What is there and was not run, because the workspace is not trusted. */
  readonly untrusted: readonly Candidate[];
}

/** Says the version of the server behind a command line, or why there is none. */
export type AskVersion = (command: readonly string[]) => Promise<{ version: string } | { reason: string }>;

const PROGRAM = "rulewright";

/** The command line that a setting stands for: a text is one path, a list is a path and its arguments. */
export function commandLine(setting: unknown): string[] {
  const parts = Array.isArray(setting) ? setting : [setting];
  const texts = parts.filter((part): part is string => typeof part === "string" && part.trim() !== "");
  return texts.length === parts.length ? texts : [];
}

/** Where servers are, best first: a setting is the only one where there is one. Nothing is run. */
export function candidates(at: Surroundings, disk: Disk): Candidate[] {
  if (at.setting.length > 0) {
    return [{ command: resolved(at, disk), source: "the setting rulewright.server.command" }];
  }
  const path = at.platform === "win32" ? win32 : posix;
  const found: Candidate[] = [];
  const add = (program: string, source: Source): void => {
    if (!found.some((other) => other.command[0] === program) && disk.isProgram(program)) {
      found.push({ command: [program], source });
    }
  };
  const addEnvironment = (folder: string, source: Source): void => add(programIn(folder, at.platform), source);
  if (at.activeEnvironment !== undefined) {
    addEnvironment(at.activeEnvironment, "the active Python environment");
  }
  for (const folder of at.folders) {
    for (const name of [".venv", "venv"]) {
      addEnvironment(path.join(folder, name), "the folder's Python environment");
    }
  }
  for (const variable of ["VIRTUAL_ENV", "CONDA_PREFIX"]) {
    const folder = at.variables[variable];
    if (folder !== undefined && path.isAbsolute(folder)) {
      addEnvironment(folder, "the active Python environment");
    }
  }
  for (const folder of searchPath(at)) {
    add(path.join(folder, at.platform === "win32" ? `${PROGRAM}.exe` : PROGRAM), "PATH");
  }
  addEnvironment(at.own, "Rulewright's own environment");
  return found;
}

/** The server's program in a Python environment, whether it is there or not. */
export function programIn(environment: string, platform: NodeJS.Platform): string {
  return platform === "win32"
    ? win32.join(environment, "Scripts", `${PROGRAM}.exe`)
    : posix.join(environment, "bin", PROGRAM);
}

/**
 * The setting with `~` and `${workspaceFolder}` filled in. A path is relative to the first folder; a bare name is looked
 * up here, so that it is known where the program lies before it is run.
 */
function resolved(at: Surroundings, disk: Disk): string[] {
  const path = at.platform === "win32" ? win32 : posix;
  const folder = at.folders[0];
  const [program = "", ...rest] = at.setting.map((part) =>
    part.replace(/^~(?=[/\\]|$)/, () => at.home).replaceAll(/\$\{workspaceFolder\}/g, (unknown) => folder ?? unknown),
  );
  if (path.basename(program) !== program) {
    return [folder === undefined ? program : path.resolve(folder, program), ...rest];
  }
  return [onPath(program, at, disk) ?? program, ...rest];
}

/** Where a program of PATH lies; not inside a workspace that is not trusted, where a shell's environment may lead. */
export function onPath(name: string, at: Surroundings, disk: Disk): string | undefined {
  const path = at.platform === "win32" ? win32 : posix;
  const suffixes = at.platform === "win32" ? [".exe", ""] : [""];
  return searchPath(at)
    .flatMap((folder) => suffixes.map((suffix) => path.join(folder, name + suffix)))
    .find((program) => disk.isProgram(program) && (at.isTrusted || !isInWorkspace([program], at, disk)));
}

/** The folders of PATH. What is relative would depend on where a program is started, so it does not count. */
function searchPath(at: Surroundings): string[] {
  const path = at.platform === "win32" ? win32 : posix;
  const variable = at.platform === "win32" ? (at.variables["Path"] ?? at.variables["PATH"]) : at.variables["PATH"];
  return (variable ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}

/** Whether any part of a command line is a path into the workspace, by its name or by where its links lead. */
export function isInWorkspace(command: readonly string[], at: Surroundings, disk: Disk): boolean {
  const path = at.platform === "win32" ? win32 : posix;
  const folders = at.folders.flatMap((folder) => [folder, disk.realPath(folder)]);
  return command
    .flatMap((part) => part.split("="))
    .filter((part) => path.isAbsolute(part))
    .flatMap((part) => [part, disk.realPath(part), path.join(disk.realPath(path.dirname(part)), path.basename(part))])
    .some((part) =>
      folders.some((folder) => {
        const way = path.relative(folder, part);
        return way === "" || (way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way));
      }),
    );
}

/** The first candidate that can be used, or all that is known about why there is none. */
export async function find(at: Surroundings, disk: Disk, askVersion: AskVersion): Promise<Found | Missing> {
  const failures: Failure[] = [];
  const untrusted: Candidate[] = [];
  for (const candidate of candidates(at, disk)) {
    if (!at.isTrusted && isInWorkspace(candidate.command, at, disk)) {
      untrusted.push(candidate);
      continue;
    }
    const answer = await askVersion(candidate.command);
    if ("reason" in answer) {
      failures.push({ ...candidate, reason: answer.reason });
    } else if (isTooOld(answer.version)) {
      failures.push({ ...candidate, reason: `is version ${answer.version}, and ${MINIMUM} or newer is needed` });
    } else {
      return { ...candidate, version: answer.version };
    }
  }
  return { failures, untrusted };
}

/** What a program that was asked for its version has printed, as an answer. */
export function readVersion(printed: string): { version: string } | { reason: string } {
  const version = printedVersion(printed);
  if (version !== undefined) {
    return { version };
  }
  const line = printed.trim().split("\n")[0] ?? "";
  return {
    reason: line === "" ? "does not say its version" : `answers “${line.slice(0, 100)}” instead of its version`,
  };
}

/** Why there is no server, for people. */
export function explainMissing(missing: Missing): string {
  const [first, ...others] = missing.failures;
  if (first !== undefined) {
    const more = others.length === 0 ? "" : ` (and ${others.length} more, see the log)`;
    return `Rulewright cannot use its server from ${first.source}: ${first.command.join(" ")} ${first.reason}${more}.`;
  }
  if (missing.untrusted.length > 0) {
    return (
      "Rulewright's server lies inside this workspace, which is not trusted, so it was not started. " +
      "Trust the workspace, or use a server from elsewhere."
    );
  }
  return "Rulewright's server is not installed where this extension looks: the active Python environment, PATH, and an environment of its own that it can set up.";
}
