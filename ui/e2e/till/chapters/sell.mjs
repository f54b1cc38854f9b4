import assert from "node:assert/strict";
import { cents } from "../books.mjs";

export const checks = {
  "two tickets for cash take five strokes": async ({ device, clerk, books }) => {
    const strokes = await clerk.strikes("1 1 F1 F6 Enter");
    assert.ok(strokes < 6, `${strokes} strokes`);
    await device.says(".out h2", /^Reçu n°\s1$/);
    const [given, total] = await device.run(
      "() => [...document.querySelectorAll('.done .sums dd')].map((one) => one.textContent)",
    );
    assert.equal(cents(given), cents(total), "the change is no part of what was paid");
    books.sold("cash", 2, cents(total));
    await device.says(".print", /Pas d’imprimante/);
    await device.picture("done");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
  },
  "without the server the till goes on selling, and a card is refused, then accepted": async (story) => {
    const { device, clerk, books, evening } = story;
    await evening.stopServer();
    await device.says(".sync", /^Hors ligne/);
    await clerk.strikes("Enter 1 F2 F4");
    await device.says(".taken", /refusée/);
    await device.picture("refused");
    await clerk.strikes("F2 Enter");
    await device.says(".out h2", /^Reçu n°\s2$/);
    const [refused, accepted, total] = await device.run(
      "() => [...document.querySelectorAll('.done .sums div')].map((one) => one.textContent)",
    );
    assert.match(refused, /refusée/);
    assert.equal(cents(accepted), cents(total));
    books.sold("card", 1, cents(total));
  },
  "the same key twice, before anything is seen of the first, sells once": async ({ device, clerk, books }) => {
    await clerk.strikes("Enter 2 F1");
    const due = cents(await device.text(".cash-due dd"));
    await device.run(
      `() => {
        for (let n = 0; n < 2; n += 1) window.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
      }`,
    );
    await device.says(".out h2", /^Reçu n°\s3$/);
    books.sold("cash", 1, due);
    await clerk.strikes("Enter");
    await device.there(".rates .key-rate");
  },
  "killed while a guest has paid a part, that sale is not there, and it is said what to give back": async (story) => {
    const { device, clerk, evening } = story;
    await clerk.strikes("1 1 F3 F2 1 0 0 0 F3");
    await device.says(".taken", /10,00/);
    await device.kill();
    await device.open();
    await device.size(1280, 800);
    await device.says("main h2", /^Qui vend\s\?$/);
    await device.says(".notice", /interrompue.*rien n’est vendu.*Carte 10,00/s);
    await device.picture("interrupted");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await device.press(".notice .btn");
    await device.gone(".notice");
    await clerk.logsIn(evening.supervisor.pin);
    await device.there(".rates .key-rate");
    await device.says(".lines", /Choisissez des places/);
  },
  "what was sold meanwhile reaches the server when it is back": async ({ device, evening }) => {
    await evening.startServer();
    await device.says(".sync", /^En direct$/);
  },
};
