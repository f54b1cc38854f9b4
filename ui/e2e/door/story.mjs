// node story.mjs PROGRAMS PICTURES: an evening at a door. The built window on a real web view, with the real server and a
// webcam that is a folder: what a steward does and sees, chapter after chapter. PROGRAMS is the folder of a build.
// Prints a line a check and leaves pictures in the folder PICTURES; one more for each check that fails.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { Device } from "./device.mjs";
import { Evening } from "./evening.mjs";
import { compiled, Webcam } from "./webcam.mjs";
import * as byHand from "./chapters/by-hand.mjs";
import * as camera from "./chapters/camera.mjs";
import * as enrol from "./chapters/enrol.mjs";
import * as lan from "./chapters/lan.mjs";
import * as languages from "./chapters/languages.mjs";
import * as offline from "./chapters/offline.mjs";
import * as ready from "./chapters/ready.mjs";
import * as scan from "./chapters/scan.mjs";
import * as supervisor from "./chapters/supervisor.mjs";
import * as wedge from "./chapters/wedge.mjs";

const CHAPTERS = [
  enrol,
  ready,
  scan,
  byHand,
  wedge,
  camera,
  offline,
  supervisor,
  // Doors of other people's networks are left alone.
  ...(networkInterfaces().venue0 ? [lan] : []),
  languages,
];

const [programs, pictures] = process.argv.slice(2);
mkdirSync(pictures, { recursive: true });
// No space in it: LD_PRELOAD parts names at spaces.
const home = mkdtempSync(join(tmpdir(), "door-"));

const secondsSince = (time) => `${((Date.now() - time) / 1000).toFixed(1)} s`;
const started = Date.now();
let last = started;
let told = 0;
let failed = 0;

function tell(name, failure) {
  told += 1;
  const took = secondsSince(last);
  last = Date.now();
  if (failure === undefined) {
    console.log(`ok ${told} - ${name} # ${took}`);
  } else {
    failed += 1;
    console.log(`not ok ${told} - ${name} # ${took}\n${failure.stack ?? failure}`);
  }
}

const open = [];
let evening;
try {
  const begun = Evening.begin(join(programs, "proof"));
  const library = compiled(home);
  evening = await begun;
  const deviceOf = async (name) => {
    const folder = join(home, name);
    const webcam = new Webcam(join(folder, "cameras"), library, evening.pictures);
    const device = new Device(join(programs, "tickethub-window"), folder, webcam, pictures);
    open.push(device);
    await device.open();
    return device;
  };
  const device = await deviceOf("one");
  console.log(`# begun ${secondsSince(started)}`);
  last = Date.now();
  await device.size(1024, 600);
  /** Waits until so many are inside, as the door's own screen says. */
  const inside = (people) => device.says(".inside .figure", new RegExp(`^${people}\\b`));
  const story = { device, evening, deviceOf, inside };
  telling: for (const chapter of CHAPTERS) {
    for (const [name, check] of Object.entries(chapter.checks)) {
      try {
        await check(story);
        tell(name);
      } catch (failure) {
        tell(name, failure);
        await device.picture(`failed-${told}`).catch(() => {});
        // What follows would fail for the same reason, each after a long wait.
        break telling;
      }
    }
  }
} catch (failure) {
  tell("the evening begins", failure);
} finally {
  for (const device of open) await device.close();
  await evening?.end();
  rmSync(home, { recursive: true });
}
console.log(`# ${secondsSince(started)}`);
process.exit(failed === 0 ? 0 : 1);
