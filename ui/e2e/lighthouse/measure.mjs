// node measure.mjs PROGRAMS [--json]: `lighthouse.*`, what Lighthouse says of the pages that a buyer meets, as on a phone with a
// slow line: the median of five looks. Under each page's figures: what costs points. PROGRAMS is the folder of a build.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse from "lighthouse";
import { chromium } from "playwright-core";
import { percentile, Sheet } from "../door/measure/figures.mjs";
import { PLAY, Shop } from "../store/shop.mjs";
import { PHONE, Shopper } from "../store/shopper.mjs";
import { until } from "../webdriver.mjs";
import { settled } from "./settled.mjs";

const LOOKS = Number(process.env.LOOKS ?? 5);
const BINARY = process.env.CHROMIUM ?? "/usr/bin/chromium";
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
/** Nobody is to find an order: what search engines would say of it is no figure. */
const FOUND = ["home", "event"];

const [programs, ...options] = process.argv.slice(2);
const sheet = new Sheet(options.includes("--json"));

/** The addresses of the pages, the last two as a buyer comes to them. */
async function addresses(shop) {
  const browser = await chromium.launch({ executablePath: BINARY, args: ["--no-sandbox"] });
  const shopper = await Shopper.with(browser, { shop, language: "fr", width: PHONE });
  await shopper.visit(`/events/${PLAY}`);
  await shopper.reserve();
  await shopper.pay();
  await shopper.done();
  await shopper.seeTickets();
  const ticket = shopper.page.url();
  await shopper.visit(`/events/${PLAY}`);
  await shopper.reserve();
  const checkout = shopper.page.url();
  await browser.close();
  return { checkout, ticket, home: `${shop.url}/fr/`, event: `${shop.url}/fr/events/${PLAY}` };
}

/** A browser of its own, so that nothing of an earlier look is kept. */
async function look(url) {
  const profile = mkdtempSync(join(tmpdir(), "lighthouse-"));
  const flags = ["--headless=new", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0"];
  const browser = spawn(BINARY, [...flags, `--user-data-dir=${profile}`, "about:blank"], { stdio: "ignore", detached: true });
  try {
    const told = join(profile, "DevToolsActivePort");
    await until(() => existsSync(told) && readFileSync(told, "utf8").includes("\n"), 30_000);
    const port = Number(readFileSync(told, "utf8").split("\n")[0]);
    await settled(browser.pid);
    const { lhr } = await lighthouse(url, { port, logLevel: "silent", onlyCategories: CATEGORIES });
    return lhr;
  } finally {
    browser.kill();
    if (browser.exitCode === null) await once(browser, "exit");
    rmSync(profile, { recursive: true, maxRetries: 5, retryDelay: 100 });
  }
}

const median = (values) => percentile(values, 0.5);

function costs({ categories, audits }) {
  return CATEGORIES.flatMap((category) =>
    categories[category].auditRefs
      .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1)
      .map(({ id }) => `${category}: ${audits[id].title} (${audits[id].displayValue ?? audits[id].score})`),
  );
}

const shop = await Shop.open(join(programs, "sync-server"));
try {
  sheet.note(`load average before: ${loadavg()[0].toFixed(1)}`);
  for (const [page, url] of Object.entries(await addresses(shop))) {
    const looks = [];
    for (let n = 0; n < LOOKS; n += 1) looks.push(await look(url));
    for (const category of CATEGORIES) {
      if (category === "seo" && !FOUND.includes(page)) continue;
      const scores = looks.map(({ categories }) => categories[category].score * 100);
      sheet.put(`lighthouse.${page}.${category.replace("-", "_")}`, median(scores), "points", LOOKS);
    }
    const measured = (audit) => median(looks.map(({ audits }) => audits[audit].numericValue));
    sheet.put(`lighthouse.${page}.lcp_ms`, measured("largest-contentful-paint"), "ms", LOOKS);
    sheet.put(`lighthouse.${page}.layout_shift`, measured("cumulative-layout-shift"), "share", LOOKS);
    for (const line of new Set(looks.flatMap(costs))) sheet.note(line);
  }
} finally {
  await shop.close();
}
