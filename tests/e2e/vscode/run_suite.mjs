// node run_suite.mjs PLAN.json: runs suites inside the extension host, each in a window of its own, and ends as they end.
// Beside what `Editor` takes, a plan has: target, extension (unpacked), suites (files in it), timeoutMs (for each).
import fs from "node:fs";
import { Editor } from "./editor.mjs";

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const editor = await Editor.open(plan);
let code = 1;
try {
  for (const suite of plan.suites) {
    code = await run(suite);
    console.log(`# suite ended with ${code}`);
    if (code !== 0) break;
  }
} catch (error) {
  code = 1;
  console.log(`error: ${error.stack}`);
} finally {
  await editor.close();
}
process.exit(code);

async function run(suite) {
  let tell;
  const ended = new Promise((resolve) => {
    tell = resolve;
  });
  const timer = setTimeout(() => tell(124), plan.timeoutMs);
  const payload = [
    ["extensionDevelopmentPath", editor.remote(plan.extension)],
    ["extensionTestsPath", editor.remote(suite)],
  ];
  const page = await editor.page(plan.target, payload, async (page) => {
    await page.exposeFunction("codeAutomationLog", (_kind, args) => {
      const line = args.map(String).join(" ");
      if (line.startsWith("# ")) console.log(line);
    });
    await page.exposeFunction("codeAutomationExit", (exit) => tell(exit));
  });
  const code = await ended;
  clearTimeout(timer);
  if (code !== 0) await page.screenshot({ path: `${plan.home}/at-the-end.png` }).catch(() => {});
  await editor.closePage();
  return code;
}
