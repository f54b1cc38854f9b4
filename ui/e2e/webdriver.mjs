// The few WebDriver calls that the window's tests need, straight to WebKitWebDriver: with
// TAURI_WEBVIEW_AUTOMATION in its environment it drives a Tauri window without further tools.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

/** Of a machine that does much else. */
const START_MS = 120_000;
/** So long a window takes to put its things away, at most. */
const ENDS_WITHIN_MS = 30_000;

const FLICKER = `() => {
  const point = document.body.appendChild(document.createElement("i"));
  point.style = "position: fixed; left: 0; top: 0; width: 1px; height: 1px";
  let n = 0;
  const flickers = setInterval(() => (point.style.background = n++ % 2 ? "#000" : "#001"), 20);
  window.__still = () => {
    clearInterval(flickers);
    point.remove();
  };
}`;

/** Starts the driver and the window; `environment` reaches the window. */
export async function openWindow(binary, environment) {
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], {
    env: { ...process.env, ...environment, TAURI_WEBVIEW_AUTOMATION: "true" },
    stdio: "ignore",
  });
  const failed = new Promise((_, reject) => driver.once("error", reject));
  const base = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([failed, until(() => call(`${base}/status`), START_MS)]);
    const { sessionId } = await call(`${base}/session`, {
      capabilities: {
        alwaysMatch: {
          browserName: "wry",
          "webkitgtk:browserOptions": { binary, args: [] },
        },
      },
    });
    return new Window(driver, `${base}/session/${sessionId}`);
  } catch (error) {
    driver.kill();
    throw error;
  }
}

class Window {
  #driver;
  #session;

  constructor(driver, session) {
    this.#driver = driver;
    this.#session = session;
  }

  /** Runs a function's source in the page. */
  run(script, ...args) {
    return call(`${this.#session}/execute/sync`, { script: `return (${script})(...arguments)`, args });
  }

  resize(width, height) {
    return call(`${this.#session}/window/rect`, { x: 0, y: 0, width, height });
  }

  /** Keys as a scanner sends them: one after the other, as fast as the driver can. */
  keys(text) {
    const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    return call(`${this.#session}/actions`, { actions: [{ type: "key", id: "scanner", actions }] });
  }

  /**
   * What the page shows. WebKit answers with the page's next frame, and a page that stands still may have none for half a
   * minute when the processor draws it: so a point in its corner flickers meanwhile.
   */
  async screenshot() {
    await this.run(FLICKER);
    try {
      return Buffer.from(await call(`${this.#session}/screenshot`), "base64");
    } finally {
      await this.run("() => window.__still()");
    }
  }

  /** The window's process. */
  get process() {
    return childrenOf(this.#driver.pid)[0];
  }

  /** `kill -9`: the window gets no word of it. */
  async kill() {
    const window = this.process;
    process.kill(window, "SIGKILL");
    await until(() => isGone(window));
    this.#driver.kill();
    await ended(this.#driver);
  }

  /** Returns once the window's process is gone. One that goes on is ended, and it is printed what it did then. */
  async close() {
    const window = this.process;
    const told = await call(this.#session, undefined, "DELETE").catch((error) => error);
    // Not before: the driver answers while the window has yet to hear from it that it should close.
    const isClosed = await until(() => isGone(window), ENDS_WITHIN_MS).catch(() => false);
    this.#driver.kill();
    await ended(this.#driver);
    if (isClosed) return;
    console.log(`# the window went on after it was closed (${told}): ${doing(window).join(", ")}`);
    process.kill(window, "SIGKILL");
    await until(() => isGone(window));
  }
}

/** Each thread's name and where in the kernel it waits. */
function doing(pid) {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const says = (what) => readFileSync(`/proc/${pid}/task/${thread}/${what}`, "utf8").trim();
    return `${says("comm")}: ${says("wchan")}`;
  });
}

const ended = (child) => (child.exitCode === null && child.signalCode === null ? once(child, "exit") : null);

/** Those that the process's main thread began: their numbers, oldest first. */
export function childrenOf(parent) {
  const numbers = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim();
  return numbers === "" ? [] : numbers.split(" ").map(Number);
}

/** What it held is free: the last of its threads has ended, whether or not somebody asked how. */
const isGone = (process) => !existsSync(`/proc/${process}`) || (isZombie(process) && threads(process) === 1);

const threads = (process) => readdirSync(`/proc/${process}/task`).length;

const isZombie = (process) => readFileSync(`/proc/${process}/stat`, "utf8").split(") ").at(-1).startsWith("Z");

/** Asks again until the answer is there and truthy; names the last one when time is up. */
export async function until(ask, limitMs = 10_000) {
  const end = Date.now() + limitMs;
  let last;
  do {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < end);
  throw new Error(`not within ${limitMs} ms; last: ${String(last)}`);
}

async function call(url, body, method = body === undefined ? "GET" : "POST") {
  const response = await fetch(url, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(START_MS),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value?.error}: ${value?.message}`);
  return value ?? true;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
