"""The facts of a till's journal, for the second reader: written from docs/SYNC.md alone."""

import datetime

MAX_LINES = 40
MAX_TICKETS = 400
MAX_DENOMINATIONS = 32
MAX_TOTALS = 32
MAX_BACK = 8
MEANS = (0, 1, 2, 3, 5)
PRICE_REASONS = [*range(10), *range(32, 38)]
FIRST_FREE_REASON = 32
LETTERS = range(ord("A"), ord("Z") + 1)


class Refused(Exception):
    """Carries the code that docs/SYNC.md gives to the first rule broken."""


def one_of(number, allowed):
    if number not in allowed:
        raise Refused("body_number")
    return number


def at_least_1(f):
    return one_of(f.number("I"), range(1, 2**32))


def ascending(items, key):
    if any(key(a) >= key(b) for a, b in zip(items, items[1:])):
        raise Refused("body_order")
    return items


def read_many(f, form, allowed, read):
    return [read(f) for _ in range(one_of(f.number(form), allowed))]


def read_tickets(f):
    tickets = read_many(f, "H", range(1, MAX_TICKETS + 1), lambda f: f.number("Q"))
    return ascending(tickets, lambda ticket: ticket)


def read_predecessor(f):
    if one_of(f.number("B"), range(2)):
        return {"journal": f.id(), "seq": f.number("Q"), "hash": f.take(32).hex()}
    return None


def read_opened(f):
    """What follows the purpose."""
    body = {"organizer": f.id()}
    first, second = f.number("B"), f.number("B")
    one_of(first, LETTERS)
    body["series"] = chr(first) + (chr(one_of(second, LETTERS)) if second else "")
    body["currency"] = one_of(f.number("B"), range(3))
    body["cause"] = one_of(f.number("B"), range(4))
    body.update(sold=f.number("Q"), refunded=f.number("Q"), receipt=f.number("I"), training=f.number("I"))
    body.update(z=f.number("I"), closed_until=f.number("q"))
    return {**body, "predecessor": read_predecessor(f)}


def read_count(f):
    pieces = read_many(
        f, "B", range(MAX_DENOMINATIONS + 1), lambda f: {"value": at_least_1(f), "count": at_least_1(f)}
    )
    return ascending(pieces, lambda piece: piece["value"])


def read_price(f):
    line = {"event": f.id(), "type": f.number("H"), "unit": f.number("I")}
    line["vat"] = one_of(f.number("H"), range(10_001))
    line["reason"] = one_of(f.number("B"), PRICE_REASONS)
    if line["reason"] >= FIRST_FREE_REASON and line["unit"]:
        raise Refused("body_number")
    return line


def read_sale(f):
    receipt = at_least_1(f)
    lines = read_many(f, "B", range(1, MAX_LINES + 1), lambda f: {**read_price(f), "tickets": read_tickets(f)})
    return {"receipt": receipt, "lines": lines}


def read_training(f):
    def line(f):
        return {**read_price(f), "quantity": one_of(f.number("H"), range(1, MAX_TICKETS + 1))}

    return {"receipt": at_least_1(f), "lines": read_many(f, "B", range(1, MAX_LINES + 1), line)}


def read_payment(f):
    body = {"sale": f.id(), "amount": at_least_1(f), "means": one_of(f.number("B"), MEANS)}
    if body["means"] == 0:
        body["change"] = f.number("I")
    elif body["means"] == 1:
        body["outcome"] = one_of(f.number("B"), range(2))
    elif body["means"] == 3:
        body["kind"] = f.number("H")
    return body


def read_means(f):
    means, kind = f.number("B"), f.number("H")
    one_of(means, MEANS)
    if means != 3:
        one_of(kind, range(1))
    return {"means": means, "kind": kind}


def by_means(item):
    return item["means"], item["kind"]


def read_refund(f):
    body = {"receipt": at_least_1(f), "sale": f.id(), "reason": one_of(f.number("B"), range(7))}
    body["tickets"] = read_tickets(f)
    back = read_many(f, "B", range(MAX_BACK + 1), lambda f: {**read_means(f), "amount": at_least_1(f)})
    return {**body, "back": ascending(back, by_means)}


def read_moved(f):
    body = {"way": one_of(f.number("B"), range(2)), "amount": at_least_1(f)}
    return {**body, "reason": one_of(f.number("B"), range(5))}


def read_totals(f):
    names = ("sales", "refunds", "tickets", "tickets_back", "reprints", "trainings")
    totals = {name: f.number("I") for name in names}
    totals.update(moved_in=f.number("Q"), moved_out=f.number("Q"))

    def rate(f):
        rate = {"vat": one_of(f.number("H"), range(10_001))}
        return {**rate, **{n: f.number("Q") for n in ("sold", "sold_vat", "refunded", "refunded_vat")}}

    rates = read_many(f, "B", range(MAX_TOTALS + 1), rate)
    means = read_many(
        f, "B", range(MAX_TOTALS + 1), lambda f: {**read_means(f), "paid": f.number("Q"), "back": f.number("Q")}
    )
    totals["rates"] = ascending(rates, lambda rate: rate["vat"])
    return {**totals, "means": ascending(means, by_means)}


def read_shift_closed(f):
    body = {"z": at_least_1(f), "expected": f.number("q"), "difference": f.number("q")}
    body.update(sold=f.number("Q"), refunded=f.number("Q"))
    return {**body, "totals": read_totals(f)}


def read_period_closed(f):
    body = {"period": f.number("B"), "year": f.number("H"), "month": f.number("B"), "day": f.number("B")}
    one_of(body["period"], range(3))
    # What a period has not is 0.
    month = body["month"] if body["period"] < 2 else one_of(body["month"], range(1)) + 1
    day = body["day"] if body["period"] < 1 else one_of(body["day"], range(1)) + 1
    try:
        datetime.date(body["year"], month, day)
    except ValueError:
        raise Refused("body_number") from None
    body.update({"from": f.number("q"), "until": f.number("q"), "sold": f.number("Q"), "refunded": f.number("Q")})
    body["totals"] = read_totals(f)
    if body["from"] >= body["until"]:
        raise Refused("body_order")
    return body


def read_reprint(f):
    body = {"sale": f.id(), "what": one_of(f.number("B"), range(3))}
    if body["what"] == 2:
        body["ticket"] = f.number("Q")
    return body


def read_collected(f):
    body = {"order": f.id(), "event": f.id(), "tickets": read_tickets(f)}
    return {**body, "copy": one_of(f.number("B"), range(2))}


def read_promotion(f):
    return {"promo": f.id(), "sale": f.id(), "event": f.id(), "full": at_least_1(f), "off": at_least_1(f)}


KINDS = {
    20: ("shift_opened", lambda f: {"clerk": f.id(), "float": read_count(f)}),
    21: ("clerk_changed", lambda f: {"clerk": f.id()}),
    22: ("sale", read_sale),
    23: ("payment", read_payment),
    24: ("refund", read_refund),
    25: ("cash_moved", read_moved),
    26: ("drawer_counted", lambda f: {"count": read_count(f)}),
    27: ("shift_closed", read_shift_closed),
    28: ("period_closed", read_period_closed),
    29: ("reprint", read_reprint),
    30: ("test_print", lambda f: {"what": one_of(f.number("B"), range(3))}),
    31: ("training_sale", read_training),
    32: ("configuration_changed", lambda f: {"hash": f.take(32).hex()}),
    33: ("connection_changed", lambda f: {"to": one_of(f.number("B"), range(2))}),
    34: ("contact", lambda f: {"sale": f.id(), "blob": f.take(16).hex(), "hash": f.take(32).hex()}),
    35: ("exchange", lambda f: {"refund": f.id(), "sale": f.id()}),
    36: ("collected", read_collected),
    37: ("promotion", read_promotion),
}
