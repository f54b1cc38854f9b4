#!/usr/bin/env python3
"""Second reader of a till's archive, written from docs/SYNC.md alone.

    till_archive.py FILE.tha KEY       check an archive with the till's public key (32 bytes in base64);
                                       prints the report that `door till archive verify` prints; exit 0 if it is sound
    till_archive.py vectors FILE       check golden archives; exit 0 if every one comes out right

Needs nothing but Python and this folder. It adds up every sum by itself, from the facts, and shares no line with the product.
"""

import json
import sys

import journal_reader as journal
from till_facts import Refused

FORMAT = "tickethub/till-archive/v1"
BEFORE_SIGNATURE = ',"signature":"'
MEMBERS = {
    "format": str, "organizer": str, "device": str, "journal": str, "series": str, "currency": str, "period": str,
    "facts": int, "head_hash": str, "sold": int, "refunded": int, "made_ms": int,
}
# The means that is no money: tickets that were taken back for others.
EXCHANGE = 5
# Why a ticket costs what it costs: a promotion.
PROMOTION = 9
CURRENCIES = ("EUR", "GBP", "CHF")
MOST = 2**63 - 1
TOO_LARGE = Refused("too_large")


def vat_in(price, rate):
    """Price times rate over one plus rate, rounded half up."""
    return (2 * price * rate + 10_000 + rate) // (2 * (10_000 + rate))


class Sums:
    """What closings state, added up."""

    COUNTS = ("sales", "refunds", "tickets", "tickets_back", "reprints", "trainings")

    def __init__(self):
        self.counts = dict.fromkeys(self.COUNTS, 0)
        self.moved = {"moved_in": 0, "moved_out": 0}
        self.rates, self.means = {}, {}

    def count(self, name, more=1):
        self.counts[name] += more

    def rate(self, vat, **amounts):
        line = self.rates.setdefault(vat, dict.fromkeys(("sold", "sold_vat", "refunded", "refunded_vat"), 0))
        for name, amount in amounts.items():
            line[name] += amount

    def mean(self, means, **amounts):
        line = self.means.setdefault(means, {"paid": 0, "back": 0})
        for name, amount in amounts.items():
            line[name] += amount

    def told(self):
        return {
            **self.counts,
            **self.moved,
            "rates": [{"vat": vat, **line} for vat, line in sorted(self.rates.items())],
            "means": [{"means": m, "kind": k, **line} for (m, k), line in sorted(self.means.items())],
        }

    def cash(self):
        line = self.means.get((0, 0), {"paid": 0, "back": 0})
        return line["paid"] + self.moved["moved_in"] - line["back"] - self.moved["moved_out"]


class Period:
    def __init__(self, closed_until=0):
        self.sums, self.first, self.last, self.closed_until = Sums(), None, None, closed_until


class Books:
    """Reads a till's facts one by one; Refused with the code of the first rule that one breaks."""

    def __init__(self, fact):
        if fact["kind"] != "till_opened":
            raise Refused("till_opening")
        self.opening = fact["body"]
        self.sold, self.refunded = self.opening["sold"], self.opening["refunded"]
        self.numbers = {name: self.opening[name] for name in ("receipt", "training", "z")}
        self.closed_until = self.opening["closed_until"]
        self.sales, self.tickets, self.unpaid, self.shift, self.counted = {}, set(), None, None, None
        self.exchange, self.promotion = None, None
        self.periods = [Period(), Period(), Period()]

    def read(self, fact):
        kind, body = fact["kind"], fact["body"]
        act = getattr(self, "read_" + kind, None)
        if kind == "till_opened":
            raise Refused("till_opening")
        if not act:
            raise Refused("not_a_tills")
        if self.unpaid and kind != "payment":
            raise Refused("unpaid")
        self.at = fact["hlc"] >> 16
        if self.at < self.closed_until:
            raise Refused("closed_period")
        counted, self.counted = self.counted, None
        self.begin_in_exchange(kind, body, fact["id"])
        self.begin_at_promotion(kind, body, fact["id"])
        if kind == "shift_closed":
            self.read_shift_closed(body, counted)
        elif kind == "sale":
            self.read_sale(body, fact["id"])
        else:
            act(body)
        self.end_at_promotion(kind, body)
        self.end_in_exchange(kind, body)

    def begin_in_exchange(self, kind, body, fact):
        """Tickets are money only within an exchange, which is its refund, its sale and its payments at once."""
        if not self.exchange:
            means = [body["means"]] if kind == "payment" else [back["means"] for back in body.get("back", [])]
            fits = EXCHANGE not in means
        elif "credit" in self.exchange and self.unpaid:
            credit = self.exchange["credit"]
            fits = kind == "payment" and (body["means"] != EXCHANGE or body["amount"] <= credit)
        elif "credit" in self.exchange:
            fits = kind == "sale" and fact == self.exchange["sale"]
        else:
            fits = kind == "refund" and fact == self.exchange["refund"]
        if not fits:
            raise Refused("exchange")

    def end_in_exchange(self, kind, body):
        if kind == "exchange":
            self.exchange = dict(body)
        if not self.exchange:
            return
        if kind == "refund":
            self.exchange["price"] = sum(back["amount"] for back in body["back"])
            self.exchange["credit"] = sum(back["amount"] for back in body["back"] if back["means"] == EXCHANGE)
        elif kind == "sale":
            costs = self.unpaid[1] if self.unpaid else 0
            if self.exchange["credit"] != min(self.exchange["price"], costs):
                raise Refused("exchange")
        elif kind == "payment" and body["means"] == EXCHANGE:
            self.exchange["credit"] -= body["amount"]
        if kind in ("sale", "payment") and not self.unpaid:
            if self.exchange["credit"]:
                raise Refused("exchange")
            self.exchange = None

    def begin_at_promotion(self, kind, body, fact):
        """What a promo code takes off is followed by the sale, whose promotion prices are what is left."""
        if not self.promotion:
            return
        fits = kind == "sale" and fact == self.promotion["sale"]
        of_code = [
            line
            for line in body.get("lines", [])
            if line["event"] == self.promotion["event"] and line["reason"] == PROMOTION
        ]
        costs = sum(line["unit"] * len(line["tickets"]) for line in of_code) if fits else None
        if costs != self.promotion["full"] - self.promotion["off"]:
            raise Refused("promotion")

    def end_at_promotion(self, kind, body):
        self.promotion = body if kind == "promotion" else None
        if self.promotion and self.promotion["off"] > self.promotion["full"]:
            raise Refused("promotion")

    def read_promotion(self, body):
        self.needs_shift()

    def read_exchange(self, body):
        self.needs_shift()

    def read_collected(self, body):
        self.needs_shift()

    def number(self, name, found):
        if found != self.numbers[name] + 1:
            raise Refused("number")
        self.numbers[name] = found

    def all_sums(self):
        for period in self.periods:
            period.first = self.at if period.first is None else min(period.first, self.at)
            period.last = self.at if period.last is None else max(period.last, self.at)
        return ([self.shift["sums"]] if self.shift else []) + [period.sums for period in self.periods]

    def needs_shift(self):
        if not self.shift:
            raise Refused("no_shift")

    def needs_sale(self, sale):
        if sale not in self.sales:
            raise Refused("no_such_sale")

    def read_shift_opened(self, body):
        if self.shift:
            raise Refused("shift_open")
        float_ = sum(piece["value"] * piece["count"] for piece in body["float"])
        self.shift = {"float": float_, "sums": Sums()}

    def read_clerk_changed(self, body):
        self.needs_shift()

    def read_sale(self, body, sale):
        self.needs_shift()
        self.number("receipt", body["receipt"])
        total = 0
        for line in body["lines"]:
            for ticket in line["tickets"]:
                if ticket in self.tickets:
                    raise Refused("sold_before")
                self.tickets.add(ticket)
            price = line["unit"] * len(line["tickets"])
            total += price
            for sums in self.all_sums():
                sums.count("tickets", len(line["tickets"]))
                sums.rate(line["vat"], sold=price, sold_vat=vat_in(price, line["vat"]))
        for sums in self.all_sums():
            sums.count("sales")
        self.sold += total
        self.sales[sale] = [{**line, "left": set(line["tickets"])} for line in body["lines"]]
        self.unpaid = [sale, total] if total else None

    def read_payment(self, body):
        if not self.unpaid or self.unpaid[0] != body["sale"]:
            raise Refused("not_waiting")
        if body["means"] == 1 and body["outcome"] == 1:
            return
        if body["amount"] > self.unpaid[1]:
            raise Refused("paid_too_much")
        for sums in self.all_sums():
            sums.mean((body["means"], body.get("kind", 0)), paid=body["amount"])
        self.unpaid[1] -= body["amount"]
        if not self.unpaid[1]:
            self.unpaid = None

    def read_refund(self, body):
        self.needs_shift()
        self.number("receipt", body["receipt"])
        self.needs_sale(body["sale"])
        missing, total = set(body["tickets"]), 0
        for line in self.sales[body["sale"]]:
            taken = line["left"] & missing
            if not taken:
                continue
            before = vat_in(line["unit"] * len(line["left"]), line["vat"])
            line["left"] -= taken
            missing -= taken
            back = line["unit"] * len(taken)
            vat = before - vat_in(line["unit"] * len(line["left"]), line["vat"])
            total += back
            for sums in self.all_sums():
                sums.rate(line["vat"], refunded=back, refunded_vat=vat)
        if missing:
            raise Refused("not_there")
        if sum(back["amount"] for back in body["back"]) != total:
            raise Refused("given_back")
        for sums in self.all_sums():
            for back in body["back"]:
                sums.mean((back["means"], back["kind"]), back=back["amount"])
            sums.count("refunds")
            sums.count("tickets_back", len(body["tickets"]))
        self.refunded += total

    def read_cash_moved(self, body):
        self.needs_shift()
        for sums in self.all_sums():
            sums.moved[("moved_in", "moved_out")[body["way"]]] += body["amount"]

    def read_drawer_counted(self, body):
        self.needs_shift()
        self.counted = sum(piece["value"] * piece["count"] for piece in body["count"])

    def read_shift_closed(self, body, counted=None):
        self.needs_shift()
        shift, self.shift = self.shift, None
        if counted is None:
            raise Refused("not_counted")
        self.number("z", body["z"])
        if body["totals"] != shift["sums"].told():
            raise Refused("totals")
        self.needs_perpetual(body)
        expected = shift["float"] + shift["sums"].cash()
        if body["expected"] != expected:
            raise Refused("expected")
        if body["difference"] != counted - expected:
            raise Refused("difference")

    def needs_perpetual(self, body):
        if (body["sold"], body["refunded"]) != (self.sold, self.refunded):
            raise Refused("perpetual")

    def read_period_closed(self, body):
        kind = body["period"]
        period = self.periods[kind]
        holds = period.first is None or body["from"] <= period.first and period.last < body["until"]
        if not holds or period.closed_until > body["from"] or self.at < body["until"]:
            raise Refused("bounds")
        if any(p.first is not None and p.first < body["until"] for p in self.periods[:kind]):
            raise Refused("shorter_open")
        if body["totals"] != period.sums.told():
            raise Refused("totals")
        self.needs_perpetual(body)
        self.periods[kind] = Period(body["until"])
        self.closed_until = max(self.closed_until, body["until"])

    def read_reprint(self, body):
        self.needs_sale(body["sale"])
        for sums in self.all_sums():
            sums.count("reprints")

    def read_training_sale(self, body):
        self.number("training", body["receipt"])
        for sums in self.all_sums():
            sums.count("trainings")

    def read_contact(self, body):
        self.needs_sale(body["sale"])

    def read_test_print(self, body):
        pass

    read_configuration_changed = read_connection_changed = read_test_print

    def check_size(self):
        amounts = [self.sold, self.refunded]
        for sums in ([self.shift["sums"]] if self.shift else []) + [period.sums for period in self.periods]:
            amounts += sums.moved.values()
            for lines in (sums.rates, sums.means):
                if len(lines) > 32:
                    raise TOO_LARGE
                amounts += [amount for line in lines.values() for amount in line.values()]
            if any(count >= 2**32 for count in sums.counts.values()):
                raise TOO_LARGE
        if any(amount > MOST for amount in amounts):
            raise TOO_LARGE


def read_manifest(line, key):
    signed, found, rest = line.partition(BEFORE_SIGNATURE)
    if not found or not rest.endswith('"}'):
        raise Refused("manifest")
    try:
        signature = journal.strict_base64(rest[:-2])
    except Refused:
        raise Refused("manifest") from None
    if len(signature) != 64:
        raise Refused("manifest")
    if not journal.signature_holds(key, (FORMAT + signed).encode(), signature):
        raise Refused("manifest_signature")
    try:
        manifest = json.loads(signed + "}")
    except ValueError:
        raise Refused("manifest") from None
    if {name: type(value) for name, value in manifest.items()} != MEMBERS or manifest["format"] != FORMAT:
        raise Refused("manifest")
    return manifest


def period_of(body):
    parts = [f"{body['year']:04}", f"{body['month']:02}", f"{body['day']:02}"]
    return "-".join(parts[: 3 - body["period"]])


class Reader:
    def __init__(self, key):
        self.key, self.hashes, self.books, self.last = key, [], None, None
        self.author = None
        self.report = {
            "sound": False, "manifest": None, "facts": 0, "head_hash": journal.NO_HASH.hex(), "by_kind": {},
            "sold": 0, "refunded": 0, "problem": None,
        }

    def check_line(self, text, manifest):
        data = journal.strict_base64(text)
        try:
            fact = place = journal.read_envelope(data)
        except Refused as refused:
            if str(refused) != "newer_version":
                raise
            fact, place = None, journal.peek(data)
        journal_id, device = self.author or (place["journal"], place["device"])
        if place["journal"] != journal_id:
            raise Refused("foreign_journal")
        if place["device"] != device:
            raise Refused("foreign_author")
        journal.check_signature(data, self.key)
        own, seq = journal.hash_of(data), place["seq"]
        if not self.hashes and seq != 1:
            raise Refused("not_opened")
        if seq <= len(self.hashes):
            raise Refused("repeated" if self.hashes[seq - 1] == own else "fork")
        if seq != len(self.hashes) + 1:
            raise Refused("gap")
        if place["prev_hash"] != (self.hashes[-1] if self.hashes else journal.NO_HASH).hex():
            raise Refused("prev_hash")
        self.author = journal_id, device
        self.hashes.append(own)
        if not fact:
            raise Refused("newer_version")
        self.check_fact(fact, manifest)
        self.report.update(facts=seq, head_hash=own.hex())

    def check_fact(self, fact, manifest):
        if self.books:
            self.books.read(fact)
            self.books.check_size()
        else:
            self.books = Books(fact)
            opening = self.books.opening
            of = (opening["organizer"], fact["device"], fact["journal"], opening["series"])
            names = ("organizer", "device", "journal", "series", "currency")
            if (*of, CURRENCIES[opening["currency"]]) != tuple(manifest[name] for name in names):
                raise Refused("other_journal")
        by_kind = self.report["by_kind"]
        by_kind[fact["kind"]] = by_kind.get(fact["kind"], 0) + 1
        self.last = fact

    def check_end(self, manifest):
        if not self.last or self.last["kind"] != "period_closed" or period_of(self.last["body"]) != manifest["period"]:
            raise Refused("other_period")
        if self.hashes[-1].hex() != manifest["head_hash"]:
            raise Refused("other_head")
        if (self.books.sold, self.books.refunded) != (manifest["sold"], manifest["refunded"]):
            raise Refused("perpetual")

    def read(self, text):
        lines = text.removesuffix("\n").split("\n")
        number = 1
        try:
            manifest = self.report["manifest"] = read_manifest(lines[0], self.key)
            for number, line in enumerate(lines[1:], 2):
                if number - 1 > manifest["facts"]:
                    raise Refused("too_many")
                self.check_line(line, manifest)
            if number - 1 < manifest["facts"]:
                number += 1
                raise Refused("cut_off")
            self.check_end(manifest)
            self.report["sound"] = True
        except Refused as refused:
            self.report["problem"] = {"line": number, "code": str(refused)}
        if self.books:
            self.report.update(sold=self.books.sold, refunded=self.books.refunded)
        self.report["by_kind"] = dict(sorted(self.report["by_kind"].items()))
        return self.report


def verify(text, key):
    """The report on an archive, up to its first problem."""
    return Reader(key).read(text)


def check_vectors(vectors):
    """A sentence for each golden archive that does not come out as it should."""
    key = bytes.fromhex(vectors["key"])
    for vector in vectors["archives"]:
        report = verify(vector["text"], key)
        if report != vector["report"]:
            yield f"{vector['name']}: {report['problem']}, expected {vector['report']['problem']}"


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    if arguments[0] == "vectors":
        with open(arguments[1], encoding="utf-8") as file:
            vectors = json.load(file)
        wrong = list(check_vectors(vectors))
        for sentence in wrong:
            print(sentence)
        print(f"{len(vectors['archives'])} archives, {len(wrong)} wrong")
        return 1 if wrong else 0
    try:
        key = journal.strict_base64(arguments[1])
    except Refused:
        key = b""
    if not journal.is_key(key):
        print("the key is 32 bytes in base64, as the organizer's list of devices shows it", file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8", errors="replace", newline="") as file:
        report = verify(file.read(), key)
    print(json.dumps(report, indent=2))
    return 0 if report["sound"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
