// node start.mjs PROGRAMS [--json]: `start.*`, from the start of the window's process to the first green light. All the while a
// ticket is before the camera: when its light is on the screen, the page is there, the camera runs, and the door decides.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { join } from "node:path";
import { until } from "../../webdriver.mjs";
import { percentile } from "./figures.mjs";
import { beginsScanning } from "./queue.mjs";
import { Screen } from "./screen.mjs";
import { on, programs, sheet } from "./stage.mjs";

const STARTS = 9;
/** The first one is not warm. */
const COLD = 1;
const TICKETS = 100_000;
/** As the window opens, and the smallest screen. */
const [WIDTH, HEIGHT] = [1024, 600];
const LIMIT_MS = 20_000;
const LOOK_MS = 4;

const isGreen = ([red, green, blue]) => green > 200 && red < 140 && blue > 120 && blue < 230;

/** More than half of the window. */
function shinesGreen(screen) {
  const colours = screen.colours(WIDTH, HEIGHT);
  return colours.filter(isGreen).length > colours.length / 2;
}

/** The window is started as a person starts it: no driver is there. */
async function startedMs(device, screen) {
  const began = performance.now();
  const window = spawn(join(programs, "tickethub-window"), {
    env: { ...process.env, ...device.environment },
    stdio: "ignore",
  });
  while (!shinesGreen(screen)) {
    const waits = performance.now() - began < LIMIT_MS && window.exitCode === null;
    assert.ok(waits, "no green light came");
    await new Promise((look) => setTimeout(look, LOOK_MS));
  }
  const took = performance.now() - began;
  window.kill();
  if (window.exitCode === null && window.signalCode === null) await once(window, "exit");
  await until(() => !shinesGreen(screen));
  return took;
}

await on(["alone", "--tickets", TICKETS, "--guests", COLD + STARTS], async ({ device, screen }) => {
  // A person takes up the place once; from then on the window comes back to it.
  await device.open();
  await beginsScanning(device);
  await device.close();
  sheet.note(`load average before: ${loadavg()[0].toFixed(1)}`);
  const took = [];
  for (let n = 0; n < COLD + STARTS; n++) {
    device.webcam.shows(`ticket-${n}`);
    took.push(await startedMs(device, screen));
  }
  const warm = took.slice(COLD);
  sheet.put("start.ready_s", percentile(warm, 0.5) / 1e3, "s", warm.length);
  sheet.put("start.slowest_s", Math.max(...warm) / 1e3, "s", warm.length);
});
