import assert from "node:assert/strict";
import { enrol } from "../../door/chapters/enrol.mjs";
import { FLOAT } from "../clerk.mjs";

export const checks = {
  "a device that may only sell is the box office once it is enrolled and was lent places": async (story) => {
    const { device } = story;
    await enrol(story, device, 3);
    await device.says("main h2", /^Qui vend\s\?$/);
    await device.picture("log-in");
    assert.deepEqual(await device.violations(), []);
  },
  "a wrong PIN is said, the right one asks what lies in the drawer": async ({ device, clerk, evening }) => {
    await clerk.logsIn("73515");
    await device.says("main [role=alert] strong", /^Ce n’est pas le bon code/);
    await clerk.logsIn(evening.supervisor.pin);
    await device.says("main h2", /tiroir|fond de caisse/i);
    await clerk.counts(FLOAT.at, FLOAT.count);
    await device.says(".side .figure", /^150,00/);
    await device.picture("open");
    assert.deepEqual(await device.violations(), []);
  },
  "with the float counted the till sells, and says who and since when": async ({ device, clerk, evening }) => {
    await clerk.strikes("Enter");
    await device.there(".rates .key-rate");
    await device.says(".door-where", new RegExp(`${evening.supervisor.name}, caisse ouverte à \\d\\d:\\d\\d`));
    // What this till holds, and what everybody may still buy.
    await device.says(".rates .left", /^reste \d+, et \d+ en ligne$/);
    await device.picture("sale");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
  },
};
