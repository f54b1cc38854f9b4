import assert from "node:assert/strict";

/** German last: its words are the longest, and it is looked at on a large screen, too. */
const LANGUAGES = ["fr", "en", "es", "it", "de"];

export const checks = {
  "in no language is a text of the scan screen cut": async ({ device }) => {
    for (const language of LANGUAGES) {
      await device.looks(language, "night");
      assert.deepEqual(await device.cut(), [], language);
    }
  },
  "nor by day on a large screen": async ({ device }) => {
    await device.looks("de", "day");
    await device.size(1920, 1080);
    assert.deepEqual(await device.cut(), []);
    await device.picture("scan-day");
  },
};
