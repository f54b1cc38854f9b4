// Somebody who buys with a browser: a phone that is touched, or a desk with a mouse.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const texts = (language) => readFileSync(new URL(`../../../sync-server/texts/${language}/store.ftl`, import.meta.url), "utf8");
const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** All four looks at each page that stands beside a purchase take long: `LOOKS=all` for pictures to look at. */
export const LOOKS_AT_ALL = process.env.LOOKS === "all";
export const PHONE = 390;
export const DESK = 1440;
const HEIGHTS = { [PHONE]: 844, [DESK]: 900 };
const LONGEST_MS = 15_000;

export class Shopper {
  /** How often the screen was touched. */
  taps = 0;
  #shop;
  #context;
  #pictures;
  #texts;

  static async with(browser, { shop, pictures, language, width, scripts = true }) {
    const isPhone = width < 1000;
    const context = await browser.newContext({
      viewport: { width, height: HEIGHTS[width] },
      hasTouch: isPhone,
      isMobile: isPhone,
      locale: language,
      timezoneId: "Europe/Paris",
      javaScriptEnabled: scripts,
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(LONGEST_MS);
    return new Shopper(shop, context, pictures, language, width, await context.newPage());
  }

  constructor(shop, context, pictures, language, width, page) {
    this.#shop = shop;
    this.#context = context;
    this.#pictures = pictures;
    this.#texts = texts(language);
    this.language = language;
    this.width = width;
    this.page = page;
    this.email = `${language}-${width}-${Math.random().toString(36).slice(2)}@example.org`;
  }

  /** The browser's own: cookies, network, workers. */
  get browser() {
    return this.#context;
  }

  /** A sentence of the store, without what is filled in. */
  says(key) {
    const found = new RegExp(`^${key} = (.*)$`, "m").exec(this.#texts);
    assert.ok(found, `no text ${key}`);
    return found[1];
  }

  /** Below the language: `/events/…`. */
  address(path) {
    return `${this.#shop.url}/${this.language}${path}`;
  }

  async visit(path) {
    await this.page.goto(this.address(path));
  }

  /** The same person with another tab. */
  async anotherTab() {
    const other = new Shopper(this.#shop, this.#context, this.#pictures, this.language, this.width, await this.#context.newPage());
    other.email = this.email;
    return other;
  }

  async tap(selector) {
    this.taps += 1;
    const target = this.page.locator(selector).first();
    if (this.width < 1000) await target.tap();
    else await target.click();
  }

  /** *Réserver*: at the checkout afterwards. */
  async reserve() {
    await this.tap(".buybar .btn-main");
    await this.page.waitForURL(/\/orders\/[^/]+\/checkout\?/);
  }

  /** One field is touched, from there on it is the keyboard's way; then *Payer*. */
  async pay({ method = "accept", name = "Camille Roux" } = {}) {
    await this.type(name);
    if (method !== "accept") await this.tap(`.choice:has([value="${method}"])`);
    await this.tap(".buybar .btn-main");
  }

  async type(name = "Camille Roux") {
    await this.tap("#email");
    await this.page.keyboard.press("ControlOrMeta+a");
    await this.page.keyboard.insertText(this.email);
    await this.page.keyboard.press("Tab");
    await this.page.keyboard.insertText(name);
  }

  /** The order's page, when it has its tickets: it reloads by itself until then. */
  async done() {
    await this.page.waitForURL(/\/orders\/[^/]+\?/);
    await this.page.locator(".ticket-links a").first().waitFor();
    await this.headed("done-title");
  }

  /** The same, asked once. */
  async isDone() {
    return /\/orders\/[^/]+\?/.test(this.page.url()) && (await this.page.locator(".ticket-links a").count()) > 0;
  }

  async headed(key) {
    const title = this.page.locator("h1").first();
    await title.waitFor();
    assert.equal((await title.innerText()).trim(), this.says(key));
  }

  /** *Voir mes billets*. */
  async seeTickets() {
    await this.tap(".done-text .btn-main");
    await this.page.waitForURL(/\/tickets\//);
    await this.page.locator(".ticket-code svg").waitFor();
  }

  /** Kept for looking at, the whole page. */
  async picture(name) {
    await this.page.evaluate("document.fonts.ready");
    const file = join(this.#pictures, `${name}-${this.language}-${this.width}.png`);
    await this.page.screenshot({ path: file, fullPage: true });
  }

  /** Nothing runs out of the window to the side. */
  async fits() {
    const [wide, room] = await this.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]");
    assert.ok(wide <= room, `${this.page.url()}: ${wide} px wide in ${room}`);
  }

  /** What axe-core says, by night, as the store is, and by day. */
  async isAccessible() {
    await this.page.evaluate(`if (!window.axe) { ${axe} }`);
    for (const theme of ["night", "day"]) {
      await this.page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
      const found = await this.page.evaluate(async () => {
        const { violations } = await window.axe.run({ resultTypes: ["violations"] });
        return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0].html.slice(0, 200)}`);
      });
      assert.deepEqual(found, [], `${this.page.url()} by ${theme}`);
    }
    await this.page.evaluate("delete document.documentElement.dataset.theme");
  }

  close() {
    return this.#context.close();
  }
}
