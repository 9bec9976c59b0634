// node ghost_text.mjs PLAN.json: ghost text is accepted with Tab, and a model mends a finding, by keys, as people do it.
import fs from "node:fs";
import path from "node:path";
import { Editor } from "./editor.mjs";

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
fs.mkdirSync(plan.pictures, { recursive: true });
const editor = await Editor.open(plan);
const file = path.join(plan.folder, "src", "till.py");
let page;
let failed = 0;
const take = (name) => page.screenshot({ path: path.join(plan.pictures, `${name}.png`) });
const shown = async () => (await page.locator(".monaco-editor .view-line").allTextContents()).join("\n").replaceAll("\u00a0", " ");
const until = async (what, check) => {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await check()) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`gave up waiting for ${what}\n${await shown()}`);
};
const goTo = async (place) => {
  await page.keyboard.press("Control+g");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(place);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".quick-input-widget", { state: "hidden" });
  const [line, column] = place.split(":");
  await page.waitForSelector(`.statusbar-item:has-text("Ln ${line}, Col ${column}")`);
};

try {
  page = await editor.page(plan.target, [["openFile", editor.remote(file)]]);
  await page.waitForSelector(".monaco-editor .view-line");
  await page.waitForSelector(".squiggly-warning, .squiggly-error", { state: "attached" });
  await page.click(".monaco-editor .view-line");
  await goTo("2:15");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[class*='ghost-text']", { state: "attached" });
  await until("the suggestion", async () => (await shown()).includes("for price in prices:"));
  await page.waitForTimeout(500);
  await take("ghost-text");
  await page.keyboard.press("Tab");
  await until("its end", async () => (await page.locator("[class*='ghost-text']").count()) === 0);
  await page.keyboard.press("Control+s");
  await until("the saved file", () => fs.readFileSync(file, "utf8").includes("    for price in prices:\n        result += price\n"));
  console.log("# passed ghost text is accepted with Tab");

  const before = fs.readFileSync(file, "utf8");
  await goTo("9:13");
  await page.keyboard.press("Control+.");
  const fix = page.locator('.action-widget .monaco-list-row:has-text("AI fix:")').first();
  await fix.waitFor();
  await page.waitForTimeout(500);
  await take("ai-actions");
  await fix.click();
  await until("the edit", async () => (await shown()).includes("literal_eval(text)"));
  await page.waitForTimeout(500);
  await take("ai-fix");
  await page.click(".monaco-editor .view-line");
  await page.keyboard.press("Control+s");
  await until("the saved edit", () => fs.readFileSync(file, "utf8").includes("return literal_eval(text)"));
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+s");
  await until("one step of undo", () => fs.readFileSync(file, "utf8") === before);
  console.log("# passed a model mends a finding, and one step takes it back");

  await goTo("9:13");
  await page.keyboard.press("F1");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type("Change Code by an Instruction");
  await page.waitForSelector('.quick-input-list .monaco-list-row:has-text("Change Code by an Instruction")');
  await page.keyboard.press("Enter");
  await page.waitForSelector('.quick-input-widget:has-text("What is to be changed here?") input');
  await page.keyboard.type("parse it instead");
  await take("instruction");
  await page.keyboard.press("Enter");
  await until("the change", async () => (await shown()).includes("literal_eval(text)"));
  console.log("# passed a model does what somebody says");
} catch (error) {
  failed = 1;
  console.log(`# FAILED ${error.message.slice(0, 2000)}`);
  await take("at-the-end").catch(() => {});
} finally {
  await editor.close();
}
process.exit(failed);
