import assert from "node:assert/strict";

export const checks = {
  "a name is found without its accents and capitals, and let in by hand": async ({ device, inside }) => {
    await device.press(".search");
    await device.there("#wanted:focus");
    await device.keys("ozturk");
    await device.says("main li .who b", /^Çağla Öztürk$/);
    await device.picture("search");
    assert.deepEqual(await device.violations(), []);
    await device.forget();
    await device.press("main li .btn");
    await device.says(".dialog .sure", /^Çağla Öztürk/);
    await device.press(".dialog-foot .btn-main");
    const seen = await device.told();
    assert.equal(seen.light, "admit", JSON.stringify(seen));
    await device.tap();
    await device.press(".door-top > .btn:first-child");
    await inside(3);
  },
  "an entry is taken back with a reason": async ({ device, inside }) => {
    await device.press("button.scan-row");
    await device.there(".reasons .btn");
    await device.picture("undo");
    assert.deepEqual(await device.violations(), []);
    await device.press(".reasons .btn");
    await device.there(".undone");
    await inside(2);
  },
};
