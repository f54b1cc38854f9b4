//! The golden vectors of facts and journals: frozen bytes that this code and the second reader in
//! `tools/journal_reader.py` must read alike.
//!
//! `cargo test -p shared --test envelope_vectors -- --ignored` writes the files anew; a landed
//! vector is never changed, only added to.

mod invalid;
mod journals;
mod till;
mod valid;

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use shared::clock::{Hlc, Stamp};
use shared::fact::kind::{Annotation, RightStep};
use shared::fact::{Envelope, Fact, FactBody, FactPublicKey, FactSigningKey};
use shared::ids::{DeviceId, FactId, FactName, JournalId};

const ENVELOPES: &str = include_str!("../vectors/envelopes.json");
const JOURNALS: &str = include_str!("../vectors/journals.json");
const SEED: [u8; 32] = *b"golden vectors: a device's seed!";

fn key() -> FactSigningKey {
    FactSigningKey::from_seed(&SEED)
}

fn device() -> DeviceId {
    DeviceId::from_bytes(*b"device of vector")
}

fn journal() -> JournalId {
    JournalId::from_bytes(*b"journal of vects")
}

fn fact_id(n: u8) -> FactId {
    FactId::from_bytes([n; 16])
}

fn name(n: u8) -> FactName {
    FactName {
        device: DeviceId::from_bytes([n / 2; 16]),
        fact: fact_id(n),
    }
}

fn stamp(n: u8) -> Stamp {
    Stamp {
        hlc: Hlc::from_raw((1_800_000_000_000 + u64::from(n)) << 16),
        wall_ms: 1_800_000_000_250 + i64::from(n),
        offset_ms: -250,
        offset_err_ms: 40,
    }
}

/// A fact at place 2, or at place 1 if it opens.
fn fact(body: FactBody) -> Fact {
    let opens = body.kind() == 1;
    Fact {
        device: device(),
        id: fact_id(0x77),
        journal: journal(),
        seq: if opens { 1 } else { 2 },
        prev_hash: if opens { [0; 32] } else { [0xaa; 32] },
        hlc: stamp(0).hlc.raw(),
        wall_ms: stamp(0).wall_ms,
        offset_ms: stamp(0).offset_ms,
        offset_err_ms: stamp(0).offset_err_ms,
        seen: Vec::new(),
        body,
    }
}

fn signed(fact: &Fact) -> Vec<u8> {
    let envelope = Envelope::sign(fact, &key()).expect("a valid fact");
    envelope.into_bytes()
}

/// Signs whatever bytes these are, under whatever tag.
fn sign_bytes(tag: &str, mut bytes: Vec<u8>) -> Vec<u8> {
    let message = [tag.as_bytes(), &bytes].concat();
    let signature = SigningKey::from_bytes(&SEED).sign(&message);
    bytes.extend_from_slice(&signature.to_bytes());
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}

fn name_json(name: FactName) -> Value {
    json!({"device": name.device, "fact": name.fact})
}

fn body_json(body: &FactBody) -> Value {
    match body {
        FactBody::JournalOpened {
            event,
            gate,
            cause,
            predecessor,
        } => json!({
            "event": event, "gate": gate, "cause": *cause as u8,
            "predecessor": predecessor.map(|(journal, seq, hash)| {
                json!({"journal": journal, "seq": seq, "hash": hex(&hash)})
            }),
        }),
        FactBody::Entry {
            ticket,
            type_no,
            window,
            key,
            gate,
            marks,
        } => json!({
            "ticket": ticket.0, "type": type_no, "window": window, "key": key, "gate": gate,
            "marks": marks.0,
        }),
        FactBody::Exit {
            ticket,
            gate,
            marks,
        } => {
            json!({"ticket": ticket.0, "gate": gate, "marks": marks.0})
        }
        FactBody::Refusal {
            ticket,
            gate,
            reason,
        } => {
            json!({"ticket": ticket.0, "gate": gate, "reason": reason})
        }
        FactBody::Refusals {
            gate,
            reason,
            count,
        } => {
            json!({"gate": gate, "reason": reason, "count": count})
        }
        FactBody::Void {
            ticket,
            target,
            reason,
        } => {
            json!({"ticket": ticket.0, "target": name_json(*target), "reason": *reason as u8})
        }
        FactBody::Override {
            ticket,
            gate,
            reason,
            person,
        } => {
            json!({"ticket": ticket.0, "gate": gate, "reason": reason, "person": person})
        }
        FactBody::Annotation {
            ticket,
            target,
            says,
        } => {
            let mut body = json!({"ticket": ticket.0, "target": name_json(*target)});
            body["says"] = match says {
                Annotation::AdjustedTime(at) => {
                    body["at"] = json!(at);
                    json!(0)
                }
                Annotation::Admitted => json!(1),
                Annotation::Noted => json!(2),
            };
            body
        }
        FactBody::Issued { tickets } => {
            json!({"tickets": tickets.iter().map(|ticket| ticket.0).collect::<Vec<_>>()})
        }
        FactBody::HandOver {
            right,
            term,
            to,
            asked_for,
            tickets,
        } => json!({
            "right": *right as u8, "term": term, "to": to, "asked_for": asked_for,
            "tickets": steps_json(tickets),
        }),
        FactBody::Release {
            right,
            term,
            tickets,
        } => json!({"right": *right as u8, "term": term, "tickets": steps_json(tickets)}),
        FactBody::Withdrawn { tickets } => {
            json!({"tickets": tickets.iter().map(|ticket| ticket.0).collect::<Vec<_>>()})
        }
        FactBody::Till(fact) => till::json::body(fact),
        FactBody::Opaque { kind, body } => json!({"kind": kind, "bytes": hex(body)}),
    }
}

fn steps_json(steps: &[RightStep]) -> Value {
    let steps = steps.iter();
    steps
        .map(|step| json!({"ticket": step.ticket.0, "step": step.step}))
        .collect()
}

fn fact_json(fact: &Fact) -> Value {
    json!({
        "journal": fact.journal, "seq": fact.seq, "prev_hash": hex(&fact.prev_hash),
        "device": fact.device, "id": fact.id, "hlc": fact.hlc, "wall_ms": fact.wall_ms,
        "offset_ms": fact.offset_ms, "offset_err_ms": fact.offset_err_ms,
        "seen": fact.seen.iter().copied().map(name_json).collect::<Vec<_>>(),
        "kind": fact.body.kind_name(), "body": body_json(&fact.body),
    })
}

/// What a reader says of bytes and a key: the fact and the hash, or the code of the first rule
/// broken.
fn read(envelope: &[u8], key: &[u8]) -> Result<(Value, String), &'static str> {
    let envelope = Envelope::decode(envelope).map_err(shared::fact::EnvelopeError::code)?;
    let key = <[u8; 32]>::try_from(key).map_err(|_| "bad_key")?;
    let key = FactPublicKey::from_bytes(&key).map_err(|_| "bad_key")?;
    let hash = hex(&envelope.hash());
    let verified = envelope.verify(&key).map_err(|_| "bad_signature")?;
    Ok((fact_json(verified.fact()), hash))
}

fn envelopes() -> Value {
    let public = hex(key().public().as_bytes());
    let valid = valid::facts()
        .into_iter()
        .chain(till::facts())
        .map(|(name, fact)| {
            let envelope = Envelope::sign(&fact, &key()).expect("a valid fact");
            json!({
                "name": name, "key": public, "envelope": hex(envelope.bytes()),
                "hash": hex(&envelope.hash()), "fact": fact_json(&fact),
            })
        });
    let invalid = invalid::envelopes().into_iter();
    let invalid = invalid.chain(till::invalid::envelopes()).map(|vector| {
        json!({
            "name": vector.name, "error": vector.error,
            "key": vector.key.map_or_else(|| public.clone(), |key| hex(&key)),
            "envelope": hex(&vector.envelope),
        })
    });
    json!({
        "format": "tickethub/envelope-vectors/v1",
        "seed": hex(&SEED),
        "valid": valid.collect::<Vec<_>>(),
        "invalid": invalid.collect::<Vec<_>>(),
    })
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().expect("a text")
}

fn list<'a>(vectors: &'a Value, field: &str) -> &'a Vec<Value> {
    vectors[field].as_array().expect("a list")
}

#[test]
fn every_valid_vector_is_read_as_it_says() {
    let vectors = parse(ENVELOPES);
    assert!(list(&vectors, "valid").len() >= 20);
    for vector in list(&vectors, "valid") {
        let read = read(
            &bytes(text(vector, "envelope")),
            &bytes(text(vector, "key")),
        );
        let expected = (vector["fact"].clone(), text(vector, "hash").to_owned());
        assert_eq!(read, Ok(expected), "{}", vector["name"]);
    }
}

#[test]
fn every_invalid_vector_is_refused_for_its_own_reason() {
    let vectors = parse(ENVELOPES);
    assert!(list(&vectors, "invalid").len() >= 20);
    for vector in list(&vectors, "invalid") {
        let read = read(
            &bytes(text(vector, "envelope")),
            &bytes(text(vector, "key")),
        );
        assert_eq!(read, Err(text(vector, "error")), "{}", vector["name"]);
    }
}

#[test]
fn every_journal_is_reported_as_it_says() {
    let vectors = parse(JOURNALS);
    for vector in list(&vectors, "journals") {
        let report = shared::fact::journal_file::verify_file(text(vector, "text"));
        let report = serde_json::to_value(report).expect("a report");
        assert_eq!(report, vector["report"], "{}", vector["name"]);
    }
}

/// What signs has not changed either: it would make the same bytes today.
#[test]
fn signing_still_makes_the_golden_bytes() {
    assert_eq!(parse(ENVELOPES), envelopes());
    assert_eq!(parse(JOURNALS), journals::journals());
}

#[test]
#[ignore = "writes the golden vectors, which are frozen: only to add to them"]
fn write_the_vectors() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    for (name, vectors) in [
        ("envelopes", envelopes()),
        ("journals", journals::journals()),
    ] {
        let mut text = serde_json::to_string_pretty(&vectors).expect("JSON");
        text.push('\n');
        std::fs::write(format!("{folder}/{name}.json"), text).expect("writing the vectors");
    }
}
