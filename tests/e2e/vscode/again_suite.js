// The same folder in a later window.
const assert = require("node:assert/strict");
const { until, activated, runSteps, isReady } = require("./steps.js");

exports.run = async () => {
  const server = await activated();
  await runSteps(
    [
      async function theServerIsKnownAndNotAskedForItsVersion() {
        await until("the server", () => isReady(server));
        assert.equal(server.askedVersionMs, 0);
        assert.equal(server.startCount, 1);
      },
    ],
    server,
  );
};
