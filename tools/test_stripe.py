"""Stripe's own library drives the double, so that both have the same idea of Stripe: python3 -m unittest discover tools

`pip install` puts the library into a folder of its own, once; without a way to the package index these tests are skipped,
unless TICKETHUB_STRIPE_LIBRARY names a folder that holds it.
"""

import http.server
import json
import os
import pathlib
import queue
import re
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

VERSION = "16.1.0"
ROOT = pathlib.Path(__file__).parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
DOUBLE = TARGET / "debug" / "stripe-double"
SECRET = "whsec_tools"


def library():
    """The folder with Stripe's library."""
    given = os.environ.get("TICKETHUB_STRIPE_LIBRARY")
    if given:
        return given
    folder = TARGET / f"python-stripe-{VERSION}"
    if not (folder / "stripe").is_dir():
        command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        command += ["--target", str(folder), f"stripe=={VERSION}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise unittest.SkipTest(f"Stripe's library can't be installed: {done.stderr[-300:]}")
    return str(folder)


def setUpModule():
    if not DOUBLE.exists():
        raise unittest.SkipTest(f"{DOUBLE} is not built")
    sys.path.insert(0, library())
    global stripe
    import stripe


class Webhook(http.server.BaseHTTPRequestHandler):
    """Keeps what comes."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.put((body, self.headers["Stripe-Signature"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Double(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.webhook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        cls.webhook.heard = queue.Queue()
        threading.Thread(target=cls.webhook.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{cls.webhook.server_port}/"
        command = [DOUBLE, "--listen", "127.0.0.1:0", "--webhook", url, "--webhook-secret", SECRET]
        cls.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        cls.base = cls.process.stdout.readline().split()[-1]
        cls.client = stripe.StripeClient("sk_test_double", base_addresses={"api": cls.base})

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait()
        cls.process.stdout.close()
        cls.webhook.shutdown()
        cls.webhook.server_close()

    def session(self, amount=3400, **options):
        price = {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Order TH-1"}}
        params = {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": self.base + "/c/pay/{CHECKOUT_SESSION_ID}",
            "client_reference_id": "order",
            "metadata": {"payment": "p"},
            "payment_intent_data": {"metadata": {"payment": "p"}},
        }
        params.update(options.pop("params", {}))
        return self.client.v1.checkout.sessions.create(params, options)

    def press(self, url, choice):
        data = urllib.parse.urlencode({"choice": choice}).encode()
        with urllib.request.urlopen(url, data) as page:
            return page.read().decode()

    def intent(self, method="pm_card_visa", **params):
        return self.client.v1.payment_intents.create(
            {
                "amount": 3400,
                "currency": "eur",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "payment_method": method,
                "confirm": True,
                **params,
            }
        )

    def heard(self, kind, of):
        """Reads what comes until an event of that type and object, believing each by Stripe's own code."""
        while True:
            body, signature = self.webhook.heard.get(timeout=10)
            event = stripe.Webhook.construct_event(body, signature, SECRET)
            if (event.type, event.data.object.id) == (kind, of):
                return event

    def test_a_session_is_paid_on_its_page_and_told(self):
        session = self.session()
        self.assertEqual((session.status, session.payment_status), ("open", "unpaid"))
        page = urllib.request.urlopen(session.url).read().decode()
        self.assertIn("34.00 EUR", page)
        self.assertNotRegex(page, re.compile("<script", re.I))
        self.press(session.url, "pay")
        paid = self.client.v1.checkout.sessions.retrieve(session.id)
        self.assertEqual((paid.status, paid.payment_status), ("complete", "paid"))
        intent = self.client.v1.payment_intents.retrieve(paid.payment_intent)
        self.assertEqual((intent.status, intent.amount_received), ("succeeded", 3400))
        self.assertEqual(intent.metadata["payment"], "p")
        told = self.heard("checkout.session.completed", session.id).data.object
        self.assertEqual(told.payment_intent, intent.id)

    def test_a_declined_card_leaves_the_page_open_and_a_bank_may_ask(self):
        session = self.session()
        self.assertIn("declined", self.press(session.url, "decline"))
        self.assertIn("Your bank asks", self.press(session.url, "authenticate"))
        self.assertIn("declined", self.press(session.url, "refuse"))
        self.press(session.url, "authenticate")
        self.press(session.url, "confirm")
        paid = self.client.v1.checkout.sessions.retrieve(session.id)
        self.assertEqual(paid.payment_status, "paid")

    def test_an_expired_session_takes_no_money(self):
        session = self.session()
        ended = self.client.v1.checkout.sessions.expire(session.id)
        self.assertEqual((ended.status, ended.url), ("expired", None))
        self.press(session.url, "pay")
        self.assertIsNone(self.client.v1.checkout.sessions.retrieve(session.id).payment_intent)
        with self.assertRaises(stripe.InvalidRequestError):
            self.client.v1.checkout.sessions.expire(session.id)

    def test_a_session_shorter_than_half_an_hour_and_an_unknown_name_are_refused(self):
        with self.assertRaises(stripe.InvalidRequestError) as soon:
            self.session(params={"expires_at": 1})
        self.assertEqual(soon.exception.param, "expires_at")
        with self.assertRaises(stripe.InvalidRequestError) as unknown:
            self.session(params={"sucess_url": "x"})
        self.assertEqual(unknown.exception.code, "parameter_unknown")

    def test_cards_of_tests_do_what_they_say(self):
        self.assertEqual(self.intent().status, "succeeded")
        with self.assertRaises(stripe.CardError) as declined:
            self.intent("pm_card_chargeDeclined")
        self.assertEqual(declined.exception.code, "card_declined")
        self.assertEqual(declined.exception.http_status, 402)
        waits = self.intent(
            "pm_card_authenticationRequired",
            automatic_payment_methods={"enabled": True},
            return_url=self.base + "/3ds/back",
        )
        self.assertEqual(waits.status, "requires_action")
        canceled = self.client.v1.payment_intents.cancel(waits.id)
        self.assertEqual(canceled.status, "canceled")
        with self.assertRaises(stripe.InvalidRequestError):
            self.intent(automatic_payment_methods={"enabled": True})

    def test_no_refund_is_above_its_charge(self):
        intent = self.intent()
        refunds = self.client.v1.refunds
        first = refunds.create({"payment_intent": intent.id, "amount": 1000, "metadata": {"refund": "r"}})
        self.assertEqual((first.status, first.amount), ("succeeded", 1000))
        with self.assertRaises(stripe.InvalidRequestError):
            refunds.create({"payment_intent": intent.id, "amount": 2401})
        rest = refunds.create({"payment_intent": intent.id})
        self.assertEqual(rest.amount, 2400)
        with self.assertRaises(stripe.InvalidRequestError) as over:
            refunds.create({"payment_intent": intent.id})
        self.assertEqual(over.exception.code, "charge_already_refunded")
        listed = refunds.list({"payment_intent": intent.id})
        self.assertEqual([refund.id for refund in listed.data], [rest.id, first.id])
        charge = self.client.v1.charges.retrieve(intent.latest_charge)
        self.assertTrue(charge.refunded)

    def account(self):
        """One that may receive money, by the page that says who it is."""
        account = self.client.v1.accounts.create(
            {
                "country": "FR",
                "business_profile": {"name": "Les Nuits de Loire"},
                "capabilities": {"transfers": {"requested": True}, "card_payments": {"requested": True}},
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "requirement_collection": "stripe",
                    "stripe_dashboard": {"type": "express"},
                },
            }
        )
        self.assertFalse(account.charges_enabled)
        self.assertIn("external_account", account.requirements.currently_due)
        link = self.client.v1.account_links.create(
            {
                "account": account.id,
                "type": "account_onboarding",
                "return_url": self.base + "/setup/back",
                "refresh_url": self.base + "/setup/again",
            }
        )
        page = urllib.request.urlopen(link.url).read().decode()
        self.assertIn("Les Nuits de Loire", page)
        data = urllib.parse.urlencode({"answer": "complete"}).encode()
        with self.assertRaises(urllib.error.HTTPError) as back:  # It leads back to an address where nothing is.
            urllib.request.urlopen(link.url, data)
        back.exception.close()
        told = self.heard("account.updated", account.id)
        self.assertEqual(told.account, account.id)
        self.assertTrue(told.data.object.charges_enabled)
        return self.client.v1.accounts.retrieve(account.id)

    def test_a_destination_charge_is_passed_on_and_goes_back(self):
        account = self.account()
        self.assertEqual(account.capabilities.transfers, "active")
        shared = {"transfer_data": {"destination": account.id}, "application_fee_amount": 170}
        intent = self.intent(**shared)
        charge = self.client.v1.charges.retrieve(intent.latest_charge)
        transfer = self.client.v1.transfers.retrieve(charge.transfer)
        self.assertEqual((transfer.amount, transfer.destination), (3400, account.id))
        fees = self.client.v1.application_fees
        self.assertEqual(fees.retrieve(charge.application_fee).amount, 170)
        refund = {"payment_intent": intent.id, "amount": 1000, "reverse_transfer": True}
        self.client.v1.refunds.create(refund)
        self.assertEqual(self.client.v1.transfers.retrieve(transfer.id).amount_reversed, 1000)
        given = fees.refunds.create(charge.application_fee, {"amount": 50, "metadata": {"refund": "r"}})
        self.assertEqual([one.id for one in fees.refunds.list(charge.application_fee).data], [given.id])
        with self.assertRaises(stripe.InvalidRequestError):
            fees.refunds.create(charge.application_fee, {"amount": 121})
        self.client.v1.refunds.create(
            {"payment_intent": intent.id, "reverse_transfer": True, "refund_application_fee": True}
        )
        self.assertTrue(fees.retrieve(charge.application_fee).refunded)
        self.assertTrue(self.client.v1.transfers.retrieve(transfer.id).reversed)

    def test_a_destination_that_may_not_receive_and_a_fee_above_the_charge_are_refused(self):
        new = self.client.v1.accounts.create({"country": "FR", "capabilities": {"transfers": {"requested": True}}})
        shared = {"transfer_data": {"destination": new.id}, "application_fee_amount": 170}
        with self.assertRaises(stripe.InvalidRequestError) as early:
            self.session(params={"payment_intent_data": shared})
        self.assertEqual(early.exception.code, "insufficient_capabilities_for_transfer")
        for wrong in [{"application_fee_amount": 170}, {**shared, "transfer_data": {"destination": "acct_none"}}]:
            with self.assertRaises(stripe.InvalidRequestError):
                self.intent(**wrong)
        with self.assertRaises(stripe.InvalidRequestError):
            self.intent(transfer_data={"destination": self.account().id}, application_fee_amount=3401)
        with self.assertRaises(stripe.InvalidRequestError):
            self.client.v1.refunds.create({"payment_intent": self.intent().id, "reverse_transfer": True})

    def test_a_key_stands_for_one_request(self):
        first = self.session(idempotency_key="payment/1")
        again = self.session(idempotency_key="payment/1")
        self.assertEqual(again.id, first.id)
        self.assertEqual(again.last_response.headers["Idempotent-Replayed"], "true")
        with self.assertRaises(stripe.IdempotencyError) as other:
            self.session(amount=3500, idempotency_key="payment/1")
        self.assertEqual(other.exception.http_status, 400)

    def test_a_wrong_key_is_told(self):
        other = stripe.StripeClient("sk_test_other", base_addresses={"api": self.base})
        with self.assertRaises(stripe.AuthenticationError):
            other.v1.events.list()

    def test_events_are_listed_and_the_version_is_the_librarys(self):
        intent = self.intent()
        events = self.client.v1.events.list({"limit": 100, "type": "payment_intent.succeeded"})
        self.assertIn(intent.id, [event.data.object.id for event in events.data])
        self.assertEqual(events.data[0].api_version, stripe.api_version)
        self.assertEqual(events.last_response.headers["Stripe-Version"], stripe.api_version)
        seen = sum(1 for _ in self.client.v1.events.list({"limit": 2}).auto_paging_iter())
        self.assertEqual(seen, len({event.id for event in self.client.v1.events.list({"limit": 2}).auto_paging_iter()}))

    def test_a_changed_event_is_not_believed_by_their_code(self):
        self.intent()
        body, signature = self.webhook.heard.get(timeout=10)
        with self.assertRaises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body + b" ", signature, SECRET)
        self.assertEqual(json.loads(body)["object"], "event")


if __name__ == "__main__":
    unittest.main()
