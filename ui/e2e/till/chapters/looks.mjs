import assert from "node:assert/strict";

const SIZES = [
  [1280, 800],
  [800, 1280],
  [1024, 600],
];

export const checks = {
  "in neither language, light nor format is a text cut": async ({ device, clerk }) => {
    await clerk.strikes("1 2");
    for (const [language, theme] of [
      ["de", "day"],
      ["fr", "night"],
    ]) {
      await device.looks(language, theme);
      for (const [width, height] of SIZES) {
        await device.size(width, height);
        assert.deepEqual(await device.cut(), [], `${language} ${width}`);
        await device.picture(`sale-${language}-${theme}-${width}`);
      }
    }
    await device.size(1280, 800);
    await clerk.strikes("- -");
    await device.says(".lines", /Choisissez des places/);
  },
};
