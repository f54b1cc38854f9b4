import { readdirSync, readFileSync } from "node:fs";

const PAUSE_MS = 1_000;
/** Of a hundred a second: what an idle browser still does. */
const IDLE_TICKS = 2;

/** CPU time of a group of processes so far, in hundredths of a second. */
function ticks(group) {
  let sum = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(fields[2]) === group) sum += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It ended between the two reads.
    }
  }
  return sum;
}

/**
 * Waits until a browser that was just started is done with itself. What it builds of its own windows in its first seconds takes a
 * core from the page under measure, and would count as the page's blocking time: no phone is started for one page.
 */
export async function settled(group, patience = 20) {
  for (let n = 0, before = ticks(group); n < patience; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const now = ticks(group);
    if (now - before <= IDLE_TICKS) return;
    before = now;
  }
  throw new Error("the browser has not come to rest: is something else running in it?");
}
