// node take_pictures.mjs PLAN.json: works in the editor as a user does, and takes pictures for people to look at.
import fs from "node:fs";
import path from "node:path";
import { Editor } from "./editor.mjs";

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
fs.mkdirSync(plan.pictures, { recursive: true });
const editor = await Editor.open(plan);
let page;
const take = async (name) => {
  await page.screenshot({ path: path.join(plan.pictures, `${name}.png`) });
  console.log(`took ${name}`);
};
const command = async (title) => {
  await page.keyboard.press("F1");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(title);
  await page.waitForSelector(`.quick-input-list .monaco-list-row:has-text("${title.split(": ").at(-1)}")`);
  await page.keyboard.press("Enter");
};
const goTo = async (place) => {
  await page.keyboard.press("Control+g");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(place);
  await page.keyboard.press("Enter");
};
const rest = () => page.waitForTimeout(700);

try {
  const open = (name) => ["openFile", editor.remote(path.join(plan.folder, name))];
  page = await editor.page(plan.target, [open("src/app.py")]);
  await page.waitForSelector(".monaco-editor .view-line");
  await page.waitForSelector(".squiggly-error", { state: "attached" });
  await page.waitForSelector(".squiggly-warning", { state: "attached" });
  await command("Problems: Focus on Problems View");
  await page.waitForSelector(".markers-panel .monaco-list-row");
  await rest();
  await take("problems");
  await page.click(".monaco-editor .view-line");
  for (let attempt = 0; attempt < 5; attempt++) {
    await page.keyboard.press("Escape");
    await goTo("2:15");
    await rest();
    await page.keyboard.press("Control+.");
    if (await page.waitForSelector(".action-widget .monaco-list-row", { timeout: 5_000 }).catch(() => null)) break;
  }
  await rest();
  await take("quick-fix");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+j");

  await goTo("2:15");
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Control+i");
  await page.waitForSelector(".monaco-hover:has-text('runs text as code')");
  await rest();
  await take("hover");
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+p");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type("typed.py");
  await page.waitForSelector('.quick-input-list .monaco-list-row:has-text("typed.py")');
  await page.keyboard.press("Enter");
  await page.waitForSelector('.tab.active:has-text("typed.py")');
  await page.waitForSelector(".monaco-editor .view-line");
  await goTo("4:11");
  for (const _ of "add") await page.keyboard.press("Backspace");
  await page.keyboard.press("Control+Space");
  await page.waitForSelector(".suggest-widget.visible .monaco-list-row");
  await rest();
  await take("completion");
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+p");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type("docs.mdc");
  await page.waitForSelector('.quick-input-list .monaco-list-row:has-text("docs.mdc")');
  await page.keyboard.press("Enter");
  await page.waitForSelector('.tab.active:has-text("docs.mdc")');
  await page.waitForSelector(".squiggly-warning", { state: "attached" });
  await command("Problems: Focus on Problems View");
  await page.waitForSelector(".markers-panel .monaco-list-row");
  await rest();
  await take("rule-file");
  await page.keyboard.press("Control+j");
  await page.click(".monaco-editor .view-line");
  await goTo("2:1");
  await page.keyboard.type("al");
  await page.keyboard.press("Control+Space");
  await page.waitForSelector(".suggest-widget.visible .monaco-list-row");
  await rest();
  await take("rule-keys");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");

  await page.hover(".statusbar-item[id='status.languageStatus']");
  await page.waitForSelector(".hover-language-status");
  await rest();
  await take("status");
  await page.keyboard.press("Escape");

  await command("Rulewright: Which Rules Apply to This File, and Why?");
  await page.waitForSelector('.quick-input-list .monaco-list-row:has-text("no-eval")');
  await rest();
  await take("why");
  await page.keyboard.press("Escape");

  await command("Rulewright: New Chat");
  await page.waitForSelector('.tab.active:has-text(".chat.md")');
  await rest();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("Say hello.");
  await command("Rulewright: Answer the Question of This Chat");
  await page.waitForSelector('.view-line:has-text("## You") ~ .view-line:has-text("## Rulewright")', { state: "attached" });
  for (let attempt = 0; attempt < 40 && (await page.locator('.view-line:has-text("## You")').count()) < 2; attempt++) await rest();
  await rest();
  await take("chat");
  console.log("all pictures were taken");
} catch (error) {
  console.log(`not all pictures were taken: ${error.message.slice(0, 600)}`);
  await take("at-the-end").catch(() => {});
} finally {
  await editor.close();
}
