import assert from "node:assert/strict";
import { CONCERT, PLAY } from "../shop.mjs";
import { DESK, LOOKS_AT_ALL, PHONE } from "../shopper.mjs";

/** What stands beside the way of a purchase, by what it is called in pictures. */
const PAGES = {
  home: (shopper) => shopper.visit("/"),
  found: (shopper) => shopper.visit("/?category=theatre"),
  nothing: (shopper) => shopper.visit("/?q=zzzz"),
  concert: (shopper) => shopper.visit(`/events/${CONCERT}?type=3&places=4`),
  developers: (shopper) => shopper.visit("/developers"),
  lost: (shopper) => shopper.visit("/nowhere"),
  login: (shopper) => shopper.visit(`/../login?lang=${shopper.language}`),
  reset: (shopper) => shopper.visit(`/../reset?lang=${shopper.language}`),
  declined: async (shopper) => {
    await shopper.visit(`/events/${PLAY}`);
    await shopper.reserve();
    await shopper.pay({ method: "decline" });
    await shopper.page.locator("[role=alert]").waitFor();
  },
  mistyped: async (shopper) => {
    await shopper.visit(`/events/${PLAY}`);
    await shopper.reserve();
    await shopper.tap(".buybar .btn-main");
    await shopper.page.locator("#email-error").waitFor();
  },
  given: async (shopper) => {
    await shopper.visit(`/events/${PLAY}`);
    await shopper.reserve();
    const order = shopper.page.url().replace("/checkout", "");
    await shopper.tap(".top .round");
    await shopper.page.waitForURL(/\/events\//);
    await shopper.page.goto(order);
    await shopper.headed("cancelled-title");
  },
};

const EXAMINED = [["fr", PHONE, true], ["de", DESK, true]];
const LOOKS = LOOKS_AT_ALL ? [...EXAMINED, ["fr", DESK], ["de", PHONE]] : EXAMINED;

export const checks = Object.fromEntries(
  Object.entries(PAGES).map(([name, open]) => [
    `${name}: nothing runs off the page, axe-core finds nothing, by night and by day`,
    async ({ shopperWith }) => {
      for (const [language, width, examined] of LOOKS) {
        const shopper = await shopperWith({ language, width });
        await open(shopper);
        assert.equal(await shopper.page.locator("html").getAttribute("lang"), language);
        await shopper.fits();
        await shopper.picture(name);
        if (examined) await shopper.isAccessible();
        await shopper.close();
      }
    },
  ]),
);
