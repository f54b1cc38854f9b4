import assert from "node:assert/strict";
import { CLUB, PLAY } from "../shop.mjs";
import { PHONE } from "../shopper.mjs";
import { until } from "../../webdriver.mjs";

const onAPhone = (shopperWith) => shopperWith({ language: "fr", width: PHONE });

/** What an event has sold and holds more than before. */
async function more(shop, event) {
  const before = await shop.taken(event);
  return async () => {
    const now = await shop.taken(event);
    return { sold: now.sold - before.sold, held: now.held - before.held };
  };
}

export const checks = {
  "back after the payment leads to the order, and nothing is paid twice": async ({ shop, shopperWith }) => {
    const shopper = await onAPhone(shopperWith);
    const taken = await more(shop, CLUB);
    await shopper.visit(`/events/${CLUB}`);
    await shopper.reserve();
    await shopper.pay();
    await shopper.done();
    const order = shopper.page.url();
    await shopper.page.goBack();
    await shopper.done();
    assert.equal(shopper.page.url(), order);
    assert.deepEqual(await taken(), { sold: 2, held: 0 });
  },
  "two tabs are two carts, and each gets its own tickets": async ({ shop, shopperWith }) => {
    const one = await onAPhone(shopperWith);
    const taken = await more(shop, CLUB);
    const other = await one.anotherTab();
    await one.visit(`/events/${CLUB}`);
    await other.visit(`/events/${CLUB}?type=3&places=3`);
    await one.reserve();
    await other.reserve();
    assert.deepEqual(await taken(), { sold: 0, held: 5 });
    await other.pay();
    await other.done();
    await one.pay();
    await one.done();
    assert.equal(await one.page.locator(".ticket-links a").count(), 2);
    assert.equal(await other.page.locator(".ticket-links a").count(), 3);
    assert.deepEqual(await taken(), { sold: 5, held: 0 });
  },
  "the same checkout in two tabs is paid once": async ({ shop, shopperWith }) => {
    const one = await onAPhone(shopperWith);
    const taken = await more(shop, CLUB);
    await one.visit(`/events/${CLUB}`);
    await one.reserve();
    const other = await one.anotherTab();
    await other.page.goto(one.page.url());
    await one.pay();
    await one.done();
    await other.pay();
    await other.done();
    assert.equal(other.page.url(), one.page.url());
    assert.deepEqual(await taken(), { sold: 2, held: 0 });
  },
  "a double click holds once, and pays once": async ({ shop, shopperWith }) => {
    const shopper = await onAPhone(shopperWith);
    const taken = await more(shop, CLUB);
    await shopper.visit(`/events/${CLUB}`);
    await shopper.page.locator(".buybar .btn-main").dblclick();
    // The first of two navigations is given up for the second.
    await until(() => shopper.page.url().includes("/checkout"));
    assert.deepEqual(await taken(), { sold: 0, held: 2 });
    await shopper.type();
    await shopper.page.locator(".buybar .btn-main").dblclick();
    await until(() => shopper.isDone());
    assert.deepEqual(await taken(), { sold: 2, held: 0 });
  },
  "a tab closed at any step loses nothing that was promised": async ({ shop, shopperWith }) => {
    let shopper = await onAPhone(shopperWith);
    const taken = await more(shop, CLUB);
    // On the event's page: nothing was promised.
    await shopper.visit(`/events/${CLUB}`);
    await shopper.page.close();
    assert.deepEqual(await taken(), { sold: 0, held: 0 });
    // At the checkout: the places stay, for whoever opens it again.
    shopper = await shopper.anotherTab();
    await shopper.visit(`/events/${CLUB}`);
    await shopper.reserve();
    const checkout = shopper.page.url();
    await shopper.type();
    await shopper.page.close();
    assert.deepEqual(await taken(), { sold: 0, held: 2 });
    // While the payment is on its way. Whether or not the server heard of it: it is paid once, then or now.
    shopper = await shopper.anotherTab();
    await shopper.page.goto(checkout);
    const sent = shopper.page.waitForRequest((request) => request.method() === "POST");
    await shopper.pay();
    await sent;
    await shopper.page.close();
    shopper = await shopper.anotherTab();
    await shopper.page.goto(checkout);
    if (new URL(shopper.page.url()).pathname.endsWith("/checkout")) await shopper.pay();
    await shopper.done();
    const mailed = await shop.linkMailedTo(shopper.email);
    shopper = await shopper.anotherTab();
    await shopper.page.goto(mailed);
    await shopper.seeTickets();
    assert.deepEqual(await taken(), { sold: 2, held: 0 });
  },
  "a page that lay open while its places were given back says so": async ({ shopperWith }) => {
    const shopper = await onAPhone(shopperWith);
    await shopper.visit(`/events/${PLAY}`);
    await shopper.reserve();
    const checkout = shopper.page.url();
    const other = await shopper.anotherTab();
    await other.page.goto(checkout);
    await other.tap(".top .round");
    await other.page.waitForURL(/\/events\//);
    await shopper.pay();
    await shopper.headed("cancelled-title");
  },
};
