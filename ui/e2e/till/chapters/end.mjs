import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { until } from "../../webdriver.mjs";
import { cents } from "../books.mjs";
import { PIECES } from "../clerk.mjs";

export const checks = {
  "money that goes to the bank is noted": async ({ device, clerk, books }) => {
    await clerk.strikes("F9 3 2 0 0 0");
    await device.says(".change .figure", /^20,00/);
    await clerk.strikes("Enter");
    books.moved(-2000);
  },
  "an X says what was taken so far, and closes nothing": async ({ device, clerk, books }) => {
    await clerk.strikes("4");
    const sums = await device.run(
      "() => [...document.querySelectorAll('.sums div')].map((one) => [one.firstChild.textContent, one.lastChild.textContent])",
    );
    const sum = (of) => cents(sums.find(([name]) => of.test(name))[1]);
    assert.equal(sum(/^Espèces/), books.paid.cash);
    assert.equal(sum(/^Carte/), books.paid.card);
    assert.equal(sum(/recette|chiffre/i), books.soldMinor - books.backMinor);
    await device.picture("x");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await clerk.strikes("Escape");
  },
  "the drawer is counted blind, and it fits to the cent": async ({ device, clerk, books }) => {
    await clerk.strikes("6");
    await device.there(".counted");
    const counting = await device.text("main");
    assert.doesNotMatch(counting, /Attendu|Écart/);
    let rest = books.drawer;
    for (const [at, value] of PIECES.entries()) {
      const count = Math.floor(rest / value);
      rest -= count * value;
      if (count > 0) await clerk.counts(at, count);
    }
    await device.says(".side .figure", /\d/);
    await clerk.strikes("Enter");
    await device.says(".gap .label", /Le compte est juste/);
    assert.equal(cents(await device.text(".side .sums dd")), books.drawer);
    await device.picture("compare");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
  },
  "the Z closes the shift": async ({ device, clerk }) => {
    await clerk.strikes("Enter");
    await device.says(".z", /Z n°\s1|Z 1/);
    await device.picture("z");
    await clerk.strikes("Enter");
    await device.says("main h2", /^Qui vend\s\?$/);
  },
  "the till's own journal agrees with what was added up here": async ({ device, books, programs }) => {
    const { environment } = device;
    await device.close();
    const asked = ["till", "status", "--json", "--data", environment.TICKETHUB_DOOR_DATA];
    const env = { ...process.env, TICKETHUB_STATE: environment.TICKETHUB_STATE };
    // The window lets go of the data a moment after it is closed.
    const status = await until(() => {
      const { status, stdout } = spawnSync(join(programs, "door"), asked, { env, encoding: "utf8" });
      if (status !== 0) throw new Error(stdout);
      return JSON.parse(stdout);
    }, 60_000);
    assert.equal(status.clerk, null, "no shift is open");
    assert.equal(status.z, 1);
    assert.equal(status.receipt, books.sales + books.refunds, "a receipt for each sale and each refund");
    assert.equal(status.perpetual_sold, books.soldMinor);
    assert.equal(status.perpetual_refunded, books.backMinor);
    assert.equal(status.journals.length, 1);
    assert.equal(status.journals[0].missing, 0);
  },
};
