// node gallery.mjs PICTURES [NAME…]: every screen of the built page in a Chromium, in French and German, night and day, at
// three sizes, as PNG in the folder PICTURES; only those whose name begins with a NAME, if there are any. Other languages and
// sizes by environment: LANGUAGES=es,it SIZES=844x390,3840x2160.
// Prints what axe-core finds and which texts are cut; exit code 1 if there is any of either.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer, preview } from "vite";
import { openChromium } from "../chromium.mjs";
import { CUT } from "../cut.mjs";
import { until } from "../webdriver.mjs";
import { screens } from "./screens.mjs";
import { tillScreens } from "./till.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path) => readFileSync(join(root, path), "utf8");
const [folder, ...names] = process.argv.slice(2);
const pictures = resolve(folder);
mkdirSync(pictures, { recursive: true });

const SIZES = (process.env.SIZES ?? "1024x600,1920x1080,390x844").split(",").map((size) => size.split("x").map(Number));
const LANGUAGES = (process.env.LANGUAGES ?? "fr,de").split(",");

const wanted = ({ name }) => names.length === 0 || names.some((start) => name.startsWith(start));

async function show(page, url, screen) {
  // Another place of the same page would be no other page.
  await page.go("about:blank");
  await page.go(url + (screen.hash ?? ""));
  await page.run(
    "(answers, news) => { Object.assign(__GALLERY__.answers, answers); __GALLERY__.tell(...news); }",
    screen.answers ?? {},
    screen.news,
  );
  await settle(page);
  for (const selector of screen.press ?? []) await press(page, selector);
  if (screen.type) {
    const [selector, text] = screen.type;
    await page.run(
      "(selector, text) => { const field = document.querySelector(selector); field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })); }",
      selector,
      text,
    );
  }
  if (screen.then) await page.run("(news) => __GALLERY__.tell(...news)", screen.then);
  if (screen.until) await there(page, screen.until);
  for (const selector of screen.finally ?? []) await press(page, selector);
  if (screen.last) await there(page, screen.last);
  await settle(page);
}

const there = (page, selector) => until(() => page.run("(selector) => document.querySelector(selector) !== null", selector));

async function press(page, selector) {
  await there(page, selector);
  await page.run("(selector) => document.querySelector(selector).click()", selector);
  await settle(page);
}

/** Faces loaded, pictures drawn, two frames painted. */
const settle = (page) =>
  page.run(`async () => {
    await document.fonts.ready;
    for (let frame = 0; frame < 3; frame += 1) await new Promise((done) => requestAnimationFrame(done));
    await new Promise((done) => setTimeout(done, 30));
  }`);

const loader = await createServer({ root, appType: "custom", server: { middlewareMode: true, hmr: false, ws: false }, logLevel: "error" });
const sample = await loader.ssrLoadModule("/src/samples.ts");
const till = await loader.ssrLoadModule("/src/till/samples.ts");
const all = (language, theme) => [...screens(sample, language, theme), ...tillScreens(sample, till, language, theme)];
const server = await preview({ root, preview: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
const url = server.resolvedUrls.local[0];
const { page, close } = await openChromium();
const axe = read("node_modules/axe-core/axe.min.js");
let problems = 0;

function report(where, what) {
  problems += 1;
  console.log(`${where}: ${what}`);
}

try {
  await page.before(read("e2e/gallery/fake-window.js"));
  for (const [width, height] of SIZES) {
    await page.size(width, height);
    for (const language of LANGUAGES) {
      for (const theme of ["night", "day"]) {
        for (const screen of all(language, theme).filter(wanted)) {
          const name = `${screen.name}-${language}-${theme}-${width}`;
          await page.run("() => localStorage.clear()").catch(() => {});
          await show(page, url, screen);
          writeFileSync(join(pictures, `${name}.png`), await page.picture());
          for (const text of await page.run(CUT)) report(name, `cut: ${text}`);
          await page.run(`() => { ${axe} }`);
          const { violations } = await page.run("async () => { const { violations } = await axe.run(); return { violations }; }");
          for (const { id, impact, nodes } of violations) report(name, `axe ${impact} ${id}: ${nodes[0].html.slice(0, 160)}`);
        }
      }
    }
  }
} finally {
  await close();
  await server.close();
  await loader.close();
}
console.log(problems === 0 ? "nothing found" : `${problems} found`);
process.exit(problems === 0 ? 0 : 1);
