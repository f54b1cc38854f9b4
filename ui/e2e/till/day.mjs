// node day.mjs PROGRAMS [--json] [--sales N]: a clerk's whole day at the real window, half of it without the network: sales by
// keys alone, refunds, duplicates, another clerk, the Z. What guests did is added up here and asked of nobody; drawer, Z, the
// till's journal, its paper, and the server's closings and statement of takings have to say the same, to the cent.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { enrol } from "../door/chapters/enrol.mjs";
import { on, programs, sheet } from "../door/measure/stage.mjs";
import { until } from "../webdriver.mjs";
import { Books, cents } from "./books.mjs";
import { Clerk, FLOAT, PIECES } from "./clerk.mjs";
import { printer, sets } from "./printer.mjs";

const asked = process.argv.indexOf("--sales");
const SALES = asked === -1 ? 200 : Number(process.argv[asked + 1]);
const PLACES = 2_000;
/** So many sales in a row with the network, and as many without. */
const STRETCH = 10;
/** After so many sales a ticket of the last one that was paid is taken back, and the tickets of another are printed again. */
const REFUND_EVERY = 25;
const REPRINT_EVERY = 40;
const SETTLED_MS = 60_000;

/** How guests pay, over and over: what is struck after their places, and by which means the money comes. */
const WAYS = [
  { keys: "F1 Enter", means: "cash" },
  { keys: "F2 Enter", means: "card" },
  // A larger note.
  { keys: "F1 F7 Enter", means: "cash" },
  // Refused, and accepted the second time.
  { keys: "F2 F4 F2 Enter", means: "card" },
  { keys: "F1 Enter", means: "cash" },
  // Five euros in cash, the rest by card.
  { keys: "F1 5 0 0 F3 F2 Enter", means: "card", cash: 500 },
  { keys: "F2 Enter", means: "card" },
];
/** One guest in so many pays nothing. */
const FREE_EVERY = 23;

class Day {
  constructor({ device, evening }) {
    this.device = device;
    this.evening = evening;
    this.clerk = new Clerk(device);
    this.books = new Books(FLOAT.minor);
    this.free = 0;
    this.offline = 0;
    this.isOnline = true;
    this.duplicates = 0;
    /** The newest sale that was paid and not taken back: its receipt and what a ticket of it cost. */
    this.last = null;
  }

  async opens(shop) {
    const { device, evening, clerk } = this;
    await device.open();
    await device.size(1280, 800);
    await enrol({ evening }, device, 1);
    await this.logsIn(evening.clerks[0]);
    await clerk.counts(FLOAT.at, FLOAT.count);
    await clerk.strikes("Enter");
    await device.there(".rates .key-rate");
    await sets(device, "tickets", `tcp:127.0.0.1:${shop.port}`);
    await device.press(".door-top > .btn:first-child");
    await device.there(".rates .key-rate");
  }

  async logsIn({ name, pin }) {
    await this.device.there(".people .person");
    await this.device.run(
      "(name) => [...document.querySelectorAll('.person')].find((one) => one.textContent === name).click()",
      name,
    );
    await this.clerk.logsIn(pin);
  }

  async network(isOnline) {
    if (isOnline === this.isOnline) return;
    this.isOnline = isOnline;
    if (isOnline) await this.evening.startServer();
    else await this.evening.stopServer();
    await this.device.says(".sync", isOnline ? /^En direct$/ : /^Hors ligne/);
  }

  async sells(no) {
    const places = 1 + (no % 4);
    const keys = "1 ".repeat(places);
    if (no % FREE_EVERY === FREE_EVERY - 1) {
      await this.clerk.strikes(`F4 1 ${keys}F1`);
      await this.done();
      this.free += places;
      this.books.sold("cash", places, 0);
    } else {
      const way = WAYS[no % WAYS.length];
      await this.clerk.strikes(keys + way.keys);
      const { receipt, total } = await this.done();
      assert.equal(total, places * this.price, "what the place costs, so many times");
      this.books.sold(way.means, places, total);
      this.books.splits(way.means, "cash", way.cash ?? 0);
      this.last = { receipt, price: this.price };
    }
    if (!this.isOnline) this.offline += 1;
    await this.clerk.strikes("Enter");
    await this.device.there(".rates .key-rate");
  }

  /** What the screen says of the sale that was just made. */
  async done() {
    const receipt = /\d+$/.exec(await this.device.says(".out h2", /^Reçu n°\s\d+$/))[0];
    const total = await this.device.text(".done .sums div:last-child dd");
    return { receipt, total: cents(total) };
  }

  async looksAt(receipt) {
    const { device, clerk } = this;
    await clerk.strikes("F9 1");
    await device.run("(receipt) => { document.querySelector('[name=number]').value = receipt; }", receipt);
    await device.press(".past form button");
    await device.says(".found", new RegExp(`^\\s*Reçu n°\\s${receipt}\\b(?!.*Reçu)`, "s"));
    await device.press(".found .row");
    await device.says(".detail h3", new RegExp(`^Reçu n°\\s${receipt}$`));
  }

  async leavesPast() {
    await this.clerk.strikes("Escape Escape Escape");
    await this.device.there(".rates .key-rate");
  }

  async takesBack() {
    const { device } = this;
    await this.looksAt(this.last.receipt);
    await device.press(".detail .choice input");
    assert.equal(cents(await device.says(".back .figure", /\d/)), this.last.price);
    // Cash comes first where it was part of it; else what it was paid by is offered.
    const means = /Espèces/.test(await device.text(".detail .btn-no")) ? "cash" : "card";
    await device.press(".detail .btn-no");
    await device.press("[role=dialog] .btn-main");
    await device.says(".detail .ok", /reçu n°/);
    this.books.tookBack(this.last.price, means);
    await this.leavesPast();
  }

  async printsAgain() {
    await this.looksAt(this.last.receipt);
    await this.device.press(".prints .btn:last-child");
    await this.device.says(".detail", /L’impression part à l’imprimante/);
    this.duplicates += 1;
    await this.leavesPast();
  }

  async handsOver() {
    await this.clerk.strikes("F9 5");
    await this.logsIn(this.evening.clerks[1]);
    await this.device.there(".rates .key-rate");
  }

  /** Counts blind what must lie there by what guests did, and closes. */
  async closes() {
    const { device, clerk, books } = this;
    await clerk.strikes("F9 6");
    await device.there(".counted");
    let rest = books.drawer;
    for (const [at, value] of PIECES.entries()) {
      const count = Math.floor(rest / value);
      rest -= count * value;
      if (count > 0) await clerk.counts(at, count);
    }
    await clerk.strikes("Enter");
    await device.says(".gap .label", /Le compte est juste/);
    assert.equal(cents(await device.text(".side .sums dd")), books.drawer);
    await clerk.strikes("Enter");
    await device.says(".z", /Z n°\s1|Z 1/);
    await clerk.strikes("Enter");
  }

  /** The till's own journal, as the program for the command line reads it. */
  journal() {
    const { environment } = this.device;
    const command = ["till", "status", "--json", "--data", environment.TICKETHUB_DOOR_DATA];
    const env = { ...process.env, TICKETHUB_STATE: environment.TICKETHUB_STATE };
    return until(() => {
      const { status, stdout } = spawnSync(join(programs, "door"), command, { env, encoding: "utf8" });
      if (status !== 0) throw new Error(stdout);
      return JSON.parse(stdout);
    }, SETTLED_MS);
  }

  /** Whatever says it: what guests paid, took and gave back. */
  async agrees(shop) {
    const { books, evening } = this;
    const kept = books.soldMinor - books.backMinor;
    const takings = await until(async () => {
      const told = await evening.ask(`/events/${evening.event}/takings`);
      assert.equal(told.difference_minor, 0, "tickets and ledger");
      assert.equal(told.valid.tickets, books.tickets - books.refunds);
      return told;
    }, SETTLED_MS);
    assert.equal(takings.kept_minor, kept, "the statement of takings");
    assert.equal(takings.valid.total_minor, kept);
    assert.equal(takings.free, this.free);
    assert.equal(takings.cancelled.tickets, books.refunds);
    const issued = takings.lines.reduce((sum, line) => sum + line.issued, 0);
    assert.equal(issued, books.tickets, "each number that was given to a guest");
    const z = await until(async () => {
      const closings = await evening.ask(`/organizers/${evening.organizer}/tills/closings`);
      return closings.find(({ kind }) => kind === "shift");
    }, SETTLED_MS);
    assert.equal(z.agrees, true, JSON.stringify(z.differences));
    await this.device.close();
    const status = await this.journal();
    assert.equal(status.clerk, null, "no shift is open");
    assert.equal(status.z, 1);
    assert.equal(status.receipt, books.sales + books.refunds, "a receipt for each sale and each refund");
    assert.equal(status.perpetual_sold, books.soldMinor);
    assert.equal(status.perpetual_refunded, books.backMinor);
    assert.equal(status.journals[0].unsent, 0);
    const duplicates = shop.jobs.filter((job) => job.includes("DUPLICATA"));
    assert.equal(duplicates.length, this.duplicates, "a duplicate for each that was asked for, and no other");
    return kept;
  }
}

const shop = await printer();
await on(["box-office", "--places", PLACES], async (stage) => {
  const day = new Day(stage);
  const began = Date.now();
  await day.opens(shop);
  day.price = cents(await stage.device.text(".rates .key-rate .figure"));
  for (let no = 0; no < SALES; no += 1) {
    await day.network(Math.floor(no / STRETCH) % 2 === 0);
    if (no === Math.floor(SALES / 2)) await day.handsOver();
    await day.sells(no);
    if (no % REFUND_EVERY === REFUND_EVERY - 1) await day.takesBack();
    if (no % REPRINT_EVERY === REPRINT_EVERY - 1) await day.printsAgain();
  }
  await day.closes();
  await day.network(true);
  const kept = await day.agrees(shop);
  sheet.put("till_window.sales", day.books.sales, "count", SALES);
  sheet.put("till_window.offline", day.offline, "count", SALES);
  sheet.put("till_window.refunds", day.books.refunds, "count", SALES);
  sheet.put("till_window.duplicates", day.duplicates, "count", SALES);
  sheet.put("till_window.kept", kept / 100, "EUR", SALES);
  sheet.note(`${Math.round((Date.now() - began) / 1000)} s`);
});
await shop.close();
