#!/usr/bin/env python3
"""Second reader of Ticket Hub's signed facts, written from docs/SYNC.md alone.

    journal_reader.py vectors FILE      check golden vectors; exit 0 if every one comes out right
    journal_reader.py verify FILE.thj   check an exported journal; prints the report that
                                        `door journal verify` prints; exit 0 if it is sound

Standard library only, so that an auditor needs nothing but Python and this folder. It shares no line with the
product: where the two disagree, one of them or the document is wrong.
"""

import base64
import hashlib
import json
import re
import struct
import sys
import uuid

import till_facts
from till_facts import Refused, one_of, read_predecessor

MAX_LENGTH = 4096
MAX_SEEN = 8
MAX_ISSUED = 400
MAX_RIGHTS = 300
NO_HASH = bytes(32)
# What a journal is for; number 1 stays unused.
DOOR, TILL = 0, 2

# Ed25519 (RFC 8032), strict: canonical encodings only, no point of small order, S below the order.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(a, b):
    """Sum of two points in extended coordinates (X, Y, Z, T)."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar, point):
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def is_small_order(point):
    x, y, z, _ = times(8, point)
    return x % P == 0 and (y - z) % P == 0


def read_point(data):
    """The point of 32 bytes, None if there is none or the bytes are not its canonical form."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def write_point(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = read_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_key(key):
    point = len(key) == 32 and read_point(key)
    return bool(point) and not is_small_order(point)


def signature_holds(key, message, signature):
    """`key` must have passed is_key."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % ORDER
    x, y, z, t = read_point(key)
    expected = add(times(s, BASE), times(k, (P - x, y, z, P - t)))
    return write_point(expected) == r and not is_small_order(expected)


# The envelope.


class Fields:
    def __init__(self, data, code):
        self.data, self.at, self.code = data, 0, code

    def take(self, length):
        if self.at + length > len(self.data):
            raise Refused(self.code)
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(">" + form)))[0]

    def id(self):
        return str(uuid.UUID(bytes=self.take(16)))

    def name(self):
        return {"device": self.id(), "fact": self.id()}

    def at_end(self):
        return self.at == len(self.data)


def read_opened(f):
    body = {"event": f.id(), "gate": f.number("H"), "cause": one_of(f.number("B"), range(4))}
    return {**body, "predecessor": read_predecessor(f)}


def read_annotation(f):
    body = {"ticket": f.number("Q"), "target": f.name(), "says": one_of(f.number("B"), range(3))}
    if body["says"] == 0:
        body["at"] = f.number("q")
    return body


def read_issued(f):
    count = one_of(f.number("H"), range(1, MAX_ISSUED + 1))
    tickets = [f.number("Q") for _ in range(count)]
    if any(a >= b for a, b in zip(tickets, tickets[1:])):
        raise Refused("body_order")
    return {"tickets": tickets}


def read_steps(f):
    count = one_of(f.number("H"), range(1, MAX_RIGHTS + 1))
    steps = []
    for _ in range(count):
        steps.append({"ticket": f.number("Q"), "step": f.number("H")})
        one_of(steps[-1]["step"], range(1, 2**16))
    if any(a["ticket"] >= b["ticket"] for a, b in zip(steps, steps[1:])):
        raise Refused("body_order")
    return steps


def read_hand_over(f):
    body = {"right": one_of(f.number("B"), range(2)), "term": f.number("Q")}
    body.update(to=f.id(), asked_for=f.id())
    return {**body, "tickets": read_steps(f)}


def read_release(f):
    body = {"right": one_of(f.number("B"), range(2)), "term": f.number("Q")}
    return {**body, "tickets": read_steps(f)}


def plain(**fields):
    return lambda f: {name: f.number(form) for name, form in fields.items()}


KINDS = {
    1: ("journal_opened", read_opened),
    2: ("entry", plain(ticket="Q", type="H", window="B", key="I", gate="H", marks="H")),
    3: ("exit", plain(ticket="Q", gate="H", marks="H")),
    4: ("refusal", plain(ticket="Q", gate="H", reason="B")),
    5: ("refusals", plain(gate="H", reason="B", count="I")),
    6: ("void", lambda f: {"ticket": f.number("Q"), "target": f.name(), "reason": one_of(f.number("B"), range(4))}),
    7: ("override", lambda f: {**plain(ticket="Q", gate="H", reason="B")(f), "person": f.id()}),
    8: ("annotation", read_annotation),
    9: ("issued", read_issued),
    11: ("hand_over", read_hand_over),
    12: ("release", read_release),
    13: ("withdrawn", read_issued),
    **till_facts.KINDS,
}


def read_body(kind, data):
    f = Fields(data, "body_length")
    name, read = KINDS.get(kind, ("unknown", None))
    purpose = f.number("B") if kind == 1 else DOOR
    if purpose == TILL:
        name, read = "till_opened", till_facts.read_opened
    if not read or purpose not in (DOOR, TILL):
        return "unknown", {"kind": kind, "bytes": data.hex()}
    body = read(f)
    if not f.at_end():
        raise Refused("body_length")
    return name, body


def read_envelope(data):
    """All fields of an envelope of version 1; Refused with the code of the first rule it breaks."""
    if len(data) > MAX_LENGTH:
        raise Refused("too_long")
    f = Fields(data, "truncated")
    version = f.number("B")
    if version != 1:
        raise Refused("newer_version" if version else "no_version")
    if f.number("B") != 0:
        raise Refused("reserved")
    fact = {"journal": f.id(), "seq": f.number("Q")}
    if fact["seq"] == 0:
        raise Refused("place_zero")
    fact.update(prev_hash=f.take(32).hex(), device=f.id(), id=f.id(), hlc=f.number("Q"))
    fact.update(wall_ms=f.number("q"), offset_ms=f.number("q"), offset_err_ms=f.number("I"))
    seen = f.number("B")
    if seen > MAX_SEEN:
        raise Refused("seen_too_many")
    fact["seen"] = [f.name() for _ in range(seen)]
    pairs = [(name["device"], name["fact"]) for name in fact["seen"]]
    if any(a >= b for a, b in zip(pairs, pairs[1:])):
        raise Refused("seen_order")
    kind, length = f.number("H"), f.number("H")
    body = f.take(length)
    f.take(64)
    if not f.at_end():
        raise Refused("trailing")
    if (kind == 1) != (fact["seq"] == 1) or (kind == 1 and fact["prev_hash"] != NO_HASH.hex()):
        raise Refused("opening")
    fact["kind"], fact["body"] = read_body(kind, body)
    return fact


def peek(data):
    """Journal, place, predecessor and author: at the same place in every version."""
    if len(data) < 74 + 64:
        raise Refused("truncated")
    f = Fields(data, "truncated")
    f.take(2)
    header = {"journal": f.id(), "seq": f.number("Q"), "prev_hash": f.take(32).hex()}
    if header["seq"] == 0:
        raise Refused("place_zero")
    return {**header, "device": f.id()}


def check_signature(data, key):
    tag = b"tickethub/fact/v%d" % data[0]
    if not signature_holds(key, tag + data[:-64], data[-64:]):
        raise Refused("bad_signature")


def hash_of(data):
    return hashlib.sha256(b"tickethub/fact-hash/v1" + data).digest()


# The journal file.


def strict_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("base64") from None
    if base64.b64encode(data).decode() != text:
        raise Refused("base64")
    return data


def read_header(line):
    names = ("format", "journal", "device", "device_public_key", "event")

    def each_once(pairs):
        given = [name for name, _ in pairs if name in names]
        if len(given) != len(set(given)):
            raise ValueError("a name twice")
        return dict(pairs)

    def no_number(text):
        raise ValueError(f"{text} is no JSON")

    try:
        header = json.loads(line, object_pairs_hook=each_once, parse_constant=no_number)
    except (ValueError, RecursionError):
        raise Refused("header") from None
    if not isinstance(header, dict) or any(not isinstance(header.get(n), str) for n in names):
        raise Refused("header")
    if header["format"] != "tickethub/journal/v1":
        raise Refused("header_format")
    form = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    if any(not re.fullmatch(form, header[name]) for name in ("journal", "device", "event")):
        raise Refused("header_id")
    try:
        key = strict_base64(header["device_public_key"])
    except Refused:
        key = b""
    if not is_key(key):
        raise Refused("header_key")
    return {name: header[name] for name in names[1:]}, key


def check_line(text, header, key, hashes):
    """Checks one line; returns its fact (None if of a newer version) and the envelope's hash."""
    data = strict_base64(text)
    fact = None
    try:
        fact = place = read_envelope(data)
    except Refused as refused:
        if str(refused) != "newer_version":
            raise
        place = peek(data)
    if fact and fact["kind"] == "journal_opened" and fact["body"]["event"] != header["event"]:
        raise Refused("other_event")
    if place["journal"] != header["journal"]:
        raise Refused("foreign_journal")
    if place["device"] != header["device"]:
        raise Refused("foreign_author")
    check_signature(data, key)
    seq, own = place["seq"], hash_of(data)
    if not hashes and seq != 1:
        raise Refused("not_opened")
    if seq <= len(hashes):
        raise Refused("repeated" if hashes[seq - 1] == own else "fork")
    if seq != len(hashes) + 1:
        raise Refused("gap")
    if place["prev_hash"] != (hashes[-1] if hashes else NO_HASH).hex():
        raise Refused("prev_hash")
    return fact, own


def verify_file(text):
    """The report on a journal file, up to its first problem."""
    report = dict.fromkeys(["sound", "journal", "device", "device_public_key", "event"])
    by_kind, hashes, clock_reversals, problem, last_hlc = {}, [], 0, None, None
    lines = text.removesuffix("\n").split("\n")
    number = 1
    try:
        header, key = read_header(lines[0])
        report.update(header)
        for number, line in enumerate(lines[1:], 2):
            fact, own = check_line(line, header, key, hashes)
            hashes.append(own)
            kind = fact["kind"] if fact else "newer_version"
            by_kind[kind] = by_kind.get(kind, 0) + 1
            if fact:
                clock_reversals += last_hlc is not None and fact["hlc"] <= last_hlc
                last_hlc = fact["hlc"]
        if not hashes:
            number = 2
            raise Refused("no_facts")
    except Refused as refused:
        problem = {"line": number, "code": str(refused)}
    return {
        **report,
        "sound": problem is None,
        "facts": len(hashes),
        "head_hash": (hashes[-1] if hashes else NO_HASH).hex(),
        "by_kind": dict(sorted(by_kind.items())),
        "clock_reversals": clock_reversals,
        "problem": problem,
    }


# Golden vectors.


def check_vector(vector):
    """The code of the first rule that the vector's envelope breaks, or None, and its fact."""
    try:
        data, key = bytes.fromhex(vector["envelope"]), bytes.fromhex(vector["key"])
        fact = read_envelope(data)
        if not is_key(key):
            raise Refused("bad_key")
        check_signature(data, key)
        return None, {"fact": fact, "hash": hash_of(data).hex()}
    except Refused as refused:
        return str(refused), None


def check_vectors(vectors):
    """A sentence for each vector that does not come out as it should."""
    for vector in vectors["valid"]:
        code, read = check_vector(vector)
        if code:
            yield f"{vector['name']}: refused ({code}), but it is valid"
        elif read != {"fact": vector["fact"], "hash": vector["hash"]}:
            yield f"{vector['name']}: read as {read}"
    for vector in vectors["invalid"]:
        code, _ = check_vector(vector)
        if code != vector["error"]:
            yield f"{vector['name']}: {code or 'accepted'}, expected {vector['error']}"


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("vectors", "verify"):
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[1], encoding="utf-8", newline="") as file:
        text = file.read()
    if arguments[0] == "verify":
        report = verify_file(text)
        print(json.dumps(report, indent=2))
        return 0 if report["sound"] else 1
    vectors = json.loads(text)
    wrong = list(check_vectors(vectors))
    for sentence in wrong:
        print(sentence)
    print(f"{len(vectors['valid'])} valid, {len(vectors['invalid'])} invalid, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
