/** What the server is told of the editor's settings: what somebody has set, and no default. */

export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
}

export type Tables = Record<string, Record<string, unknown>>;

/**
 * The settings that are set, as tables. A default must not be sent: it would overrule the project's own file.
 * Every table is there, so that an answer without any setting is still an answer.
 */
export function setValues(names: readonly string[], inspect: (name: string) => Inspected | undefined): Tables {
  const tables: Tables = {};
  for (const name of names) {
    const dot = name.indexOf(".");
    const table = name.slice(0, dot);
    tables[table] ??= {};
    const inspected = inspect(name);
    const value = inspected?.workspaceValue ?? inspected?.globalValue;
    if (value !== undefined) {
      tables[table][name.slice(dot + 1)] = value;
    }
  }
  return tables;
}
