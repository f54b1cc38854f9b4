import assert from "node:assert/strict";
import { deviceOf } from "../device.mjs";
import { DESK, LOOKS_AT_ALL, PHONE } from "../shopper.mjs";

const PASSWORD = "trois mots en file";
const EXAMINED = [["fr", PHONE], ["de", DESK]];
const LOOKS = LOOKS_AT_ALL ? [...EXAMINED, ["fr", DESK], ["de", PHONE]] : EXAMINED;
const ADD = "form[data-passkey=create]";
const GET = "form[data-passkey=get]";

/** Devices keep keys for names: this machine's is `localhost`. */
const visit = (shopper, path) => shopper.page.goto(shopper.address(path).replace("127.0.0.1", "localhost"));
const at = (shopper, path) => shopper.page.waitForURL((url) => `${url.pathname}${url.search}` === `/${shopper.language}${path}`);
const seen = (shopper, selector) => shopper.page.locator(selector).waitFor();

async function register(shopper) {
  await visit(shopper, "/register");
  await shopper.page.fill("#name", "Camille Roux");
  await shopper.page.fill("#email", shopper.email);
  await shopper.page.fill("#password", PASSWORD);
  await shopper.tap("main .btn-main");
  await at(shopper, "/account");
}

async function look(shopper, name) {
  await shopper.fits();
  await shopper.picture(name);
  await shopper.isAccessible();
}

async function logOut(shopper) {
  await shopper.tap("form[action='/logout'] button");
  await shopper.page.waitForURL((url) => !url.pathname.includes("account"));
  await visit(shopper, "/login");
}

export const checks = {
  "passkey: added on the account's page, good for a log-in without a password, and removed": async ({ shopperWith }) => {
    for (const [language, width] of LOOKS) {
      const shopper = await shopperWith({ language, width });
      const device = await deviceOf(shopper);
      await register(shopper);
      await shopper.page.fill("#passkey-password", "un autre mot");
      await shopper.tap(`${ADD} button`);
      await seen(shopper, `${ADD} [role=alert]`);
      await shopper.page.fill("#passkey-password", PASSWORD);
      await shopper.page.fill("#passkey-name", "Téléphone 🔑");
      await shopper.tap(`${ADD} button`);
      await at(shopper, "/account?done=passkey");
      await look(shopper, "account-passkey");

      await logOut(shopper);
      await look(shopper, "login-passkey");
      await device.isTouchedByItsOwner(false);
      await shopper.tap(`${GET} button`);
      await seen(shopper, `${GET} [role=alert]`);
      await device.isTouchedByItsOwner(true);
      await shopper.tap(`${GET} button`);
      await at(shopper, "/account");

      await shopper.tap("form[action$='/passkeys/remove'] button");
      await at(shopper, "/account?done=passkey-gone");
      await logOut(shopper);
      await shopper.tap(`${GET} button`);
      await at(shopper, "/login/passkey");
      await seen(shopper, "main > [role=alert]");
      await shopper.close();
    }
  },
  "passkey: without scripts, and at an address that is a number, nothing is offered that does nothing": async ({ shopperWith }) => {
    const shopper = await shopperWith({ language: "fr", width: PHONE, scripts: false });
    await visit(shopper, "/login");
    assert.equal(await shopper.page.locator(GET).isVisible(), false);
    await register(shopper);
    assert.equal(await shopper.page.locator(ADD).isVisible(), false);
    await seen(shopper, "section[aria-labelledby=passkeys] noscript");
    const other = await shopperWith({ language: "fr", width: PHONE });
    await other.visit("/login");
    assert.equal(await other.page.locator(GET).isVisible(), false);
  },
};
