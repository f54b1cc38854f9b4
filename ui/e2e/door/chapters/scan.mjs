import assert from "node:assert/strict";

/** What fills the window, and what it must say. */
function verdict(seen, light, ...says) {
  assert.equal(seen.light, light, JSON.stringify(seen));
  for (const pattern of says) assert.match(seen.says, pattern);
}

export const checks = {
  "a ticket held before the camera is admitted": async ({ device }) => {
    device.webcam.shows("ticket-0");
    verdict(await device.told(), "admit", /Plein tarif/);
    await device.approved("admit");
    assert.deepEqual(await device.violations(), []);
  },
  "a ticket that stays before the camera is the same scan": async ({ device, inside }) => {
    await inside(1);
    device.webcam.shows("nobody");
    await device.gone("section.verdict");
    const lights = (await device.seen()).map(({ light }) => light).filter((light) => light !== "none");
    assert.deepEqual(lights, ["admit"]);
  },
  "a ticket with something to check says what": async ({ device }) => {
    verdict(await device.shown("reduced"), "admit", /Vérifier le justificatif/);
    await device.approved("admit-note");
    await device.tap();
  },
  "its copy is refused, and where and when it came in is said": async ({ device }) => {
    verdict(await device.shown("ticket-0"), "refuse", /Déjà entré à \d{1,2}\sh(\s\d\d)?, porte A – Loire/);
    await device.picture("refuse");
    assert.deepEqual(await device.violations(), []);
    await device.tap();
  },
  "a forgery is refused": async ({ device }) => {
    verdict(await device.shown("forged"), "refuse");
    await device.tap();
  },
  "a ticket of another gate is sent there": async ({ device }) => {
    verdict(await device.shown("balcony"), "ask", /porte B – Quai/i);
    await device.approved("ask");
    assert.deepEqual(await device.violations(), []);
    await device.tap();
  },
  "an order that nobody paid is sent to the box office, without alarm": async ({ device }) => {
    verdict(await device.shown("order"), "none", /^Commande TH-.* pas encore payée/);
  },
  "a stranger's QR code gets a friendly line, without alarm": async ({ device }) => {
    verdict(await device.shown("foreign"), "none", /^Ce n’est pas un billet d’ici$/);
  },
  "of two tickets at once none is admitted": async ({ device, inside }) => {
    verdict(await device.shown("two"), "none", /^Deux billets à la fois/);
    await inside(2);
  },
};
