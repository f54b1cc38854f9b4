// A clerk at the window: strokes of a keyboard, one after the other, each after what the one before it did was seen.
import { until } from "../webdriver.mjs";

/** As WebDriver names keys without a letter. */
const KEYS = {
  Enter: "\uE007",
  Escape: "\uE00C",
  Backspace: "\uE003",
  F1: "\uE031",
  F2: "\uE032",
  F3: "\uE033",
  F4: "\uE034",
  F5: "\uE035",
  F6: "\uE036",
  F7: "\uE037",
  F9: "\uE039",
  F10: "\uE03A",
};

/** Longer than a scanner's keys are apart, so that no keyboard is taken for one. */
const APART_MS = 120;

const LIMIT_MS = 20_000;

/** As the count lists them: cents of each kind of notes and coins. */
export const PIECES = [50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1];

/** What lies in the drawer when a shift begins: notes of 50 euros, by their place in the count. */
export const FLOAT = { at: 3, count: 3, minor: 15_000 };

export class Clerk {
  #device;
  #struckAt = 0;

  constructor(device) {
    this.#device = device;
  }

  /** `1 1 F1 Enter`; how many strokes that were. */
  async strikes(keys) {
    const all = keys.split(" ");
    for (const key of all) {
      const before = await this.shown();
      await until(() => Date.now() - this.#struckAt >= APART_MS);
      this.#struckAt = Date.now();
      await this.#device.keys(KEYS[key] ?? key);
      await until(async () => (await this.shown()) !== before, LIMIT_MS);
    }
    return all.length;
  }

  /** The till's part of the page, as text and with what is chosen in it. */
  shown() {
    return this.#device.run(
      `() => {
        const main = document.querySelector("main");
        const states = [...main.querySelectorAll("[aria-pressed], [aria-current], [aria-checked]")];
        return main.innerText + states.map((one) => one.outerHTML.slice(0, 200)).join();
      }`,
    );
  }

  /** Types a PIN on the pad. */
  async logsIn(pin) {
    await this.#device.there(".pad .go");
    await this.#device.run(
      `(pin) => {
        const keys = [...document.querySelectorAll(".pad .key")];
        for (const digit of pin) keys.find((key) => key.textContent.trim() === digit).click();
      }`,
      pin,
    );
    await this.#device.press(".pad .go");
  }

  /** Counts pieces of a value, by its field in the list. */
  async counts(at, count) {
    await this.#device.there(".count input, input[data-till-enter]");
    await this.#device.run(
      `(at, count) => {
        const field = document.querySelectorAll("input[data-till-enter]")[at];
        field.value = String(count);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }`,
      at,
      count,
    );
  }
}
