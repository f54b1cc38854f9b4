import assert from "node:assert/strict";
import { until } from "../../webdriver.mjs";

/** Types on the pad, as with gloves: keys of a keyboard at this speed would be a scanner's. */
async function types(device, pin) {
  await device.run(
    `(pin) => {
      const keys = [...document.querySelectorAll(".pad .key")];
      for (const digit of pin) keys.find((key) => key.textContent.trim() === digit).click();
    }`,
    pin,
  );
  await device.press(".pad .go");
}

const CALL = '.door-acts [aria-label="Responsable"]';

export const checks = {
  "a question calls the supervisor, and a wrong PIN is said": async ({ device, evening }) => {
    const seen = await device.shown("balcony");
    assert.equal(seen.light, "ask", JSON.stringify(seen));
    await device.press(".verdict-acts .btn-ask:not(.btn-ask-2)");
    await device.says("main h3", new RegExp(`^Code de ${evening.supervisor.name}$`));
    await device.approved("pin");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await types(device, "73515");
    await device.says("main [role=alert] strong", /^Ce n’est pas le bon code\. Réessayez\.$/);
    assert.equal(await device.run("() => document.querySelector('#pin').value"), "");
    await device.approved("pin-wrong");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
  },
  "the right one lets the guest in, in the supervisor's name": async ({ device, evening, inside }) => {
    await types(device, evening.supervisor.pin);
    await device.says(".override .says", /porte B/i);
    await device.says(".override", new RegExp(`Ouvert par ${evening.supervisor.name}`));
    await device.approved("override");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await device.forget();
    await device.press(".override .btn-main");
    const green = await device.told();
    assert.equal(green.light, "admit", JSON.stringify(green));
    await device.there(".door-main");
    await inside(4);
    await until(async () => (await evening.attendance()).entries === 4);
  },
  "what only a supervisor does is there until it is locked": async ({ device, evening }) => {
    await device.gone("section.verdict");
    await device.press(CALL);
    await device.says(".who", new RegExp(`Ouvert par ${evening.supervisor.name}`));
    await device.says(".tools", /Changer d’événement ou de porte/);
    await device.picture("tools");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await device.press(".who .btn");
    await device.there(".door-main");
    await device.press(CALL);
    await device.there(".pad");
    await device.press(".door-top > .btn:first-child");
    await device.there(".door-main");
  },
  "a door that has let people in is left by a supervisor only": async ({ device }) => {
    await device.press('.door-acts [aria-label^="Voyant"]');
    await device.press(".elsewhere");
    await device.there(".pad");
    await device.picture("elsewhere");
    assert.deepEqual(await device.cut(), []);
    await device.press(".door-top > .btn:first-child");
    await device.there(".cam canvas:not([hidden])");
  },
};
