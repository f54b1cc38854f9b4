// A device of the story: a folder, a webcam, and the real window on both, driven as a person drives it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CUT } from "../cut.mjs";
import { openWindow, until } from "../webdriver.mjs";
import { difference } from "./approved.mjs";

/** The clock and the link to the server. */
const IN_MOTION = ".door-facts";

/** Longer than anything takes on a machine that does much else. */
const LIMIT_MS = 120_000;

const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** Keeps each verdict and each line in the picture from now on, and when it came, however short it stands there. */
const WATCH = `() => {
  window.__seen = [];
  window.__told = () => {};
  const keep = (seen) => {
    window.__seen.push({ at: Date.now(), ...seen });
    window.__told();
  };
  let verdict = null;
  let line = "";
  const look = () => {
    const now = document.querySelector("section.verdict");
    if (now !== null && now !== verdict) {
      const light = now.className.match(/verdict-(admit|refuse|ask)/)[1];
      const word = now.querySelector(".verdict-word svg").getAttribute("aria-label");
      keep({ light, word, says: now.textContent });
    }
    verdict = now;
    const told = [...document.querySelectorAll(".cam-say [role=status], .cam-say [role=alert]")];
    const says = told.map((one) => one.textContent).join("");
    if (says !== "" && says !== line) keep({ light: "none", word: "", says });
    line = says;
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}`;

export class Device {
  #binary;
  #folder;
  #pictures;
  #window = null;
  #known = 0;

  constructor(binary, folder, webcam, pictures) {
    this.#binary = binary;
    this.#folder = folder;
    this.#pictures = pictures;
    this.webcam = webcam;
  }

  /** Of its window. */
  get environment() {
    return {
      ...this.webcam.environment,
      TICKETHUB_DOOR_DATA: join(this.#folder, "data"),
      TICKETHUB_STATE: join(this.#folder, "state"),
      XDG_DATA_HOME: join(this.#folder, "home"),
      XDG_DOCUMENTS_DIR: join(this.#folder, "documents"),
    };
  }

  /** The last lines of its log. */
  get lastLogLines() {
    const folder = join(this.#folder, "data", "log");
    const files = existsSync(folder) ? readdirSync(folder).sort() : [];
    const lines = files.flatMap((file) => readFileSync(join(folder, file), "utf8").trimEnd().split("\n"));
    return lines.slice(-40);
  }

  /** Its window's process. */
  get process() {
    return this.#window.process;
  }

  /** Opens the window on what the device has. */
  async open() {
    this.#window = await openWindow(this.#binary, this.environment);
    this.#known = 0;
    await this.there("main");
    await this.run(WATCH);
  }

  /** As when the battery is pulled out. */
  async kill() {
    await this.#window.kill();
    this.#window = null;
  }

  async close() {
    await this.#window?.close();
    this.#window = null;
  }

  run(script, ...args) {
    return this.#window.run(script, ...args);
  }

  keys(text) {
    return this.#window.keys(text);
  }

  /** Waits for an element. */
  there(selector) {
    return until(() => this.run("(selector) => document.querySelector(selector) !== null", selector), LIMIT_MS);
  }

  gone(selector) {
    return until(() => this.run("(selector) => document.querySelector(selector) === null", selector), LIMIT_MS);
  }

  text(selector) {
    return this.run("(selector) => document.querySelector(selector)?.textContent.trim() ?? ''", selector);
  }

  /** Waits until an element's text matches; the text. */
  async says(selector, pattern) {
    let text = "";
    const fits = async () => pattern.test((text = await this.text(selector)));
    await until(async () => (await fits()) || Promise.reject(new Error(`${selector} says: ${text}`)), LIMIT_MS);
    return text;
  }

  /** Presses it, as soon as it is there and may be pressed. */
  async press(selector) {
    await this.there(`${selector}:not([disabled])`);
    await this.run("(selector) => document.querySelector(selector).click()", selector);
  }

  /** Holds a picture before the camera until the window says something of it; what it says. */
  async shown(picture) {
    await this.forget();
    this.webcam.shows(picture);
    const seen = await this.told();
    this.webcam.shows("nobody");
    return seen;
  }

  /**
   * What the window says next of a code. That the reader was late with a picture is passed over: on a busy machine it is
   * late with ordinary ones, too, and reads the next.
   */
  async told() {
    let next;
    await until(async () => {
      const said = (await this.seen()).slice(this.#known);
      next = said.find(({ says }) => !says.startsWith("Trop de choses à lire"));
      return next !== undefined;
    }, LIMIT_MS);
    await this.forget();
    return next;
  }

  /**
   * What was said since, once something was; nothing, if nothing is within this time. The page answers when it has it:
   * asking again and again would cost the page time.
   */
  async next(limitMs) {
    const said = await this.run(
      `(known, limitMs) => new Promise((answer) => {
        const look = () => window.__seen.length > known && answer(window.__seen.slice(known));
        window.__told = look;
        setTimeout(() => answer([]), limitMs);
        look();
      })`,
      this.#known,
      limitMs,
    );
    this.#known += said.length;
    return said;
  }

  /** What was said until now is old. */
  async forget() {
    this.#known = (await this.seen()).length;
  }

  seen() {
    return this.run("() => window.__seen");
  }

  /** Puts a verdict away by a tap. */
  async tap() {
    await this.run("() => document.querySelector('button.seen')?.click()");
    await this.gone("section.verdict");
  }

  async size(width, height) {
    await this.#window.resize(width, height);
    await until(() => this.run("(w, h) => innerWidth === w && innerHeight === h", width, height));
    await this.#painted();
  }

  /** Saves what the window shows, once it is painted. */
  async picture(name) {
    await this.#painted();
    writeFileSync(join(this.#pictures, `${name}.png`), await this.#window.screenshot());
  }

  /** Saves what the window shows, which has to look like the approved picture, but for the clock and these elements. */
  async approved(name, ...changing) {
    await this.#painted();
    const rectangles = await this.run(
      `(selectors) => [...document.querySelectorAll(selectors)].map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return { x, y, width, height };
      })`,
      [IN_MOTION, ...changing].join(),
    );
    const taken = await this.#window.screenshot();
    writeFileSync(join(this.#pictures, `${name}.png`), taken);
    const found = difference(name, taken, rectangles);
    if (found === null) return;
    if (found.picture) writeFileSync(join(this.#pictures, `${name}-differs.png`), found.picture);
    throw new Error(found.why);
  }

  /** What the page measures of itself is measured by then. */
  #painted() {
    return this.run("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }

  /** Texts that are cut. */
  cut() {
    return this.run(CUT);
  }

  /** What axe-core finds on the page as it stands. */
  async violations() {
    await this.run(`() => { if (!window.axe) { ${axe} } }`);
    return this.run(
      "async () => (await axe.run()).violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0].html}`)",
    );
  }

  /** Chooses language and theme as a person does, and comes back. */
  async looks(language, theme) {
    await this.press(".door-top > .btn:last-child");
    await this.press(`[role=radio][lang=${language}]`);
    await until(() => this.run("(language) => document.documentElement.lang === language", language), LIMIT_MS);
    await this.run("(night) => document.querySelectorAll('.page .seg')[1].children[night ? 0 : 1].click()", theme === "night");
    await until(() => this.run("(theme) => document.documentElement.dataset.theme === theme", theme), LIMIT_MS);
    await this.press(".door-top > .btn:first-child");
    await this.gone(".page");
  }
}
