// What the measures of the window have around them: a screen, an evening, a device, and nothing left of them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Device } from "../device.mjs";
import { Evening } from "../evening.mjs";
import { compiled, Webcam } from "../webcam.mjs";
import { Sheet } from "./figures.mjs";
import { Screen } from "./screen.mjs";

/** `node MEASURE PROGRAMS [--json]`: PROGRAMS is the folder of a build. */
export const programs = process.argv[2];
export const sheet = new Sheet(process.argv.includes("--json"));

/** Measures on an evening of this kind, with a device whose window is not open yet. */
export async function on(which, measure) {
  // No space in it: LD_PRELOAD parts names at spaces.
  const home = mkdtempSync(join(tmpdir(), "door-"));
  const ends = [() => rmSync(home, { recursive: true })];
  try {
    const screen = await Screen.begin();
    ends.push(() => screen.end());
    process.env.DISPLAY = screen.display;
    const evening = await Evening.begin(join(programs, "proof"), which);
    ends.push(() => evening.end());
    const folder = evening.device ?? join(home, "device");
    const webcam = new Webcam(join(home, "cameras"), compiled(home), evening.pictures);
    const device = new Device(join(programs, "tickethub-window"), folder, webcam, home);
    ends.push(() => device.close());
    await measure({ device, evening, screen });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
