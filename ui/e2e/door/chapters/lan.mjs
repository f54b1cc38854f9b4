import assert from "node:assert/strict";
import { enrol } from "./enrol.mjs";

export const checks = {
  "a second door of the building is enrolled": async (story) => {
    story.other = await story.deviceOf("two");
    await story.other.size(1024, 600);
    await enrol(story, story.other, 2);
    await story.other.says(".door-where", /Porte B – Quai/);
    // The first has heard of it by then, and answers.
    await story.other.says(".checks", /Autres portes\s*Tablette 1/);
    await story.other.press(".ready-light .btn-main");
    await story.other.there(".cam canvas:not([hidden])");
  },
  "without the server the doors hear each other": async ({ device, other, evening }) => {
    await evening.stopServer();
    for (const one of [device, other]) await one.says(".sync", /^Réseau local, 2 appareils/);
    await device.says(".lan", /reliée à Tablette 2/);
    await device.picture("lan");
  },
  "who came in at one door is refused at the other, which says where": async ({ device, other, inside }) => {
    const admitted = await other.shown("balcony-2");
    assert.equal(admitted.light, "admit", JSON.stringify(admitted));
    await inside(5);
    const refused = await device.shown("balcony-2");
    assert.equal(refused.light, "refuse", JSON.stringify(refused));
    assert.match(refused.says, /porte B – Quai/i);
    await device.tap();
    await other.close();
  },
};
