import assert from "node:assert/strict";

const LANGUAGES = ["fr", "en", "es", "de", "it"];
const SIZES = [
  [1920, 1080],
  [1024, 600],
];

export const checks = {
  "in no language, theme or size is a text of the scan screen cut": async ({ device }) => {
    for (const [width, height] of SIZES) {
      await device.size(width, height);
      for (const language of LANGUAGES) {
        for (const theme of ["night", "day"]) {
          await device.looks(language, theme);
          assert.deepEqual(await device.cut(), [], `${language}, ${theme}, ${width}`);
          await device.picture(`scan-${language}-${theme}-${width}`);
        }
      }
    }
    await device.looks("fr", "night");
  },
};
