import assert from "node:assert/strict";
import { PLAY } from "../shop.mjs";
import { DESK, LOOKS_AT_ALL, PHONE } from "../shopper.mjs";

/** From the event's page to the code: two places, nothing chosen but what the page offers. */
async function buys(shopper, look) {
  await shopper.visit(`/events/${PLAY}`);
  await look?.("event");
  await shopper.reserve();
  await look?.("checkout");
  await shopper.pay();
  const taps = shopper.taps;
  await shopper.done();
  await look?.("order");
  await shopper.seeTickets();
  await look?.("ticket");
  return taps;
}

/** axe-core once in each language, once at each width. */
const EXAMINED = { fr: PHONE, de: DESK };

async function everywhere(shopperWith, scripts) {
  for (const language of ["fr", "de"]) {
    for (const width of [PHONE, DESK]) {
      const shopper = await shopperWith({ language, width, scripts });
      const look = async (name) => {
        await shopper.fits();
        const examined = scripts && EXAMINED[language] === width;
        if (examined || (scripts && LOOKS_AT_ALL)) await shopper.picture(name);
        if (examined) await shopper.isAccessible();
      };
      const taps = await buys(shopper, look);
      assert.equal(taps, 3, "Réserver, the first field, Payer");
      await shopper.close();
    }
  }
}

export const checks = {
  "a guest pays with three taps from the event's page on: phone and desk, French and German": ({ shopperWith }) =>
    everywhere(shopperWith, true),
  "and without a script the same": ({ shopperWith }) => everywhere(shopperWith, false),
  "the mail's link opens the order that was paid": async ({ shop, shopperWith }) => {
    const shopper = await shopperWith({ language: "de", width: PHONE });
    await buys(shopper);
    const ticket = shopper.page.url();
    await shopper.page.goto(await shop.linkMailedTo(shopper.email));
    await shopper.headed("done-title");
    await shopper.seeTickets();
    assert.equal(shopper.page.url(), ticket, "in the buyer's language, the same ticket");
  },
};
