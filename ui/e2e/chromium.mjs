// The few calls that the gallery needs of a Chromium, by its debugging pipe: no port, no further packages.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
  "--remote-debugging-pipe",
];

/** Starts it with a profile of its own, that goes when it is closed. */
export async function openChromium(binary = process.env.CHROMIUM ?? "chromium") {
  const profile = mkdtempSync(join(tmpdir(), "gallery-"));
  const child = spawn(binary, [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const failed = new Promise((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${binary} ended with ${code}`)));
  });
  failed.catch(() => {});
  const pipe = new Pipe(child.stdio[3], child.stdio[4]);
  const { targetInfos } = await Promise.race([pipe.call("Target.getTargets"), failed]);
  const { targetId } = targetInfos.find((target) => target.type === "page");
  const { sessionId } = await pipe.call("Target.attachToTarget", { targetId, flatten: true });
  const page = new Page(pipe, sessionId);
  await page.call("Page.enable");
  return {
    page,
    async close() {
      await pipe.call("Browser.close").catch(() => {});
      await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve()));
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Messages end with a zero byte. */
class Pipe {
  #out;
  #next = 0;
  #waiting = new Map();
  #listeners = new Set();

  constructor(out, back) {
    this.#out = out;
    let rest = "";
    back.setEncoding("utf8");
    back.on("data", (text) => {
      const whole = (rest + text).split("\0");
      rest = whole.pop();
      for (const message of whole) this.#hear(JSON.parse(message));
    });
  }

  call(method, params = {}, sessionId = undefined) {
    const id = (this.#next += 1);
    this.#out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, method }));
  }

  /** The next event of this name. */
  once(method) {
    return new Promise((resolve) => this.#listeners.add({ method, resolve }));
  }

  #hear({ id, method, result, error, params }) {
    if (id === undefined) {
      for (const listener of this.#listeners) {
        if (listener.method !== method) continue;
        this.#listeners.delete(listener);
        listener.resolve(params);
      }
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(`${waiting.method}: ${error.message}`));
    else waiting.resolve(result);
  }
}

class Page {
  #pipe;
  #session;

  constructor(pipe, session) {
    this.#pipe = pipe;
    this.#session = session;
  }

  call(method, params) {
    return this.#pipe.call(method, params, this.#session);
  }

  /** Runs before any script of every page from now on. */
  before(source) {
    return this.call("Page.addScriptToEvaluateOnNewDocument", { source });
  }

  async go(url) {
    const loaded = this.#pipe.once("Page.loadEventFired");
    await this.call("Page.navigate", { url });
    await loaded;
  }

  /** Calls a function's source in the page with plain values. */
  async run(source, ...args) {
    const expression = `(${source})(...${JSON.stringify(args)})`;
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  size(width, height) {
    return this.call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  }

  async picture() {
    const { data } = await this.call("Page.captureScreenshot", { format: "png" });
    return Buffer.from(data, "base64");
  }
}
