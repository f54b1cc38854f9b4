import assert from "node:assert/strict";

export const checks = {
  "an unplugged camera is told in its place, and a USB scanner is offered": async ({ device }) => {
    device.webcam.unplug();
    await device.says(".cam .still", /Aucune\s: branchez-en une.*Un lecteur USB fonctionne sans caméra/s);
  },
  "plugged in again, it reads on without a press": async ({ device }) => {
    device.webcam.plugIn();
    await device.there(".cam canvas:not([hidden])");
    const seen = await device.shown("ticket-0");
    assert.equal(seen.light, "refuse", JSON.stringify(seen));
    await device.tap();
  },
};
