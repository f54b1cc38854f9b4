//! Envelopes that break one rule each. But for the signature's own vectors all are signed well, so
//! that nothing else can be the reason.

use shared::fact::kind::{Annotation, OpeningCause, VoidReason};
use shared::fact::{EntryMarks, FactBody};
use shared::ids::TicketId;

use crate::valid::{TICKET, entry, opened};
use crate::{bytes, fact, name, sign_bytes, signed};

pub(crate) struct Invalid {
    pub(crate) name: &'static str,
    pub(crate) error: &'static str,
    pub(crate) envelope: Vec<u8>,
    /// Another key than the author's.
    pub(crate) key: Option<Vec<u8>>,
}

const TAG: &str = "tickethub/fact/v1";
// Where fields stand, and where they stand when nothing was seen.
const RESERVED: usize = 1;
const SEQ: usize = 18;
const PREV_HASH: usize = 26;
const SEEN_COUNT: usize = 118;
const SEEN: usize = 119;
const BODY_LENGTH: usize = 121;
const BODY: usize = 123;

/// The order of the curve's base point.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

/// R = the neutral point, S = k·a: satisfies the equation S·B = R + k·A for the entry of these
/// vectors, and says nothing about who signed.
const SMALL_ORDER_R: &str = "0100000000000000000000000000000000000000000000000000000000000000d46de3afa5cb417c9fa53f98027f53e94d55468b11799276f2fbf69a71dc830d";

fn unsigned(body: FactBody) -> Vec<u8> {
    let mut bytes = signed(&fact(body));
    bytes.truncate(bytes.len() - 64);
    bytes
}

fn plain_entry() -> FactBody {
    entry(TICKET, EntryMarks::default())
}

/// The plain entry, changed before it is signed.
fn changed(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    changed_body(plain_entry(), change)
}

pub(crate) fn changed_body(body: FactBody, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = unsigned(body);
    change(&mut bytes);
    sign_bytes(TAG, bytes)
}

/// The plain entry, changed after it was signed.
fn spoiled(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = signed(&fact(plain_entry()));
    change(&mut bytes);
    bytes
}

fn with_seen(names: &[u8]) -> Vec<u8> {
    changed(|bytes| {
        bytes[SEEN_COUNT] = names.len() as u8;
        let seen = names.iter().map(|&n| name(n));
        let seen: Vec<u8> = seen
            .flat_map(|name| [*name.device.as_bytes(), *name.fact.as_bytes()].concat())
            .collect();
        bytes.splice(SEEN..SEEN, seen);
    })
}

/// A body of that kind with these bytes.
pub(crate) fn with_body(kind: u16, body: &[u8]) -> Vec<u8> {
    changed(|bytes| {
        bytes.truncate(SEEN);
        bytes.extend(kind.to_be_bytes());
        bytes.extend((body.len() as u16).to_be_bytes());
        bytes.extend(body);
    })
}

fn issued(ids: &[u64]) -> Vec<u8> {
    let mut body = (ids.len() as u16).to_be_bytes().to_vec();
    body.extend(ids.iter().flat_map(|id| id.to_be_bytes()));
    with_body(9, &body)
}

/// A release of rights of kind `right`: each a ticket and a step.
fn released(right: u8, steps: &[(u64, u16)]) -> Vec<u8> {
    let mut body = vec![right, 0, 0, 0, 0, 0, 0, 0, 9];
    body.extend((steps.len() as u16).to_be_bytes());
    for (ticket, step) in steps {
        body.extend(ticket.to_be_bytes());
        body.extend(step.to_be_bytes());
    }
    with_body(12, &body)
}

/// Sets the last byte of a body.
fn last_byte(body: FactBody, value: u8) -> Vec<u8> {
    changed_body(body, |bytes| *bytes.last_mut().expect("a body") = value)
}

fn add_order(scalar: &mut [u8]) {
    let mut carry = 0;
    for (byte, add) in scalar.iter_mut().zip(bytes(ORDER)) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
}

pub(crate) fn envelopes() -> Vec<Invalid> {
    let first = || opened(OpeningCause::First, None);
    let void = FactBody::Void {
        ticket: TICKET,
        target: name(5),
        reason: VoidReason::Mistake,
    };
    let noted = FactBody::Annotation {
        ticket: TICKET,
        target: name(5),
        says: Annotation::Noted,
    };
    let two_issued = FactBody::Issued {
        tickets: vec![TicketId(1), TicketId(2)],
    };
    let rules: Vec<(&'static str, &'static str, Vec<u8>)> = vec![
        ("nothing", "truncated", Vec::new()),
        (
            "4,097 bytes",
            "too_long",
            with_body(10, &[0x5a; 4097 - 187]),
        ),
        ("version 0", "no_version", changed(|b| b[0] = 0)),
        (
            "version 2",
            "newer_version",
            sign_bytes("tickethub/fact/v2", {
                let mut b = unsigned(plain_entry());
                b[0] = 2;
                b
            }),
        ),
        (
            "reserved byte set",
            "reserved",
            changed(|b| b[RESERVED] = 1),
        ),
        (
            "cut off inside the ids",
            "truncated",
            spoiled(|b| b.truncate(60)),
        ),
        (
            "cut off inside the signature",
            "truncated",
            spoiled(|b| {
                b.pop();
            }),
        ),
        (
            "place 0",
            "place_zero",
            changed(|b| b[SEQ..SEQ + 8].fill(0)),
        ),
        (
            "nine facts seen",
            "seen_too_many",
            with_seen(&[1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ),
        (
            "facts seen in descending order",
            "seen_order",
            with_seen(&[1, 3, 2]),
        ),
        ("a fact seen twice", "seen_order", with_seen(&[1, 2, 2])),
        (
            "a byte after the signature",
            "trailing",
            spoiled(|b| b.push(0)),
        ),
        (
            "a body longer than the envelope",
            "truncated",
            changed(|b| b[BODY_LENGTH] = 1),
        ),
        (
            "a body that ends before its bytes",
            "trailing",
            changed(|b| b[BODY_LENGTH + 1] -= 1),
        ),
        (
            "an entry at place 1",
            "opening",
            changed(|b| b[SEQ + 7] = 1),
        ),
        (
            "an opening at place 2",
            "opening",
            changed_body(first(), |b| b[SEQ + 7] = 2),
        ),
        (
            "an opening with a hash before it",
            "opening",
            changed_body(first(), |b| b[PREV_HASH + 31] = 1),
        ),
        (
            "an opening without a body",
            "body_length",
            changed_body(first(), |b| {
                b.truncate(BODY);
                b[BODY_LENGTH + 1] = 0;
            }),
        ),
        (
            "an opening for cause 4",
            "body_number",
            changed_body(first(), |b| b[BODY + 19] = 4),
        ),
        (
            "an opening with two predecessors",
            "body_number",
            last_byte(first(), 2),
        ),
        (
            "an opening whose predecessor is missing",
            "body_length",
            last_byte(first(), 1),
        ),
        (
            "an entry of 18 bytes",
            "body_length",
            with_body(2, &[0; 18]),
        ),
        (
            "an entry of 20 bytes",
            "body_length",
            with_body(2, &[0; 20]),
        ),
        ("a void for reason 4", "body_number", last_byte(void, 4)),
        (
            "an annotation that says 3",
            "body_number",
            last_byte(noted.clone(), 3),
        ),
        (
            "an adjusted time without the time",
            "body_length",
            last_byte(noted, 0),
        ),
        ("no ticket issued", "body_number", issued(&[])),
        (
            "401 tickets issued",
            "body_number",
            issued(&(1..=401).collect::<Vec<_>>()),
        ),
        (
            "tickets issued in descending order",
            "body_order",
            issued(&[2, 1]),
        ),
        (
            "a ticket issued twice",
            "body_order",
            last_byte(two_issued, 1),
        ),
        (
            "one bit of the body flipped",
            "bad_signature",
            spoiled(|b| b[BODY] ^= 1),
        ),
        (
            "one bit of the time flipped",
            "bad_signature",
            spoiled(|b| b[105] ^= 1),
        ),
        (
            "one bit of the signature flipped",
            "bad_signature",
            spoiled(|b| {
                let at = b.len() - 64;
                b[at] ^= 1;
            }),
        ),
        (
            "signed under the tag of a session",
            "bad_signature",
            sign_bytes("tickethub/session/v1", unsigned(plain_entry())),
        ),
        (
            "signed without a tag",
            "bad_signature",
            sign_bytes("", unsigned(plain_entry())),
        ),
        (
            "S not reduced",
            "bad_signature",
            spoiled(|b| {
                let at = b.len() - 32;
                add_order(&mut b[at..]);
            }),
        ),
        (
            "R of small order",
            "bad_signature",
            spoiled(|b| {
                let at = b.len() - 64;
                b.splice(at.., bytes(SMALL_ORDER_R));
            }),
        ),
    ];
    let mut all: Vec<_> = rules
        .into_iter()
        .map(|(name, error, envelope)| Invalid {
            name,
            error,
            envelope,
            key: None,
        })
        .collect();
    all.extend(keys());
    all.extend(rights());
    all
}

fn rights() -> Vec<Invalid> {
    let many: Vec<_> = (1..=301).map(|ticket| (ticket, 1)).collect();
    [
        (
            "a release of right 2",
            "body_number",
            released(2, &[(1, 1)]),
        ),
        ("no right released", "body_number", released(0, &[])),
        ("301 rights released", "body_number", released(1, &many)),
        ("step 0 of a right", "body_number", released(0, &[(1, 0)])),
        (
            "rights released in descending order",
            "body_order",
            released(0, &[(2, 1), (1, 1)]),
        ),
        (
            "a right released twice",
            "body_order",
            released(0, &[(1, 1), (1, 2)]),
        ),
        (
            "a hand-over without its tickets",
            "body_length",
            with_body(11, &[0; 41]),
        ),
    ]
    .map(|(name, error, envelope)| Invalid {
        name,
        error,
        envelope,
        key: None,
    })
    .into()
}

/// A good envelope is only as good as the key it is checked with.
fn keys() -> Vec<Invalid> {
    // Under the neutral point as key, R = B and S = 1 sign everything.
    let neutral = bytes(&format!("01{}", "00".repeat(31)));
    let base_and_one = bytes(&format!("58{}01{}", "66".repeat(31), "00".repeat(31)));
    let signs_all = spoiled(|b| {
        let at = b.len() - 64;
        b.splice(at.., base_and_one);
    });
    // y = 3 written as p + 3.
    let second_form = bytes(&format!("f0{}7f", "ff".repeat(30)));
    let entry = signed(&fact(plain_entry()));
    let other = shared::fact::FactSigningKey::from_seed(&[1; 32]).public();
    let vector = |name, error, envelope, key| Invalid {
        name,
        error,
        envelope,
        key: Some(key),
    };
    vec![
        vector(
            "another device's key",
            "bad_signature",
            entry.clone(),
            other.as_bytes().to_vec(),
        ),
        vector("a key of small order", "bad_key", signs_all, neutral),
        vector("a key in a second form", "bad_key", entry, second_form),
    ]
}
