import assert from "node:assert/strict";

/** The light of each line, by its name. */
const LINES = `() => Object.fromEntries(
  [...document.querySelectorAll(".checks li")].map((line) => [line.querySelector("b").textContent, line.className.match(/is-(\\w+)/)[1]]),
)`;

export const checks = {
  "the ready light says that tickets, keys, clock, camera and link are well": async ({ device }) => {
    await device.says(".checks", /1280\s×\s720, 30 images/);
    await device.says(".checks", /En direct/);
    const lines = await device.run(LINES);
    for (const name of ["Billets", "Clés", "Horloge", "Caméra", "Disque", "Journal", "Liaison"]) {
      assert.equal(lines[name], "ok", `${name} among ${JSON.stringify(lines)}`);
    }
    assert.deepEqual(await device.violations(), []);
    await device.picture("ready");
  },
  "a camera that is taken away is told with what to do, and its return is noticed": async ({ device }) => {
    device.webcam.unplug();
    await device.says(".checks", /Aucune\s: branchez-en une/);
    device.webcam.plugIn();
    await device.says(".checks", /1280\s×\s720, 30 images/);
  },
  "scanning begins with one press": async ({ device }) => {
    await device.press(".ready-light .btn-main");
    await device.there(".cam canvas:not([hidden])");
    await device.picture("scan");
    assert.deepEqual(await device.violations(), []);
  },
};
