import assert from "node:assert/strict";
import { until } from "../../webdriver.mjs";
import { cents } from "../books.mjs";
import { printer, sets } from "../printer.mjs";

const back = (device) => device.press(".door-top > .btn:first-child");

let shop;

export const checks = {
  "a printer is set up, and a specimen says that it is one": async ({ device }) => {
    shop = await printer();
    await sets(device, "tickets", `tcp:127.0.0.1:${shop.port}`);
    await device.press("form:has(#printer-tickets) [type=button]");
    await device.says("form:has(#printer-tickets) [role=status]", /^transmis/);
    await until(() => shop.jobs.some((job) => job.includes("SPECIMEN")));
    await device.picture("printers");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await back(device);
  },
  "a sale's tickets come out with their numbers": async ({ device, clerk, books }) => {
    await clerk.strikes("1 F1");
    const due = cents(await device.text(".cash-due dd"));
    await clerk.strikes("Enter");
    await device.says(".print", /Les billets sont à l’imprimante/);
    books.sold("cash", 1, due);
    const number = await device.text(".tickets .num");
    await until(() => shop.jobs.some((job) => job.includes(number)));
    assert.ok(!shop.jobs.some((job) => job.includes("DUPLICATA")));
    await clerk.strikes("Enter");
  },
  "a printer that is off is said on every screen, and the same tickets come out once it is on": async (story) => {
    const { device, clerk, books } = story;
    const { port } = shop;
    await shop.close();
    await clerk.strikes("1 F1");
    const due = cents(await device.text(".cash-due dd"));
    await clerk.strikes("Enter");
    books.sold("cash", 1, due);
    await device.says(".print", /L’impression a échoué/);
    const number = await device.text(".tickets .num");
    await device.says(".unprinted", /Billets du reçu n°\s\d+/);
    await device.picture("unprinted");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await clerk.strikes("Enter");
    await device.there(".unprinted");
    shop = await printer(port);
    await device.press(".unprinted .btn");
    await until(() => shop.jobs.some((job) => job.includes(number)), 30_000);
    assert.ok(!shop.jobs.some((job) => job.includes("DUPLICATA")), "nothing of it was on paper");
    await device.gone(".unprinted");
  },
};
