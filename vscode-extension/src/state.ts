/** What the server is doing, as the status shows it. */

export type State =
  | { readonly name: "starting" }
  | { readonly name: "ready"; readonly version: string }
  | { readonly name: "indexing"; readonly version: string; readonly progress: string }
  /** It was asked to stop, or it has ended and is not started again. */
  | { readonly name: "stopped"; readonly reason: string }
  /** There is no server to start. */
  | { readonly name: "missing"; readonly reason: string };

export interface Shown {
  readonly text: string;
  readonly detail?: string;
  readonly isBusy: boolean;
  readonly isProblem: boolean;
  readonly command: { readonly id: string; readonly title: string };
}

/** What the status item says, and the command that it offers. */
export function show(state: State): Shown {
  const log = { id: "rulewright.showLog", title: "Show Log" };
  switch (state.name) {
    case "starting":
      return { text: "Rulewright is starting", isBusy: true, isProblem: false, command: log };
    case "ready":
      return { text: `Rulewright ${state.version}`, isBusy: false, isProblem: false, command: log };
    case "indexing":
      return {
        text: `Rulewright ${state.version}`,
        detail: `Indexing: ${state.progress}`,
        isBusy: true,
        isProblem: false,
        command: log,
      };
    case "stopped":
      return {
        text: "Rulewright is stopped",
        detail: state.reason,
        isBusy: false,
        isProblem: true,
        command: { id: "rulewright.restart", title: "Restart" },
      };
    case "missing":
      return {
        text: "Rulewright has no server",
        detail: state.reason,
        isBusy: false,
        isProblem: true,
        command: { id: "rulewright.findServer", title: "Set Up…" },
      };
  }
}
