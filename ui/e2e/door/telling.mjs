// Tells a story of the built window: the real server, a device with a webcam that is a folder, chapter after chapter. Prints a
// line a check and leaves pictures; one more for each check that fails.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Device } from "./device.mjs";
import { Evening } from "./evening.mjs";
import { compiled, Webcam } from "./webcam.mjs";

const secondsSince = (time) => `${((Date.now() - time) / 1000).toFixed(1)} s`;

/** `programs` is the folder of a build; `more` is what the chapters need besides. Ends this program. */
export async function tellStory({ programs, pictures, chapters, size, more = () => ({}) }) {
  mkdirSync(pictures, { recursive: true });
  // No space in it: LD_PRELOAD parts names at spaces.
  const home = mkdtempSync(join(tmpdir(), "door-"));
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
    await device.size(...size);
    const story = { device, evening, deviceOf, home, programs, ...more(device) };
    telling: for (const chapter of chapters) {
      for (const [name, check] of Object.entries(chapter.checks)) {
        try {
          await check(story);
          tell(name);
        } catch (failure) {
          tell(name, failure);
          await device.picture(`failed-${told}`).catch(() => {});
          for (const line of device.lastLogLines) console.log(`# ${line}`);
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
}
