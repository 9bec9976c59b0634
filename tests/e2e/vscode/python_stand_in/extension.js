// The part of the Python extension's interface that Rulewright uses.
const vscode = require("vscode");

exports.activate = () => {
  const changes = new vscode.EventEmitter();
  let active = "/nowhere";
  return {
    choose(environment) {
      active = environment;
      changes.fire({});
    },
    environments: {
      getActiveEnvironmentPath: () => ({ path: active }),
      resolveEnvironment: async ({ path }) => ({ executable: { sysPrefix: path } }),
      onDidChangeActiveEnvironmentPath: changes.event,
    },
  };
};
