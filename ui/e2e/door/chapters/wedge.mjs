import assert from "node:assert/strict";
import { until } from "../../webdriver.mjs";

const ENTER = "\uE007";
/** How long a machine may be too busy for a scanner's keys. */
const BUSY_MS = 45_000;

/**
 * A scanner at work until the window heard a whole code: a machine that is busy may stretch its keys to a person's pace,
 * and who holds the scanner tries again, too. What was written in the field is taken out before each.
 */
async function scanned(device, text) {
  return until(async () => {
    await device.run(
      `() => {
        const field = document.querySelector("#wanted");
        if (field === null) return;
        field.value = "";
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }`,
    );
    await device.forget();
    await device.keys(text + ENTER);
    return (await device.next(2_000)).find(({ light }) => light !== "none");
  }, BUSY_MS);
}

export const checks = {
  "without a camera a USB scanner's keys are a scan": async ({ device, evening }) => {
    device.webcam.unplug();
    await device.there(".cam .still");
    const seen = await scanned(device, evening.text("reduced"));
    assert.equal(seen.light, "refuse", JSON.stringify(seen));
    await device.tap();
  },
  "and land in no field": async ({ device, evening }) => {
    await device.press(".search");
    await device.there("#wanted:focus");
    const seen = await scanned(device, evening.text("forged"));
    assert.equal(seen.light, "refuse", JSON.stringify(seen));
    assert.equal(await device.run("() => document.querySelector('#wanted').value"), "");
    await device.tap();
    await device.press(".door-top > .btn:first-child");
    device.webcam.plugIn();
    await device.there(".cam canvas:not([hidden])");
  },
};
