// Tells a USB scanner's keys from a person's: a scanner sends more than six characters within milliseconds.

/** Longer between two keys, and a person typed them. */
const SCANNER_GAP_MS = 50;
/** A scanner that sends no Enter is done after this long. */
export const SCANNER_PAUSE_MS = 100;
/** A person may well strike a few keys as fast as a scanner. */
const PERSON_MAX_KEYS = 6;
/** The first gap is so many times the longest later one: that first key was a person's. */
const STRANGER_FACTOR = 3;
/** Clocks of key events are coarse: gaps below this are one. */
const SHORTEST_GAP_MS = 4;

export interface Key {
  /** As the event names it: one character, or a word such as `Enter`. */
  key: string;
  /** Milliseconds. */
  at: number;
  /** Ctrl, Alt or Meta is held without AltGr, or the key repeats itself: no scanner does that. */
  personal: boolean;
}

/** Keys so far that may be a scanner's. */
export interface Burst {
  /** Oldest first. */
  readonly keys: readonly Struck[];
  /** They are. */
  readonly certain: boolean;
}

interface Struck {
  character: string;
  at: number;
}

export const noBurst: Burst = { keys: [], certain: false };

export interface Outcome {
  burst: Burst;
  /** A whole scan. */
  scan: string | null;
  /** This key is the scanner's: it must land nowhere. */
  swallow: boolean;
  /** How many keys just before this one landed though they were the scanner's; told once a scan. */
  landed: number;
}

/** Keys that only change what the next one means. */
const SILENT = new Set(["Shift", "CapsLock", "AltGraph", "Alt", "Control", "Dead"]);
const ENDS = new Set(["Enter", "Tab"]);

export function struck(burst: Burst, key: Key): Outcome {
  const before = burst.keys.at(-1);
  const gap = before === undefined ? Infinity : key.at - before.at;
  const continues = gap < (burst.certain ? SCANNER_PAUSE_MS : SCANNER_GAP_MS);
  if (continues && !key.personal) {
    if (SILENT.has(key.key)) return { burst, scan: null, swallow: false, landed: 0 };
    if (burst.certain && ENDS.has(key.key)) return { burst: noBurst, scan: text(burst), swallow: true, landed: 0 };
    if (isCharacter(key)) return joined(burst, key);
  }
  const begun = isCharacter(key) && !key.personal ? begin(key) : noBurst;
  return { burst: begun, scan: paused(burst), swallow: false, landed: 0 };
}

/** Nothing came for `SCANNER_PAUSE_MS`. */
export function paused(burst: Burst): string | null {
  return burst.certain ? text(burst) : null;
}

function begin(key: Key): Burst {
  return { keys: [{ character: key.key, at: key.at }], certain: false };
}

function joined(burst: Burst, key: Key): Outcome {
  const keys = [...burst.keys, { character: key.key, at: key.at }];
  if (burst.certain) return { burst: { keys, certain: true }, scan: null, swallow: true, landed: 0 };
  const own = withoutStranger(keys);
  if (own.length <= PERSON_MAX_KEYS) return { burst: { keys, certain: false }, scan: null, swallow: false, landed: 0 };
  return { burst: { keys: own, certain: true }, scan: null, swallow: true, landed: own.length - 1 };
}

/** A person who types while somebody scans may strike a key just before the scanner's first. */
function withoutStranger(keys: readonly Struck[]): readonly Struck[] {
  const gaps = keys.slice(1).map((one, index) => one.at - keys[index]!.at);
  const [first = 0, ...later] = gaps;
  return first > STRANGER_FACTOR * Math.max(SHORTEST_GAP_MS, ...later) ? keys.slice(1) : keys;
}

function isCharacter(key: Key): boolean {
  return key.key.length === 1;
}

function text(burst: Burst): string {
  return burst.keys.map((one) => one.character).join("");
}
