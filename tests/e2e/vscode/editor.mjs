// A real VS Code, served on loopback and shown in a headless Chromium. Nothing leaves the machine.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";

export const PATIENCE_MS = 60_000;

const SETTINGS = {
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "telemetry.telemetryLevel": "off",
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "update.mode": "none",
  "editor.wordBasedSuggestions": "off",
  "files.autoSave": "off",
  "git.enabled": false,
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.untrustedFiles": "open",
};

/** `plan`: codeServer (folder), node, chromium, home (an empty folder), settings, trusted, vsix. */
export class Editor {
  #plan;
  #server;
  #browser;
  #port;

  static async open(plan) {
    const editor = new Editor();
    editor.#plan = plan;
    await editor.#serve();
    return editor;
  }

  #folder(name) {
    const folder = path.join(this.#plan.home, name);
    fs.mkdirSync(folder, { recursive: true });
    return folder;
  }

  async #serve() {
    const { codeServer, node, settings, trusted, vsix } = this.#plan;
    const entry = path.join(codeServer, "node_modules/code-server/out/node/entry.js");
    const data = this.#folder("data");
    // What names a program of a machine is read from that machine's settings, and this window is a remote one.
    for (const [name, values] of Object.entries({ User: SETTINGS, Machine: settings })) {
      fs.mkdirSync(path.join(data, name));
      fs.writeFileSync(path.join(data, name, "settings.json"), JSON.stringify(values));
    }
    const config = path.join(this.#plan.home, "config.yaml");
    fs.writeFileSync(config, "auth: none\ncert: false\n");
    const common = [
      entry, "--user-data-dir", data, "--extensions-dir", this.#folder("extensions"), "--config", config,
      "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override",
      ...(trusted ? ["--disable-workspace-trust"] : []),
    ];
    const env = { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
    if (vsix) {
      const installed = spawnSync(node, [...common, "--install-extension", vsix], { encoding: "utf8", env });
      if (installed.status !== 0) throw new Error(`The package cannot be installed: ${installed.stdout}${installed.stderr}`);
      console.log(`installed: ${installed.stdout.trim().split("\n").at(-1)}`);
    }
    this.#port = await freePort();
    const out = fs.openSync(path.join(this.#plan.home, "server.log"), "w");
    // A built VS Code runs the tests that a page names only with the smoke test driver.
    const started = [...common, "--vscode-option", "enable-smoke-test-driver", "--auth", "none", "--bind-addr", `127.0.0.1:${this.#port}`];
    this.#server = spawn(node, started, { env, stdio: ["ignore", out, out] });
    await until("the editor's server", async () => (await fetch(`http://127.0.0.1:${this.#port}/healthz`)).ok);
  }

  /** A page on `target`, such as {folder: "/x"}, with a payload for the workbench. `prepare` sees the page first. */
  async page(target, payload, prepare = async () => {}) {
    const { codeServer, chromium: executablePath } = this.#plan;
    const { chromium } = createRequire(path.join(codeServer, "x.js"))("playwright-core");
    this.#browser = await chromium.launchPersistentContext(this.#folder("chromium"), {
      executablePath, headless: true, viewport: { width: 1040, height: 620 },
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
    });
    const page = await this.#browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await prepare(page);
    const query = new URLSearchParams({ ...target, payload: JSON.stringify(payload) });
    await page.goto(`http://127.0.0.1:${this.#port}/?${query.toString().replaceAll("+", "%20")}`);
    return page;
  }

  /** How the workbench names a path of this machine. */
  remote(file) {
    return `vscode-remote://127.0.0.1:${this.#port}${encodeURI(file)}`;
  }

  /** Close the page as a user does; what it keeps is there for the next one. */
  async closePage() {
    await this.#browser?.close();
    this.#browser = undefined;
  }

  async close() {
    await this.closePage();
    if (this.#server) {
      const gone = new Promise((resolve) => this.#server.once("exit", resolve));
      this.#server.kill("SIGTERM");
      const timer = setTimeout(() => this.#server.kill("SIGKILL"), 10_000);
      if (this.#server.exitCode === null && this.#server.signalCode === null) await gone;
      clearTimeout(timer);
    }
  }
}

async function until(what, check) {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    if (await check().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`gave up waiting for ${what}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
