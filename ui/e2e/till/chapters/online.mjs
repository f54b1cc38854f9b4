// What a till does only while the server is there.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cents } from "../books.mjs";

/** Of the demo's concert: full price. */
const FULL = 1;
const TERMS = {
  waiting_list: true,
  offer_minutes: 120,
  refund_hours: null,
  refund_fee_minor: 0,
  transfer_hours: 0,
  rename_hours: 0,
  reservations: true,
  reservation_minutes: 0,
};

/** Somebody reserves so many places in the store; the order's code, and what is to be paid. */
async function reserves(evening, quantity) {
  await evening.ask(`/events/${evening.event}/terms`, TERMS, "PUT");
  const order = await evening.ask("/orders", {
    id: randomUUID(),
    event_id: evening.event,
    email: "nour@example.org",
    name: "Nour Benali",
    language: "fr",
    lines: [{ type_no: FULL, quantity }],
  });
  await evening.ask(`/orders/${order.id}/reserve`, {});
  return order;
}

export const checks = {
  "a promo code of the store takes its part off, and the server counts it": async ({ device, clerk, books, evening }) => {
    const codes = `/organizers/${evening.organizer}/promo-codes`;
    const code = { id: randomUUID(), event_id: evening.event, code: "AMIS10", percent_basis_points: 1000, most_uses: 1 };
    await evening.ask(codes, code);
    await clerk.strikes("1 1");
    const full = cents(await device.text(".total .figure"));
    await clerk.strikes("F10");
    await device.there("[role=dialog] .code input");
    await device.run(
      `() => {
        const field = document.querySelector("[role=dialog] .code input");
        field.value = "amis10";
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }`,
    );
    await device.press("[role=dialog] .code .btn-main");
    await device.gone("[role=dialog]");
    await device.says(".lines", /AMIS10/);
    const due = cents(await device.text(".total .figure"));
    assert.equal(due, full - full / 10);
    await device.picture("code");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await clerk.strikes("F1 Enter");
    await device.says(".out h2", /^Reçu n°\s\d+$/);
    books.sold("cash", 2, due);
    await clerk.strikes("Enter");
    await device.there(".rates .key-rate");
    const { taken } = (await evening.ask(codes)).codes.find(({ id }) => id === code.id);
    assert.equal(taken, 1);
  },
  "what was reserved online is found by its code and paid here": async ({ device, clerk, books, evening }) => {
    const order = await reserves(evening, 2);
    await clerk.strikes("F9 7");
    await device.there(".collect [name=order]");
    await device.run("(code) => { document.querySelector('.collect [name=order]').value = code; }", order.code);
    await device.press(".collect form button");
    await device.says(".collect .wait", /^Réservée jusqu’au /);
    assert.equal(cents(await device.text(".collect .sum dd")), order.total_minor);
    await device.picture("reserved");
    assert.deepEqual(await device.violations(), []);
    assert.deepEqual(await device.cut(), []);
    await device.press(".collect .btn-main");
    await device.there(".rates .key-rate");
    const due = cents(await device.text(".total .figure"));
    assert.equal(due, order.total_minor);
    await clerk.strikes("F2 Enter");
    await device.says(".out h2", /^Reçu n°\s\d+$/);
    books.sold("card", 2, due);
    await clerk.strikes("Enter");
    await device.there(".rates .key-rate");
    assert.equal((await evening.ask(`/orders/${order.id}`)).state, "cancelled", "what is paid here is an order of this till");
  },
};
