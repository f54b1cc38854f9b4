// node glass.mjs PROGRAMS [--json]: `glass.*`, from a ticket in the camera's picture to the decision in the page.
import assert from "node:assert/strict";
import { loadavg } from "node:os";
import { enrol } from "../chapters/enrol.mjs";
import { percentile } from "./figures.mjs";
import { beginsScanning, guest } from "./queue.mjs";
import { on, sheet } from "./stage.mjs";

const GUESTS = 200;
/** The first ones are let in before anything is measured. */
const FIRST = 10;
/** In the replica of the door that is alone. */
const TICKETS = 100_000;
/** From one end of the line to the other. */
const DELAY_MS = 20;

async function measure(device, name) {
  sheet.note(`load average before: ${loadavg()[0].toFixed(1)}`);
  const took = [];
  for (let n = 0; n < FIRST + GUESTS; n++) {
    const seen = await guest(device, `ticket-${n}`);
    assert.equal(seen?.light, "admit", `guest ${n}: ${JSON.stringify(seen)}`);
    if (n >= FIRST) took.push(seen.ms);
  }
  sheet.put(`${name}.p50`, percentile(took, 0.5), "ms", took.length);
  sheet.put(`${name}.p95`, percentile(took, 0.95), "ms", took.length);
}

await on(["alone", "--tickets", TICKETS, "--guests", FIRST + GUESTS], async ({ device }) => {
  await device.open();
  await beginsScanning(device);
  await measure(device, "glass.ms");
});
await on(["queue", "--guests", FIRST + GUESTS, "--delay-ms", DELAY_MS], async ({ device, evening }) => {
  await device.open();
  await enrol({ evening }, device, 1);
  await beginsScanning(device);
  await device.says(".sync", /^En direct$/);
  await measure(device, "glass.live_ms");
  await device.says(".sync", /^En direct$/);
});
