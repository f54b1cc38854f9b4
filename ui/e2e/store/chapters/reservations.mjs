import assert from "node:assert/strict";
import { PLAY } from "../shop.mjs";
import { DESK, LOOKS_AT_ALL, PHONE } from "../shopper.mjs";

const EXAMINED = [["fr", PHONE], ["de", DESK]];
const LOOKS = LOOKS_AT_ALL ? [...EXAMINED, ["fr", DESK], ["de", PHONE]] : EXAMINED;
const TERMS = {
  waiting_list: true,
  offer_minutes: 120,
  refund_hours: null,
  refund_fee_minor: 0,
  transfer_hours: 0,
  rename_hours: 0,
};

const takesReservations = (shop, reservations) => shop.asOwner(`/events/${PLAY}/terms`, { ...TERMS, reservations }, "PUT");

async function look(shopper, name) {
  await shopper.fits();
  await shopper.picture(name);
  await shopper.isAccessible();
}

/** From the checkout: at the reservation's own page afterwards. */
async function reserveForTheTill(shopper) {
  await shopper.type();
  await shopper.tap("[value=reserve]");
  await shopper.page.locator(".reserve-qr svg").waitFor();
}

export const checks = {
  "reserved for the box office: kept and shown, paid after all or given up": async ({ shop, shopperWith }) => {
    await takesReservations(shop, true);
    try {
      for (const [language, width] of LOOKS) {
        const shopper = await shopperWith({ language, width });
        const before = await shop.taken(PLAY);
        await shopper.visit(`/events/${PLAY}`);
        await shopper.reserve();
        await look(shopper, "checkout-reserve");
        await reserveForTheTill(shopper);
        await look(shopper, "reserved");
        const held = (await shop.taken(PLAY)).held - before.held;
        assert.equal(held, 2);
        assert.match(await shop.linkMailedTo(shopper.email), /\/orders\//);
        const order = shopper.page.url();
        await shopper.tap(".done-text .btn-main");
        await shopper.page.waitForURL(/\/checkout\?/);
        await look(shopper, "reserved-pay");
        await shopper.tap(".top .round");
        await shopper.page.waitForURL(order);
        await shopper.tap(".done-text form .btn");
        await shopper.page.locator("main.sheet").waitFor();
        await look(shopper, "reserved-given-up");
        assert.deepEqual(await shop.taken(PLAY), before);
        await shopper.close();
      }
    } finally {
      await takesReservations(shop, false);
    }
  },
  "without a script a place is reserved by the same forms": async ({ shop, shopperWith }) => {
    await takesReservations(shop, true);
    try {
      const shopper = await shopperWith({ language: "fr", width: PHONE, scripts: false });
      await shopper.visit(`/events/${PLAY}`);
      await shopper.reserve();
      await reserveForTheTill(shopper);
    } finally {
      await takesReservations(shop, false);
    }
  },
};
