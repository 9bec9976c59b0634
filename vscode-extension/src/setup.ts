/** Makes an environment of the extension's own and installs the server into it. */

import { lastLine, type Run, type RunOptions } from "./run.ts";

export interface SetupTools {
  readonly run: Run;
  /** Where a program lies that may be run. */
  readonly locate: (name: string) => string | undefined;
  readonly platform: NodeJS.Platform;
  /** Where programs are started: a folder that is nobody's project. */
  readonly cwd: string;
  /** Says what is being done. */
  readonly report: (step: string) => void;
  /** Gets every line that is printed. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export type SetupEnd = { readonly done: true } | { readonly done: false; readonly reason: string };

const OLDEST_PYTHON = [3, 11] as const;
const QUICK_MS = 20_000;
const LONG_MS = 900_000;

/** Command lines that may start a Python that is new enough, best first. */
export function pythons(platform: NodeJS.Platform): string[][] {
  const versions = ["3.14", "3.13", "3.12", "3.11"];
  return platform === "win32"
    ? [["py", "-3"], ["python"], ["python3"]]
    : [["python3"], ...versions.map((version) => [`python${version}`]), ["python"]];
}

/** Find a Python that is new enough, make the environment in `folder`, and install `requirement` there. */
export async function setUp(folder: string, requirement: string, tools: SetupTools): Promise<SetupEnd> {
  const options = (timeoutMs: number): RunOptions => ({
    cwd: tools.cwd,
    timeoutMs,
    onLine: tools.log,
    ...(tools.signal === undefined ? {} : { signal: tools.signal }),
  });
  tools.report("looking for Python");
  const python = await findPython(tools, options(QUICK_MS));
  if (!Array.isArray(python)) {
    return { done: false, reason: python.reason };
  }
  tools.report("making an environment");
  tools.log(`$ ${[...python, "-m", "venv", "--clear", folder].join(" ")}`);
  const made = await tools.run([...python, "-m", "venv", "--clear", folder], options(LONG_MS));
  if (made.failure !== undefined || made.code !== 0) {
    const needsPackage = /ensurepip|python3-venv/.test(made.stdout + made.stderr);
    return {
      done: false,
      reason: needsPackage
        ? `${python.join(" ")} has no module venv. On Debian and Ubuntu, “sudo apt install python3-venv” brings it.`
        : `${python.join(" ")} could not make an environment: ${made.failure ?? lastLine(made)}`,
    };
  }
  tools.report("installing the server");
  const inside = tools.platform === "win32" ? `${folder}\\Scripts\\python.exe` : `${folder}/bin/python`;
  const install = [inside, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", requirement];
  tools.log(`$ ${install.join(" ")}`);
  const installed = await tools.run(install, options(LONG_MS));
  if (installed.failure !== undefined || installed.code !== 0) {
    return {
      done: false,
      reason: `pip could not install the server: ${installed.failure ?? lastLine(installed)}`,
    };
  }
  return { done: true };
}

async function findPython(tools: SetupTools, options: RunOptions): Promise<string[] | { reason: string }> {
  const seen: string[] = [];
  for (const [name = "", ...rest] of pythons(tools.platform)) {
    const program = tools.locate(name);
    if (program === undefined) {
      continue;
    }
    const python = [program, ...rest];
    const asked = await tools.run([...python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], options);
    const [, major, minor] = /^(\d+)\.(\d+)\s*$/.exec(asked.stdout) ?? [];
    if (asked.failure !== undefined || asked.code !== 0 || major === undefined || minor === undefined) {
      continue;
    }
    const [oldestMajor, oldestMinor] = OLDEST_PYTHON;
    if (Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor)) {
      return python;
    }
    seen.push(`${python.join(" ")} is ${major}.${minor}`);
  }
  const needed = `Python ${OLDEST_PYTHON.join(".")} or newer is needed`;
  return {
    reason:
      seen.length === 0
        ? `${needed}, and no Python was found. Install one, then set up again.`
        : `${needed}: ${seen.join(", ")}. Install a newer one, then set up again.`,
  };
}
