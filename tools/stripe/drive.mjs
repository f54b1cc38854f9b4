// Stripe's own library for Node at the double: `node drive.mjs BASE`. Run from a folder that holds the library.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { test } from "node:test";

const Stripe = createRequire(`${process.cwd()}/`)("stripe");
const [base, webhookPort, secret] = process.argv.slice(2);
const address = new URL(base);
const stripe = new Stripe("sk_test_double", {
  host: address.hostname,
  port: address.port,
  protocol: "http",
  maxNetworkRetries: 0,
  telemetry: false,
});

const heard = [];
const webhook = createServer((request, answer) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    heard.push([Buffer.concat(parts), request.headers["stripe-signature"]]);
    answer.end();
  });
});
await new Promise((done) => webhook.listen(Number(webhookPort), "127.0.0.1", done));

async function told(kind, id) {
  for (let tries = 0; tries < 200; tries += 1) {
    for (const [body, signature] of heard) {
      const event = stripe.webhooks.constructEvent(body, signature, secret);
      if (event.type === kind && event.data.object.id === id) return event;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${kind} of ${id} is not told`);
}

function session(options, more = {}) {
  return stripe.checkout.sessions.create(
    {
      mode: "payment",
      line_items: [
        { quantity: 2, price_data: { currency: "eur", unit_amount: 1700, product_data: { name: "Commande TH-1" } } },
      ],
      success_url: `${base}/c/pay/{CHECKOUT_SESSION_ID}`,
      metadata: { payment: "p" },
      ...more,
    },
    options,
  );
}

const press = (url, choice) => fetch(url, { method: "POST", body: new URLSearchParams({ choice }), redirect: "manual" });

test("a session is paid on its page and told with a signature that the library believes", async () => {
  const made = await session();
  assert.deepEqual([made.status, made.amount_total], ["open", 3400]);
  assert.equal((await press(made.url, "pay")).status, 303);
  const paid = await stripe.checkout.sessions.retrieve(made.id);
  assert.deepEqual([paid.status, paid.payment_status], ["complete", "paid"]);
  const event = await told("checkout.session.completed", made.id);
  assert.equal(event.data.object.payment_intent, paid.payment_intent);
  assert.equal(event.api_version, stripe.getApiField("version"));
});

test("a key stands for one request", async () => {
  const first = await session({ idempotencyKey: "node/1" });
  const again = await session({ idempotencyKey: "node/1" });
  assert.equal(again.id, first.id);
  await assert.rejects(session({ idempotencyKey: "node/1" }, { client_reference_id: "other" }), {
    type: "StripeIdempotencyError",
  });
});

test("a declined card, a bank that asks, and refunds up to what came", async () => {
  const pay = (payment_method) =>
    stripe.paymentIntents.create({
      amount: 3400,
      currency: "eur",
      automatic_payment_methods: { enabled: true },
      payment_method,
      confirm: true,
      return_url: `${base}/3ds/back`,
    });
  await assert.rejects(pay("pm_card_chargeDeclined"), { type: "StripeCardError", code: "card_declined", statusCode: 402 });
  const asked = await pay("pm_card_threeDSecure2Required");
  assert.equal(asked.status, "requires_action");
  assert.equal(asked.next_action.type, "redirect_to_url");
  const paid = await pay("pm_card_visa");
  await stripe.refunds.create({ payment_intent: paid.id, amount: 3000 });
  await assert.rejects(stripe.refunds.create({ payment_intent: paid.id, amount: 401 }), {
    type: "StripeInvalidRequestError",
  });
  const refunds = await stripe.refunds.list({ payment_intent: paid.id });
  assert.deepEqual(refunds.data.map((refund) => refund.amount), [3000]);
});

test("an account is connected, paid, and gives back", async () => {
  const account = await stripe.accounts.create({
    country: "FR",
    capabilities: { transfers: { requested: true }, card_payments: { requested: true } },
    controller: { fees: { payer: "application" }, losses: { payments: "application" }, stripe_dashboard: { type: "express" } },
  });
  const link = await stripe.accountLinks.create({
    account: account.id,
    type: "account_onboarding",
    return_url: `${base}/setup/back`,
    refresh_url: `${base}/setup/again`,
  });
  assert.equal((await fetch(link.url)).status, 200);
  const answered = await fetch(link.url, { method: "POST", body: new URLSearchParams({ answer: "complete" }), redirect: "manual" });
  assert.equal(answered.headers.get("location"), `${base}/setup/back`);
  assert.equal((await told("account.updated", account.id)).account, account.id);
  const shared = { transfer_data: { destination: account.id }, application_fee_amount: 170 };
  const made = await session({}, { payment_intent_data: shared });
  await press(made.url, "pay");
  const paid = await stripe.checkout.sessions.retrieve(made.id);
  const intent = await stripe.paymentIntents.retrieve(paid.payment_intent);
  assert.equal(intent.transfer_data.destination, account.id);
  const charge = await stripe.charges.retrieve(intent.latest_charge);
  await stripe.refunds.create({ payment_intent: intent.id, reverse_transfer: true });
  assert.equal((await stripe.transfers.retrieve(charge.transfer)).reversed, true);
  await stripe.applicationFees.createRefund(charge.application_fee, { amount: 170 });
  assert.equal((await stripe.applicationFees.retrieve(charge.application_fee)).refunded, true);
});

test.after(() => webhook.close());
