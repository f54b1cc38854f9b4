"""A second opinion on plain payments: localstripe, somebody else's stand-in for Stripe, is asked the same as the double by
Stripe's own library, and both have to say the same: python3 -m unittest discover tools

localstripe runs as a process of its own. Where it is known to be wrong (it gives back more than came, keeps no idempotency
keys, knows neither sessions nor accounts, takes no second card) it is not asked.
"""

import os
import socket
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

import test_stripe

VERSION = "1.15.10"


def folder():
    """Where localstripe and what it needs are installed, once."""
    given = os.environ.get("TICKETHUB_LOCALSTRIPE")
    if given:
        return given
    path = test_stripe.TARGET / f"python-localstripe-{VERSION}"
    if not (path / "localstripe").is_dir():
        command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        command += ["--target", str(path), f"localstripe=={VERSION}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise unittest.SkipTest(f"localstripe can't be installed: {done.stderr[-300:]}")
    return str(path)


class SecondOpinion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        test_stripe.setUpModule()
        cls.stripe = test_stripe.stripe
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        environment = {**os.environ, "PYTHONPATH": folder()}
        command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        cls.other = subprocess.Popen(command, env=environment, cwd=test_stripe.TARGET, **quiet)
        cls.addClassCleanup(cls.end, cls.other)
        double = [test_stripe.DOUBLE, "--listen", "127.0.0.1:0"]
        cls.double = subprocess.Popen(double, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.double.stdout.close)
        cls.addClassCleanup(cls.end, cls.double)
        ours = cls.double.stdout.readline().split()[-1]
        theirs = f"http://127.0.0.1:{port}"
        cls.listens(theirs)
        client = cls.stripe.StripeClient
        cls.both = [client("sk_test_double", base_addresses={"api": base}) for base in (ours, theirs)]

    @staticmethod
    def end(process):
        process.terminate()
        process.wait()

    @classmethod
    def listens(cls, base):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(base).close()
            except urllib.error.HTTPError as answered:
                answered.close()
                return
            except OSError:
                time.sleep(0.1)
                continue
            return
        raise unittest.SkipTest("localstripe does not start here")

    def agree(self, story):
        """What both say."""
        ours, theirs = (story(client.v1) for client in self.both)
        self.assertEqual(ours, theirs)
        return ours

    def card(self, api, number):
        """A payment method as a page of Stripe's would make it; the double knows those that have names."""
        named = {"4242424242424242": "pm_card_visa", "4000000000000341": "pm_card_chargeDeclined"}
        if api is self.both[0].v1:
            return named.get(number, "pm_card_threeDSecure2Required")
        card = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        return api.payment_methods.create({"type": "card", "card": card}).id

    def intent(self, api, number, **more):
        method = self.card(api, number)
        params = {"amount": 3400, "currency": "eur", "payment_method_types": ["card"], "payment_method": method}
        return api.payment_intents.create({**params, **more})

    def test_a_card_that_pays(self):
        def story(api):
            made = self.intent(api, "4242424242424242", metadata={"payment": "p"})
            paid = api.payment_intents.confirm(made.id)
            seen = api.payment_intents.retrieve(made.id)
            return made.status, paid.status, seen.status, seen.amount, seen.currency, seen.metadata["payment"]

        self.assertEqual(self.agree(story)[:3], ("requires_confirmation", "succeeded", "succeeded"))

    def test_a_card_that_is_declined(self):
        def story(api):
            made = self.intent(api, "4000000000000341")
            with self.assertRaises(self.stripe.CardError) as declined:
                api.payment_intents.confirm(made.id)
            left = api.payment_intents.retrieve(made.id).status
            return declined.exception.http_status, declined.exception.code, left

        self.assertEqual(self.agree(story), (402, "card_declined", "requires_payment_method"))

    def test_a_bank_that_asks_and_an_intent_that_is_given_up(self):
        def story(api):
            made = self.intent(api, "4000002500003155")
            asked = api.payment_intents.confirm(made.id)
            ended = api.payment_intents.cancel(made.id)
            with self.assertRaises(self.stripe.InvalidRequestError) as late:
                api.payment_intents.confirm(made.id)
            return asked.status, ended.status, late.exception.http_status

        self.assertEqual(self.agree(story), ("requires_action", "canceled", 400))

    def test_a_part_and_the_rest_go_back(self):
        def story(api):
            made = self.intent(api, "4242424242424242")
            api.payment_intents.confirm(made.id)
            parts = [api.refunds.create({"payment_intent": made.id, "amount": amount}) for amount in (1000, 2400)]
            return [(part.amount, part.currency, part.status) for part in parts]

        self.assertEqual(self.agree(story), [(1000, "eur", "succeeded"), (2400, "eur", "succeeded")])

    def test_what_is_not_there_and_what_is_too_little(self):
        def story(api):
            refused = []
            for call in (
                lambda: api.payment_intents.retrieve("pi_none"),
                lambda: api.payment_intents.create({"amount": "much", "currency": "eur"}),
            ):
                with self.assertRaises(self.stripe.InvalidRequestError) as error:
                    call()
                refused.append(error.exception.http_status)
            return refused

        self.assertEqual(self.agree(story), [404, 400])


if __name__ == "__main__":
    unittest.main()
