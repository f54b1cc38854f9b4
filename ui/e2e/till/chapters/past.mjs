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
};
