// node story.mjs PROGRAMS PICTURES [CHAPTER…]: the store in a Chromium, with the real server: what a buyer does and sees, chapter
// after chapter. PROGRAMS is the folder of a build. Prints a line a check and leaves a picture of every page in the folder
// PICTURES, in French and German, of a phone and of a desk.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Shop } from "./shop.mjs";
import { Shopper } from "./shopper.mjs";
import * as logins from "./chapters/logins.mjs";
import * as pages from "./chapters/pages.mjs";
import * as passkey from "./chapters/passkey.mjs";
import * as pocket from "./chapters/pocket.mjs";
import * as purchase from "./chapters/purchase.mjs";
import * as reservations from "./chapters/reservations.mjs";
import * as ways from "./chapters/ways.mjs";
import * as weight from "./chapters/weight.mjs";

const CHAPTERS = { purchase, pages, ways, weight, pocket, passkey, logins, reservations };

const [programs, pictures, ...named] = process.argv.slice(2);
mkdirSync(pictures, { recursive: true });

const secondsSince = (time) => `${((Date.now() - time) / 1000).toFixed(1)} s`;
const started = Date.now();
let told = 0;
let failed = 0;

/** All checks are told of: none needs what another left. */
async function tell(name, check) {
  const began = Date.now();
  told += 1;
  try {
    await check();
    console.log(`ok ${told} - ${name} # ${secondsSince(began)}`);
  } catch (failure) {
    failed += 1;
    console.log(`not ok ${told} - ${name} # ${secondsSince(began)}\n${failure.stack ?? failure}`);
  }
}

let shop;
let browser;
await tell("the store opens", async () => {
  const opening = Shop.open(join(programs, "sync-server"));
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  shop = await opening;
});
const wanted = named.length > 0 ? named : Object.keys(CHAPTERS);
for (const chapter of failed === 0 ? wanted : []) {
  for (const [name, check] of Object.entries(CHAPTERS[chapter].checks)) {
    await tell(name, async () => {
      const shoppers = [];
      const shopperWith = async (who) => {
        const shopper = await Shopper.with(browser, { shop, pictures, ...who });
        shoppers.push(shopper);
        return shopper;
      };
      try {
        await check({ shop, shopperWith, programs });
      } catch (failure) {
        for (const [no, shopper] of shoppers.entries()) await shopper.picture(`failed-${told}-${no}`).catch(() => {});
        throw failure;
      } finally {
        for (const shopper of shoppers) await shopper.close();
      }
    });
  }
}
await browser?.close();
await shop?.close();
console.log(`# ${secondsSince(started)}`);
process.exit(failed === 0 ? 0 : 1);
