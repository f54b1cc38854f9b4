// The memory of a window and of all processes that it began, WebKit's among them.
import { readFileSync } from "node:fs";
import { childrenOf } from "../../webdriver.mjs";

/** Proportional: what several share is counted once. In MB. */
export function pssOf(process) {
  const own = Number(readFileSync(`/proc/${process}/smaps_rollup`, "utf8").match(/^Pss: +(\d+) kB$/m)[1]) / 1e3;
  return childrenOf(process).reduce((sum, child) => sum + pssOf(child), own);
}
