// A figure and how it is printed: as those of `proof bench`.

/** Prints figures as they come: for people, or one JSON object a line. */
export class Sheet {
  #json;

  constructor(json) {
    this.#json = json;
  }

  put(name, value, unit, n) {
    if (this.#json) console.log(JSON.stringify({ name, value, unit, n }));
    else console.log(`${name.padEnd(34)} ${value.toFixed(3).padStart(12)} ${unit.padEnd(8)} n=${n}`);
  }

  /** What a person should know beside the figures. */
  note(line) {
    if (!this.#json) console.log(`  ${line}`);
  }
}

/** The value below which `share` of the values lie (nearest rank). */
export function percentile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
}
