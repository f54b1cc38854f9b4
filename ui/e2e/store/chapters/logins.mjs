import { deviceOf } from "../device.mjs";
import { OWNER } from "../shop.mjs";
import { DESK, LOOKS_AT_ALL, PHONE } from "../shopper.mjs";

const PASSWORD = "trois mots en file";
const DOOR = { email: "porte@nuits-de-loire.example", password: OWNER.password };
const EXAMINED = [["fr", PHONE], ["de", DESK]];
const LOOKS = LOOKS_AT_ALL ? [...EXAMINED, ["fr", DESK], ["de", PHONE]] : EXAMINED;

const at = (shopper, path) => shopper.page.waitForURL((url) => `${url.pathname}${url.search}` === `/${shopper.language}${path}`);
/** Devices keep keys for names: this machine's is `localhost`. */
const visit = (shopper, path) => shopper.page.goto(shopper.address(path).replace("127.0.0.1", "localhost"));

async function look(shopper, name) {
  await shopper.fits();
  await shopper.picture(name);
  await shopper.isAccessible();
}

/** There, where a name makes a person, and back. */
async function comeBy(shopper, provider, name) {
  await shopper.visit("/login/with/oidc");
  while (shopper.page.url().startsWith(provider.url)) {
    if ((await shopper.page.locator("[name=login]").count()) > 0) {
      await shopper.page.fill("[name=login]", name);
      await shopper.page.fill("[name=password]", "x");
    }
    await Promise.all([shopper.page.waitForNavigation(), shopper.page.click("[type=submit]")]);
  }
  await at(shopper, "/login/joined");
}

async function logIn(shopper, { email, password }) {
  await visit(shopper, "/login");
  await shopper.page.fill("#email", email);
  await shopper.page.fill("#password", password);
  await shopper.tap("main .btn-main");
  await at(shopper, "/account");
}

async function openTeam(shopper) {
  await visit(shopper, "/office");
  const path = await shopper.page.locator("a[href$='/team']").first().getAttribute("href");
  await visit(shopper, path.slice(3));
}

export const checks = {
  "log-in elsewhere: makes an account, and joins another by its own log-in only": async ({ shop, shopperWith }) => {
    const provider = await shop.openProvider();
    try {
      for (const [language, width] of LOOKS) {
        const name = `camille-${language}-${width}`;
        const shopper = await shopperWith({ language, width });
        await comeBy(shopper, provider, `new-${name}`);
        await look(shopper, "joined-make");
        await shopper.tap("main .btn-main");
        await at(shopper, "/account");
        await look(shopper, "account-elsewhere");

        const known = await shopperWith({ language, width });
        await known.visit("/register");
        await known.page.fill("#name", "Camille Roux");
        await known.page.fill("#email", `${name}@example.org`);
        await known.page.fill("#password", PASSWORD);
        await known.tap("main .btn-main");
        await at(known, "/account");
        const later = await shopperWith({ language, width });
        await comeBy(later, provider, name);
        await look(later, "joined-log-in");
        await later.tap("main .btn-main");
        await later.page.fill("#email", `${name}@example.org`);
        await later.page.fill("#password", PASSWORD);
        await later.tap("main .btn-main");
        await at(later, "/login/joined");
        await look(later, "joined-join");
        await later.tap("main .btn-main");
        await at(later, "/account?done=joined");
        for (const one of [shopper, known, later]) await one.close();
      }
    } finally {
      await provider.close();
    }
  },
  "team: somebody is invited and comes, and all are led to a second step once it is required": async ({ shop, shopperWith }) => {
    for (const [language, width] of LOOKS) {
      const owner = await shopperWith({ language, width });
      await deviceOf(owner);
      await logIn(owner, OWNER);
      await openTeam(owner);
      const guest = await shopperWith({ language, width });
      await owner.page.fill("[name=email]", guest.email);
      await owner.page.selectOption("[name=role]", "box_office");
      await owner.tap("main .btn-main");
      await owner.page.locator("form[action$='/invited/again']").waitFor();
      await look(owner, "team");
      await guest.page.goto(await shop.linkMailedTo(guest.email, /https?:\/\/[^\s"<>]*\/invitation\?token=[\w-]+/));
      await look(guest, "invitation");
      await guest.page.fill("#name", "Inès");
      await guest.page.fill("#password", PASSWORD);
      await guest.tap("main .btn-main");
      await guest.page.waitForURL(/\/office/);

      await visit(owner, "/account");
      await owner.page.fill("#passkey-password", OWNER.password);
      await owner.tap("form[data-passkey=create] button");
      await at(owner, "/account?done=passkey");
      await openTeam(owner);
      await owner.tap("form[action$='/second-step'] button");
      await owner.page.locator("[name=asks][value=off]").waitFor({ state: "attached" });
      await look(owner, "team-required");
      const door = await shopperWith({ language, width });
      await logIn(door, DOOR);
      await visit(door, "/office");
      await door.page.waitForURL(/\/account\/both/);
      await look(door, "second-required");
      await owner.tap("form[action$='/second-step'] button");
      await owner.page.locator("[name=asks][value=on]").waitFor({ state: "attached" });
      await visit(door, "/office");
      await door.page.waitForURL(/\/office/);
      for (const one of [owner, guest, door]) await one.close();
    }
  },
};
