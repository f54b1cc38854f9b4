// What the clerk of the story did, added up here and nowhere else.

/** The cents of an amount as the page words it: `44,00 €`. */
export function cents(text) {
  const digits = /(-|−)?\s*([\d\s\u202f\u00a0]+),(\d\d)/.exec(text);
  if (digits === null) throw new Error(`no amount: ${text}`);
  const amount = Number(`${digits[2].replace(/\D/g, "")}${digits[3]}`);
  return digits[1] === undefined ? amount : -amount;
}

export class Books {
  sales = 0;
  tickets = 0;
  soldMinor = 0;
  backMinor = 0;
  refunds = 0;
  /** Of what came back, the worth that paid other tickets. */
  #exchanged = 0;
  paid = { cash: 0, card: 0 };
  #cashBack = 0;
  #moved = 0;

  constructor(float) {
    this.float = float;
  }

  sold(means, tickets, minor) {
    this.sales += 1;
    this.tickets += tickets;
    this.soldMinor += minor;
    this.paid[means] += minor;
  }

  /** Of what was just sold, so much came by other means. */
  splits(from, to, minor) {
    this.paid[from] -= minor;
    this.paid[to] += minor;
  }

  tookBack(minor, means = "cash") {
    this.refunds += 1;
    this.backMinor += minor;
    if (means === "cash") this.#cashBack += minor;
  }

  /** Tickets worth so much for one at that price; the difference in cash. */
  exchanged(worth, price) {
    this.tookBack(worth);
    this.sold("cash", 1, price);
    const credit = Math.min(worth, price);
    this.paid.cash -= credit;
    this.#exchanged += credit;
  }

  moved(minor) {
    this.#moved += minor;
  }

  /** What should lie in the drawer. */
  get drawer() {
    return this.float + this.paid.cash - (this.#cashBack - this.#exchanged) + this.#moved;
  }
}
