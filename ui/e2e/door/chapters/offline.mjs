import assert from "node:assert/strict";
import { until } from "../../webdriver.mjs";

export const checks = {
  "without the server it goes on, and says since when": async ({ device, evening }) => {
    await evening.stopServer();
    await device.says(".sync", /^Hors ligne depuis \d\d:\d\d/);
    await device.says(".lan", /Internet coupé depuis \d\d:\d\d\. Continuez à scanner/);
    const seen = await device.shown("ticket-3");
    assert.equal(seen.light, "admit", JSON.stringify(seen));
    await device.says(".sync", /1 à envoyer/);
    await device.tap();
    await device.picture("offline");
  },
  "killed and opened again, it stands at the same screen and has lost nothing": async ({ device, inside }) => {
    await device.kill();
    await device.open();
    await device.there(".cam canvas:not([hidden])");
    await device.says(".door-where", /Porte A – Loire/);
    await device.says(".sync", /^Hors ligne.*1 à envoyer/);
    await inside(3);
    const seen = await device.shown("ticket-3");
    assert.equal(seen.light, "refuse", JSON.stringify(seen));
    await device.tap();
  },
  "when the server is back, it has all that the door did": async ({ device, evening }) => {
    await evening.startServer();
    await device.says(".sync", /^En direct$/);
    await until(async () => (await evening.attendance()).entries === 3);
    const { inside, duplicates } = await evening.attendance();
    assert.deepEqual({ inside, duplicates }, { inside: 3, duplicates: 0 });
  },
};
