// node scans.mjs PROGRAMS [--json]: a thousand guests in a row before a door's camera. None is missed, none is told wrong, the
// server comes to know of each once, and the window does not grow.
import { enrol } from "../chapters/enrol.mjs";
import { until } from "../../webdriver.mjs";
import { percentile } from "./figures.mjs";
import { memoryOf, sum } from "./memory.mjs";
import { beginsScanning, guest } from "./queue.mjs";
import { on, sheet } from "./stage.mjs";

const SCANS = 1_000;
/** From here on the window may grow no more. */
const WARM = 100;
/** Of so many guests one shows a forgery, and one what somebody showed long before. */
const HONEST = 25;
const LONG_BEFORE = 30;
/** Memory is looked at after so many guests; what is compared are medians of so many looks. */
const LOOK_EVERY = 10;
const LOOKS = 5;
const MOST_PSS_MB = 350;
const MOST_GROWTH = 5;

/** Who comes, and what must be said of them. */
function queue() {
  const guests = [];
  let tickets = 0;
  let forgeries = 0;
  for (let no = 1; no <= SCANS; no++) {
    if (no % HONEST === 0) guests.push({ picture: `forged-${forgeries++}`, light: "refuse" });
    else if (no % HONEST === 12 && tickets > LONG_BEFORE)
      guests.push({ picture: `ticket-${tickets - LONG_BEFORE}`, light: "refuse" });
    else guests.push({ picture: `ticket-${tickets++}`, light: "admit" });
  }
  return { guests, tickets };
}

const { guests, tickets } = queue();
await on(["queue", "--guests", tickets], async ({ device, evening }) => {
  await device.open();
  await enrol({ evening }, device, 1);
  await beginsScanning(device);
  await device.says(".sync", /^En direct$/);
  const took = [];
  const looks = [];
  let missed = 0;
  let wrong = 0;
  for (const [n, { picture, light }] of guests.entries()) {
    const seen = await guest(device, picture);
    if (seen === null) {
      missed += 1;
      sheet.note(`scan ${n + 1}: ${picture} was missed`);
    } else if (seen.light === light) {
      took.push(seen.ms);
    } else {
      wrong += 1;
      sheet.note(`scan ${n + 1}: of ${picture} it was said: ${JSON.stringify(seen)}`);
    }
    if ((n + 1) % LOOK_EVERY === 0) looks.push(memoryOf(device.process));
  }
  const counted = async () => (await evening.attendance()).entries >= tickets - missed;
  await until(counted, 60_000).catch(() => {});
  const { entries, duplicates } = await evening.attendance();
  wrong += Math.abs(tickets - missed - entries) + duplicates;
  const pss = looks.map(sum);
  const around = (scan) => percentile(pss.slice(scan / LOOK_EVERY - LOOKS, scan / LOOK_EVERY), 0.5);
  const growth = 100 * (around(SCANS) / around(WARM) - 1);
  const most = Math.max(...pss);
  sheet.put("scans.missed", missed, "count", SCANS);
  sheet.put("scans.wrong", wrong, "count", SCANS);
  sheet.put("scans.ms.p50", percentile(took, 0.5), "ms", took.length);
  sheet.put("scans.ms.p95", percentile(took, 0.95), "ms", took.length);
  sheet.put("scans.pss_mb", most, "MB", pss.length);
  sheet.put("scans.pss_growth", growth, "percent", SCANS);
  sheet.note(`memory every hundred scans: ${pss.filter((_, n) => n % 10 === 9).map(Math.round).join(" ")} MB`);
  const parts = looks.at(-1).map(({ program, pssMb }) => `${program} ${Math.round(pssMb)}`);
  sheet.note(`at the end: ${parts.join(", ")} MB`);
  if (missed + wrong > 0 || most >= MOST_PSS_MB || growth >= MOST_GROWTH) process.exitCode = 1;
});
