// The memory of a window and of all processes that it began, WebKit's among them.
import { readFileSync } from "node:fs";
import { childrenOf } from "../../webdriver.mjs";

/** Of each of them, by the first letters of its program: proportional (what several share is counted once), in MB. */
export function memoryOf(process) {
  const program = readFileSync(`/proc/${process}/comm`, "utf8").trim();
  const [, kb] = readFileSync(`/proc/${process}/smaps_rollup`, "utf8").match(/^Pss: +(\d+) kB$/m);
  return [{ program, pssMb: Number(kb) / 1e3 }, ...childrenOf(process).flatMap(memoryOf)];
}

export const sum = (parts) => parts.reduce((sum, { pssMb }) => sum + pssMb, 0);
