// node phone.mjs: a stranger's phone with a browser, for `./hub demo`. Each line of standard input is a command in JSON, answered
// by a line. It needs no packages: the demo runs where nothing was installed for tests.
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { openChromium } from "../chromium.mjs";
import { until } from "../webdriver.mjs";

const LONGEST_MS = 20_000;
/** A usual phone's, at two pixels a pixel. */
const SCREEN = { width: 390, height: 844, deviceScaleFactor: 2, mobile: true };

const { page, close } = await openChromium();
await page.call("Emulation.setDeviceMetricsOverride", SCREEN);
let taps = 0;

const at = (path) => until(() => page.run("(path) => new RegExp(path).test(location.href)", path), LONGEST_MS);
const there = (selector) => until(() => page.run("(selector) => document.querySelector(selector) !== null", selector), LONGEST_MS);

/** A finger in the middle of it, where it is on the screen. */
async function tap(selector) {
  await there(selector);
  const [x, y] = await page.run(
    `(selector) => {
      const element = document.querySelector(selector);
      element.scrollIntoView({ block: "center", behavior: "instant" });
      const box = element.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    }`,
    selector,
  );
  taps += 1;
  for (const type of ["mousePressed", "mouseReleased"]) {
    await page.call("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
  }
}

const type = (text) => page.call("Input.insertText", { text });

const COMMANDS = {
  /** From the event's page to the payment. How many taps that took. */
  async buy({ url, email, name, dawdles }) {
    await page.go(url);
    taps = 0;
    if (dawdles) await tap(".stepper [value=more]").then(() => at("places=3"));
    await tap(".buybar .btn-main");
    await at("/checkout\\\\?");
    await tap("#email");
    await type(email);
    await page.call("Input.dispatchKeyEvent", { type: "keyDown", key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 });
    await type(name);
    await tap(".buybar .btn-main");
    const toPayment = taps;
    await there(".ticket-links a");
    return { taps: toPayment, places: await page.run("() => document.querySelectorAll('.ticket-links a').length") };
  },
  /** The mail's link, and on to the first ticket. Which it is, if any. */
  async open({ url }) {
    await page.go(url);
    if (!(await page.run("() => document.querySelector('.done-text .btn-main') !== null"))) return { ticket: null };
    await tap(".done-text .btn-main");
    await there("[data-kept]:not([hidden])");
    return { ticket: await page.run("() => location.pathname.split('/').at(-1)") };
  },
  /** As somebody does who clears the browser. */
  async forget() {
    await page.run("async () => { for (const name of await caches.keys()) await caches.delete(name); }");
    return {};
  },
  /** The page again; a screenshot of what is there. */
  async look({ picture }) {
    await page.run("() => { window.isOld = true; }");
    await page.call("Page.reload", {});
    const isThere = "() => !window.isOld && document.readyState === 'complete' && document.querySelector('.ticket-code svg') !== null";
    const has = await until(() => page.run(isThere), 5_000).catch(() => false);
    writeFileSync(picture, await page.picture());
    return { code: has };
  },
};

try {
  for await (const line of createInterface({ input: process.stdin })) {
    const { command, ...how } = JSON.parse(line);
    console.log(JSON.stringify(await COMMANDS[command](how)));
  }
} finally {
  await close();
}
