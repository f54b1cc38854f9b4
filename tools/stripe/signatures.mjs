// What Stripe's own library for Node signs, and which signatures it believes: `node signatures.mjs` prints the vectors that
// the server's check of signatures is held to. Run from a folder that holds the library.
import { createRequire } from "node:module";

const Stripe = createRequire(`${process.cwd()}/`)("stripe");
const stripe = new Stripe("sk_test_vectors");
const AT = 1795374000;
const ONE = "whsec_one";
const BODY = '{"id":"evt_1","object":"event"}';
const LETTERS = '{"id":"evt_2","object":"event","title":"Nuit électrique, 日本, 🎟️"}';

const signed = (payload, secret, timestamp = AT) =>
  stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
const value = (header) => header.split("v1=")[1];
const good = signed(BODY, ONE);
const zeros = "0".repeat(64);

const cases = [
  ["what the library signs", BODY, good, AT],
  ["letters of all kinds", LETTERS, signed(LETTERS, ONE), AT],
  ["at the end of its time", BODY, good, AT + 300],
  ["too old", BODY, good, AT + 301],
  ["another secret", BODY, signed(BODY, "whsec_two"), AT],
  ["another body", `${BODY} `, good, AT],
  ["another moment", BODY, good.replace(String(AT), String(AT + 1)), AT],
  ["a good one behind a bad one", BODY, `t=${AT},v1=${zeros},v1=${value(good)}`, AT],
  ["a bad one behind a good one", BODY, `${good},v1=${zeros}`, AT],
  ["an older scheme besides", BODY, `t=${AT},v0=${zeros},v1=${value(good)}`, AT],
  ["an older scheme alone", BODY, `t=${AT},v0=${value(good)}`, AT],
  ["the moment behind the signature", BODY, `v1=${value(good)},t=${AT}`, AT],
  ["no moment", BODY, `v1=${value(good)}`, AT],
  ["no signature", BODY, `t=${AT}`, AT],
  ["nothing", BODY, "", AT],
  ["half a signature", BODY, `t=${AT},v1=${value(good).slice(0, 32)}`, AT],
  ["no number for a moment", BODY, `t=soon,v1=${value(good)}`, AT],
];

function believes(body, header, now) {
  try {
    stripe.webhooks.signature.verifyHeader(body, header, ONE, 300, undefined, now * 1000);
    return true;
  } catch (error) {
    if (error.type !== "StripeSignatureVerificationError") throw error;
    return false;
  }
}

const vectors = cases.map(([what, body, header, now]) => ({ what, body, header, now, believed: believes(body, header, now) }));
process.stdout.write(`${JSON.stringify({ library: "stripe 23.1.0 for Node", secret: ONE, vectors }, null, 1)}\n`);
