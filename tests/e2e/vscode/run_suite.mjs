// node run_suite.mjs PLAN.json: runs a suite inside the extension host and ends as it ends.
// Beside what `Editor` takes, a plan has: target, extension (unpacked), suite (a file in it), timeoutMs.
import fs from "node:fs";
import { Editor } from "./editor.mjs";

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const editor = await Editor.open(plan);
let code = 1;
try {
  let tell;
  const ended = new Promise((resolve) => {
    tell = resolve;
  });
  const timer = setTimeout(() => tell(124), plan.timeoutMs);
  const payload = [
    ["extensionDevelopmentPath", editor.remote(plan.extension)],
    ["extensionTestsPath", editor.remote(plan.suite)],
  ];
  const page = await editor.page(plan.target, payload, async (page) => {
    await page.exposeFunction("codeAutomationLog", (_kind, args) => {
      const line = args.map(String).join(" ");
      if (line.startsWith("# ")) console.log(line);
    });
    await page.exposeFunction("codeAutomationExit", (exit) => tell(exit));
  });
  code = await ended;
  clearTimeout(timer);
  if (code !== 0) await page.screenshot({ path: `${plan.home}/at-the-end.png` }).catch(() => {});
} catch (error) {
  console.log(`error: ${error.stack}`);
} finally {
  await editor.close();
}
console.log(`# suite ended with ${code}`);
process.exit(code);
