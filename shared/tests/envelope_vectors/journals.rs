//! Journal files, sound and broken, with the report that every reader must make of them.

use serde_json::{Value, json};
use shared::fact::journal::{Author, Draft, Head, append};
use shared::fact::journal_file::{JournalFileHeader, verify_file, write_file};
use shared::fact::kind::{OpeningCause, VoidReason};
use shared::fact::{EntryMarks, FactBody, FactSigningKey};
use shared::ids::{DeviceId, GateNo, JournalId, TicketId};

use crate::valid::{TICKET, entry, event, opened};
use crate::{device, fact_id, journal, key, name, sign_bytes, stamp};

/// Appends as another author, in another journal, with another key, if it is told so.
struct Hand {
    device: DeviceId,
    journal: JournalId,
    key: FactSigningKey,
}

impl Hand {
    fn own() -> Self {
        Self {
            device: device(),
            journal: journal(),
            key: key(),
        }
    }

    fn append(&self, after: Option<&Vec<u8>>, n: u8, body: FactBody) -> Vec<u8> {
        let head = after.map_or(Head::EMPTY, |bytes| {
            Head::from(&shared::fact::Header::peek(bytes).expect("own bytes"))
        });
        let author = Author {
            device: self.device,
            journal: self.journal,
            key: &self.key,
        };
        let draft = Draft {
            id: fact_id(n),
            stamp: stamp(n),
            seen: Vec::new(),
            body,
        };
        append(head, author, draft)
            .expect("a valid draft")
            .into_bytes()
    }
}

/// One fact of each kind that a door writes, and two that a door of this version doesn't know.
fn facts() -> Vec<Vec<u8>> {
    let hand = Hand::own();
    let bodies = vec![
        opened(OpeningCause::First, None),
        entry(TICKET, EntryMarks::default()),
        entry(TicketId(5), EntryMarks::ROW_UNSEEN),
        FactBody::Exit {
            ticket: TICKET,
            gate: GateNo(3),
            marks: EntryMarks::default(),
        },
        FactBody::Refusal {
            ticket: TICKET,
            gate: GateNo(3),
            reason: 7,
        },
        FactBody::Refusals {
            gate: GateNo(3),
            reason: 1,
            count: 12,
        },
        FactBody::Void {
            ticket: TicketId(5),
            target: name(5),
            reason: VoidReason::DidNotPass,
        },
        FactBody::Opaque {
            kind: 300,
            body: vec![1, 2, 3],
        },
    ];
    let mut facts: Vec<Vec<u8>> = Vec::new();
    for (n, body) in (1..).zip(bodies) {
        facts.push(hand.append(facts.last(), n, body));
    }
    let mut newer = hand.append(facts.last(), 9, entry(TicketId(6), EntryMarks::default()));
    newer.truncate(newer.len() - 64);
    newer[0] = 2;
    newer.extend_from_slice(b"what only version 2 knows");
    facts.push(sign_bytes("tickethub/fact/v2", newer));
    facts.push(hand.append(facts.last(), 10, entry(TicketId(7), EntryMarks::default())));
    facts
}

fn file(facts: &[Vec<u8>]) -> String {
    let header = JournalFileHeader {
        journal: journal(),
        device: device(),
        device_public_key: key().public(),
        event: event(),
    };
    write_file(&header, facts)
}

fn edited(edit: impl FnOnce(&mut Vec<Vec<u8>>)) -> String {
    let mut facts = facts();
    edit(&mut facts);
    file(&facts)
}

/// After the third fact one by `hand`.
fn third_by(hand: &Hand) -> String {
    edited(|facts| {
        let foreign = hand.append(
            Some(&facts[2]),
            11,
            entry(TicketId(8), EntryMarks::default()),
        );
        facts.insert(3, foreign);
    })
}

pub(crate) fn journals() -> Value {
    let sound = edited(|_| ());
    let late = |facts: &mut Vec<Vec<u8>>| {
        facts.truncate(3);
        let late = Hand::own().append(facts.last(), 2, entry(TicketId(9), EntryMarks::default()));
        facts.push(late);
    };
    let fork = |facts: &mut Vec<Vec<u8>>| {
        let other = Hand::own().append(
            Some(&facts[1]),
            12,
            entry(TicketId(8), EntryMarks::default()),
        );
        facts.insert(4, other);
    };
    let other_past = |facts: &mut Vec<Vec<u8>>| {
        facts[2] = Hand::own().append(
            Some(&facts[1]),
            12,
            entry(TicketId(8), EntryMarks::default()),
        );
    };
    let other_event = sound.replace(&event().to_string(), "00000000-0000-0000-0000-000000000000");
    let cases: Vec<(&str, String)> = vec![
        (
            "sound, with an unknown kind and a newer version",
            sound.clone(),
        ),
        ("sound, but a clock went back", edited(late)),
        (
            "sound, without the last line break",
            sound.trim_end().to_owned(),
        ),
        (
            "one fact missing",
            edited(|facts| {
                facts.remove(3);
            }),
        ),
        (
            "the opening missing",
            edited(|facts| {
                facts.remove(0);
            }),
        ),
        (
            "a fact twice",
            edited(|facts| facts.insert(4, facts[2].clone())),
        ),
        ("two facts at one place", edited(fork)),
        (
            "one fact exchanged for another by the author",
            edited(other_past),
        ),
        (
            "a bit flipped in a stored fact",
            edited(|facts| facts[4][95] ^= 4),
        ),
        (
            "a bit flipped in a fact of a newer version",
            edited(|facts| facts[8][95] ^= 4),
        ),
        (
            "a fact of another journal",
            third_by(&Hand {
                journal: JournalId::from_bytes([1; 16]),
                ..Hand::own()
            }),
        ),
        (
            "a fact of another device",
            third_by(&Hand {
                device: DeviceId::from_bytes([1; 16]),
                ..Hand::own()
            }),
        ),
        (
            "a fact signed by another key",
            third_by(&Hand {
                key: FactSigningKey::from_seed(&[1; 32]),
                ..Hand::own()
            }),
        ),
        (
            "an envelope cut off",
            edited(|facts| facts[3].truncate(100)),
        ),
        (
            "a line that is no base64",
            sound.replacen("\nAQ", "\n*Q", 1),
        ),
        (
            "base64 without its padding",
            edited(|facts| facts[7].truncate(1)).replace("AQ==", "AQ"),
        ),
        (
            "base64 with bits after its end",
            edited(|facts| facts[7].truncate(1)).replace("AQ==", "AR=="),
        ),
        ("lines that end in CR LF", sound.replace('\n', "\r\n")),
        ("no facts", file(&[])),
        ("an empty file", String::new()),
        (
            "a header of another format",
            sound.replacen("journal/v1", "journal/v2", 1),
        ),
        (
            "a header without an event",
            sound.replacen("event", "evnt", 1),
        ),
        (
            "a header with an id in capitals",
            sound.replacen(
                &device().to_string(),
                &device().to_string().to_uppercase(),
                1,
            ),
        ),
        (
            "a header with a weak key",
            sound.replacen(
                &public_key(),
                "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                1,
            ),
        ),
        ("a header of another event", other_event),
    ];
    let journals = cases.into_iter().map(|(name, text)| {
        let report = verify_file(&text);
        json!({"name": name, "text": text, "report": report})
    });
    json!({"format": "tickethub/journal-vectors/v1", "journals": journals.collect::<Vec<_>>()})
}

fn public_key() -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(key().public().as_bytes())
}

#[test]
fn the_vectors_break_what_they_say() {
    let codes: Vec<_> = journals()["journals"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|journal| {
            journal["report"]["problem"]["code"]
                .as_str()
                .unwrap_or("sound")
                .to_owned()
        })
        .collect();
    assert_eq!(
        codes,
        [
            "sound",
            "sound",
            "sound",
            "gap",
            "not_opened",
            "repeated",
            "fork",
            "prev_hash",
            "bad_signature",
            "bad_signature",
            "foreign_journal",
            "foreign_author",
            "bad_signature",
            "truncated",
            "base64",
            "base64",
            "base64",
            "base64",
            "no_facts",
            "header",
            "header_format",
            "header",
            "header_id",
            "header_key",
            "other_event",
        ]
    );
}
