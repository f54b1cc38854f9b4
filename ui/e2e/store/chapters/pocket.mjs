import assert from "node:assert/strict";
import { CLUB, PLAY } from "../shop.mjs";
import { PHONE } from "../shopper.mjs";
import { until } from "../../webdriver.mjs";

async function bought(shopper, event = `/events/${PLAY}`) {
  await shopper.visit(event);
  await shopper.reserve();
  await shopper.pay();
  await shopper.done();
}

const paths = async (shopper) =>
  shopper.page.evaluate(async () => (await (await caches.open("pocket-1")).keys()).map(({ url }) => new URL(url).pathname));

/** As the whole machine without the server, which is more than a browser told to be offline: its worker has none either. */
export const checks = {
  "with the server gone the tickets are there, their codes sharp, and the mail's link leads to them": async ({ shop, shopperWith }) => {
    const shopper = await shopperWith({ language: "fr", width: PHONE });
    await bought(shopper);
    const order = shopper.page.url();
    await shopper.seeTickets();
    await shopper.page.locator("[data-kept]").waitFor();
    const ticket = shopper.page.url();
    const code = await shopper.page.locator(".ticket-code").innerHTML();
    const mailed = await shop.linkMailedTo(shopper.email);
    await shopper.isAccessible();
    await shopper.picture("ticket-kept");
    await shop.stop();
    try {
      await shopper.page.reload();
      assert.equal(await shopper.page.locator(".ticket-code").innerHTML(), code);
      await until(() => shopper.page.evaluate("document.fonts.size > 0 && [...document.fonts].some(({ status }) => status === 'loaded')"));
      await shopper.tap(".ticket-steps .btn");
      await shopper.page.waitForURL((url) => url.href !== ticket);
      await shopper.page.locator(".ticket-code svg").waitFor();
      assert.notEqual(await shopper.page.locator(".ticket-code").innerHTML(), code, "the second ticket, which was never opened");
      await shopper.page.goto(mailed);
      assert.equal(shopper.page.url(), order);
      await shopper.headed("done-title");
      await shopper.visit("/tickets/");
      await until(async () => (await shopper.page.locator("[data-pocket-list] a").count()) === 2);
      await shopper.picture("pocket");
      await shopper.isAccessible();
      await shopper.tap("[data-pocket-list] a");
      await shopper.page.locator(".ticket-code svg").waitFor();
    } finally {
      await shop.start();
    }
  },
  "what is not on the device says so without a network, and what to do": async ({ shop, shopperWith }) => {
    const shopper = await shopperWith({ language: "de", width: PHONE });
    await bought(shopper);
    await until(async () => (await paths(shopper)).includes("/de/tickets/"));
    await shop.stop();
    try {
      await shopper.visit("/tickets/ABCDEFGHJKMNP?secret=x");
      await shopper.page.locator("[data-pocket-instead]").waitFor();
      await shopper.picture("not-kept");
    } finally {
      await shop.start();
    }
  },
  "a ticket whose code changes is not kept, and says why without a network": async ({ shop, shopperWith }) => {
    const rotating = { no: 9, name: "Code changeant", price_minor: 1_000, vat_basis_points: 550, quota: 10, rotating: true };
    await shop.asOwner(`/events/${CLUB}/types`, rotating);
    const shopper = await shopperWith({ language: "fr", width: PHONE });
    await bought(shopper, `/events/${CLUB}?type=9`);
    await shopper.seeTickets();
    await until(async () => (await paths(shopper)).includes("/fr/tickets/"));
    await shop.stop();
    try {
      await shopper.page.reload();
      await shopper.page.locator("[data-pocket-instead]").waitFor();
      assert.equal(await shopper.page.locator(".ticket-code").count(), 0, "no code that no door takes");
    } finally {
      await shop.start();
    }
  },
  "only what opens by its own address is kept, and nothing of whoever is logged in": async ({ shopperWith }) => {
    const shopper = await shopperWith({ language: "fr", width: PHONE });
    await shopper.visit("/../login?lang=fr");
    await shopper.page.locator("#email").fill("lea@example.org");
    await shopper.page.locator("#password").fill("nuits-de-loire");
    await shopper.tap("main .btn-main");
    await shopper.page.waitForURL(/\/fr\/account$/);
    await bought(shopper);
    assert.match(await shopper.page.content(), /href="\/fr\/account"/, "the page is hers");
    await shopper.seeTickets();
    await shopper.page.locator("[data-kept]").waitFor();
    const kept = await shopper.page.evaluate(async () => {
      const cache = await caches.open("pocket-1");
      return Promise.all((await cache.keys()).map(async (key) => ({ url: key.url, text: await (await cache.match(key, { ignoreVary: true })).text() })));
    });
    const pages = kept.filter(({ text }) => text.startsWith("<!doctype html>"));
    assert.ok(pages.length >= 3);
    for (const { url, text } of pages) {
      assert.ok(!/href="\/\w\w\/account"/.test(text) && !/name="csrf" value="[^"]/.test(text), url);
      assert.ok(url.endsWith("/tickets/") || url.includes("secret="), url);
    }
  },
};
