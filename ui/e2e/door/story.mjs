// node story.mjs PROGRAMS PICTURES: an evening at a door. The built window on a real web view, with the real server and a
// webcam that is a folder: what a steward does and sees, chapter after chapter. PROGRAMS is the folder of a build.
// Prints a line a check and leaves pictures in the folder PICTURES; one more for each check that fails.
import { networkInterfaces } from "node:os";
import { tellStory } from "./telling.mjs";
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
await tellStory({
  programs,
  pictures,
  chapters: CHAPTERS,
  size: [1024, 600],
  more: (device) => ({
    /** Waits until so many are inside, as the door's own screen says. */
    inside: (people) => device.says(".inside .figure", new RegExp(`^${people}\\b`)),
  }),
});
