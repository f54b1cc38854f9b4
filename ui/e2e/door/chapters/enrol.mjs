import assert from "node:assert/strict";
import { until } from "../../webdriver.mjs";

/** Shows the organizer's QR code to the camera, and confirms the digits as the organizer. */
export async function enrol({ evening, picture = async () => {} }, device, no) {
  device.webcam.shows(`offer-${no}`);
  const shown = (await device.says(".digits", /\d{3}\s\d{3}/)).replace(/\s/g, "");
  await picture();
  const offer = evening.offer(no).id;
  const { digits } = await until(async () => {
    const state = await evening.ask(`/devices/offers/${offer}`);
    return state.digits !== null && state;
  });
  assert.equal(shown, digits);
  await evening.ask(`/devices/offers/${offer}/confirm`, {});
  device.webcam.shows("nobody");
}

export const checks = {
  "a new device shows what its camera sees, and asks for the organizer's code": async ({ device }) => {
    await device.says("main h2", /^Enrôler cet appareil$/);
    await device.there(".cam canvas:not([hidden])");
    // What the camera shows, and what the machine is called.
    await device.approved("enrol", ".cam", ".typing > .label");
    assert.deepEqual(await device.violations(), []);
  },
  "the organizer's QR code gives the same six digits on both screens, and the organizer lets it in": async (story) => {
    const { device } = story;
    await enrol({ ...story, picture: () => device.picture("digits") }, device, 1);
    await device.there(".ready-word");
  },
  "the only event of today and the gate of this device are taken without asking": async ({ device }) => {
    await device.says(".door-where", /Porte A – Loire/);
  },
  "another event or gate may be chosen": async ({ device }) => {
    await device.press(".elsewhere");
    await device.says("main h2", /^Où êtes-vous/);
    await device.says(".known", /\d+ billets, liste complète/);
    await device.picture("choose");
    assert.deepEqual(await device.violations(), []);
    await device.press(".gate.btn-main");
    await device.there(".ready-word");
  },
};
