import assert from "node:assert/strict";
import { cents } from "../books.mjs";

export const checks = {
  "a sale of this till is found by its receipt": async ({ device, clerk }) => {
    await clerk.strikes("F9 1");
    await device.says(".found", /Reçu n°\s5.*Reçu n°\s3.*Reçu n°\s1/s);
    await device.run("() => { document.querySelector('[name=number]').value = '1'; }");
    await device.press(".past form button");
    await device.says(".found", /^\s*Reçu n°\s1\b(?!.*Reçu)/s);
    await device.press(".found .row");
    await device.says(".detail h3", /^Reçu n°\s1$/);
  },
  "one of its tickets is taken back in cash, and it is asked before": async ({ device, books }) => {
    await device.press(".detail .choice input");
    const back = cents(await device.says(".back .figure", /\d/));
    await device.press(".btn-no");
    await device.says("[role=dialog]", /Ils ne permettent plus d’entrer/);
    await device.press("[role=dialog] .btn-main");
    await device.says(".detail .ok", /reçu n°\s6/);
    await device.says(".detail .kept", /déjà remboursé/);
    books.tookBack(back);
    assert.deepEqual(await device.violations(), []);
  },
  "its other ticket is printed again as a duplicate": async ({ device, clerk }) => {
    await device.press(".prints .btn:last-child");
    await device.says(".detail", /L’impression part à l’imprimante/);
    await device.picture("past");
    await clerk.strikes("Escape Escape Escape");
    await device.there(".rates .key-rate");
  },
  "a ticket becomes one of another type, and only the difference changes hands": async ({ device, clerk, books }) => {
    await clerk.strikes("F9 1");
    await device.run("() => { document.querySelector('[name=number]').value = '3'; }");
    await device.press(".past form button");
    await device.says(".found", /^\s*Reçu n°\s3\b(?!.*Reçu)/s);
    await device.press(".found .row");
    await device.press(".detail .choice input");
    const worth = cents(await device.says(".back .figure", /\d/));
    await device.press(".detail .what .btn-wide:not(.btn-no)");
    await device.says(".free", /Échange du reçu n°\s3/);
    await clerk.strikes("1");
    const price = cents(await device.text(".total .total-row .num"));
    const difference = cents(await device.text(".total .figure"));
    assert.equal(difference, Math.abs(price - worth));
    assert.notEqual(price, worth, "another price, so that something changes hands");
    await device.picture("exchange");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await clerk.strikes(price > worth ? "F1 Enter" : "F1 F1");
    await device.says(".hand", /Reçu n°\s3 échangé/);
    await device.picture("exchanged");
    books.exchanged(worth, price);
    await clerk.strikes("Enter");
    await device.there(".rates .key-rate");
  },
};
