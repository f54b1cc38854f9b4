//! A journal as a text file (`.thj`): a JSON header, then one envelope in base64 on each line.
//! It is what `door journal export` writes and whoever audits a door reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::FactPublicKey;
use super::envelope::Envelope;
use super::journal::{Chain, Link};
use super::kind::FactBody;
use crate::ids::{DeviceId, EventId, JournalId};

/// The value of `format` in the first line.
pub const FORMAT: &str = "tickethub/journal/v1";

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFileHeader {
    /// The journal.
    pub journal: JournalId,
    /// Its author.
    pub device: DeviceId,
    /// The author's key. A reader compares it with the key it knows for that device: the file
    /// alone proves only that one key signed all of it.
    pub device_public_key: FactPublicKey,
    /// The event of the journal's opening.
    pub event: EventId,
}

#[derive(Serialize, Deserialize)]
struct HeaderLine {
    format: String,
    journal: String,
    device: String,
    device_public_key: String,
    event: String,
}

/// The text of a journal file.
pub fn write_file<T: AsRef<[u8]>>(
    header: &JournalFileHeader,
    envelopes: impl IntoIterator<Item = T>,
) -> String {
    let line = HeaderLine {
        format: FORMAT.into(),
        journal: header.journal.to_string(),
        device: header.device.to_string(),
        device_public_key: STANDARD.encode(header.device_public_key.as_bytes()),
        event: header.event.to_string(),
    };
    let mut text = serde_json::to_string(&line).expect("five strings");
    text.push('\n');
    for envelope in envelopes {
        STANDARD.encode_string(envelope, &mut text);
        text.push('\n');
    }
    text
}

/// What is wrong with a journal file, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalProblem {
    /// Line of the file, from 1.
    pub line: u64,
    /// One of the codes in docs/SYNC.md.
    pub code: &'static str,
}

/// What a journal file holds, up to its first problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalReport {
    /// The whole file is right.
    pub sound: bool,
    /// As the header says.
    pub journal: Option<String>,
    /// As the header says.
    pub device: Option<String>,
    /// As the header says, base64: compare with the key known for that device.
    pub device_public_key: Option<String>,
    /// As the header says.
    pub event: Option<String>,
    /// Facts before the first problem; also the place of the last of them.
    pub facts: u64,
    /// Hash of the last of them, in hexadecimal; zeros if there is none.
    pub head_hash: String,
    /// How many there are of each kind; `unknown` and `newer_version` are kept but not understood.
    pub by_kind: BTreeMap<&'static str, u64>,
    /// Facts whose hybrid clock is not above that of the fact before: no reason to refuse the
    /// file, but no sound author does it (T1).
    pub clock_reversals: u64,
    /// The first problem.
    pub problem: Option<JournalProblem>,
}

/// Checks a journal file: header, form, signatures, chain.
pub fn verify_file(text: &str) -> JournalReport {
    let mut report = JournalReport {
        sound: false,
        journal: None,
        device: None,
        device_public_key: None,
        event: None,
        facts: 0,
        head_hash: hex(&[0; 32]),
        by_kind: BTreeMap::new(),
        clock_reversals: 0,
        problem: None,
    };
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut lines = (1u64..).zip(text.split('\n'));
    let first = lines.next().map_or("", |(_, line)| line);
    let header = match read_header(first) {
        Ok(header) => header,
        Err(code) => {
            report.problem = Some(JournalProblem { line: 1, code });
            return report;
        }
    };
    report.journal = Some(header.journal.to_string());
    report.device = Some(header.device.to_string());
    report.device_public_key = Some(STANDARD.encode(header.device_public_key.as_bytes()));
    report.event = Some(header.event.to_string());

    let mut chain = Chain::of(header.journal, header.device, &header.device_public_key);
    let mut last_hlc = None;
    for (line, text) in lines {
        match read_line(text, &mut chain, header.event) {
            Ok(Link::Known(verified)) => {
                let fact = verified.fact();
                *report.by_kind.entry(fact.body.kind_name()).or_default() += 1;
                report.clock_reversals += u64::from(last_hlc >= Some(fact.hlc));
                last_hlc = Some(fact.hlc);
            }
            Ok(Link::Newer(_)) => *report.by_kind.entry("newer_version").or_default() += 1,
            Err(code) => {
                report.problem = Some(JournalProblem { line, code });
                break;
            }
        }
    }
    report.facts = chain.head().seq;
    report.head_hash = hex(&chain.head().hash);
    if report.problem.is_none() && report.facts == 0 {
        report.problem = Some(JournalProblem {
            line: 2,
            code: "no_facts",
        });
    }
    report.sound = report.problem.is_none();
    report
}

fn read_header(line: &str) -> Result<JournalFileHeader, &'static str> {
    let line: HeaderLine = serde_json::from_str(line).map_err(|_| "header")?;
    if line.format != FORMAT {
        return Err("header_format");
    }
    let key = STANDARD.decode(&line.device_public_key).ok();
    let key = key.and_then(|key| <[u8; 32]>::try_from(key).ok());
    Ok(JournalFileHeader {
        journal: JournalId(uuid(&line.journal)?),
        device: DeviceId(uuid(&line.device)?),
        event: EventId(uuid(&line.event)?),
        device_public_key: key
            .and_then(|key| FactPublicKey::from_bytes(&key).ok())
            .ok_or("header_key")?,
    })
}

/// Only the hyphenated lower-case form, so that every reader agrees on what an id is.
fn uuid(text: &str) -> Result<uuid::Uuid, &'static str> {
    let id: uuid::Uuid = text.parse().map_err(|_| "header_id")?;
    if id.to_string() == text {
        Ok(id)
    } else {
        Err("header_id")
    }
}

fn read_line(text: &str, chain: &mut Chain<'_>, event: EventId) -> Result<Link, &'static str> {
    let bytes = STANDARD.decode(text).map_err(|_| "base64")?;
    if let Ok(envelope) = Envelope::decode(&bytes)
        && let FactBody::JournalOpened { event: opened, .. } = envelope.fact().body
        && opened != event
    {
        return Err("other_event");
    }
    chain.push(&bytes).map_err(super::ChainError::code)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Hlc, Stamp};
    use crate::fact::journal::{Author, Draft, Head, append};
    use crate::fact::sample;
    use crate::ids::FactId;

    fn header() -> JournalFileHeader {
        JournalFileHeader {
            journal: sample::journal(),
            device: sample::device(),
            device_public_key: sample::key().public(),
            event: sample::event(),
        }
    }

    fn file(hlcs: &[u64]) -> String {
        let key = sample::key();
        let author = Author {
            device: sample::device(),
            journal: sample::journal(),
            key: &key,
        };
        let mut head = Head::EMPTY;
        let envelopes: Vec<_> = (0u64..)
            .zip(hlcs)
            .map(|(n, &hlc)| {
                let draft = Draft {
                    id: FactId::from_bytes([n as u8; 16]),
                    stamp: Stamp {
                        hlc: Hlc::from_raw(hlc),
                        wall_ms: 0,
                        offset_ms: 0,
                        offset_err_ms: 0,
                    },
                    seen: Vec::new(),
                    body: match n {
                        0 => sample::opened(),
                        n => sample::entry(n),
                    },
                };
                let envelope = append(head, author, draft).expect("a valid draft");
                head = Head::from(&envelope.header());
                envelope.into_bytes()
            })
            .collect();
        write_file(&header(), envelopes)
    }

    fn problem(text: &str) -> (u64, &'static str) {
        let report = verify_file(text);
        assert!(!report.sound);
        let problem = report.problem.expect("a problem");
        (problem.line, problem.code)
    }

    #[test]
    fn an_exported_journal_verifies_with_counts() {
        let report = verify_file(&file(&[1, 2, 3, 4]));
        assert_eq!(report.problem, None);
        assert!(report.sound);
        assert_eq!(report.facts, 4);
        assert_eq!(
            report.by_kind,
            BTreeMap::from([("journal_opened", 1), ("entry", 3)])
        );
        assert_eq!(report.clock_reversals, 0);
        assert_eq!(verify_file(&file(&[1, 2, 2, 9, 8])).clock_reversals, 2);
    }

    #[test]
    fn the_first_problem_is_named_with_its_line() {
        let sound = file(&[1, 2, 3]);
        let lines: Vec<_> = sound.lines().collect();
        let without = |left_out: usize| {
            let kept = lines.iter().enumerate().filter(|(n, _)| *n != left_out);
            kept.map(|(_, line)| *line).collect::<Vec<_>>().join(
                "
",
            )
        };
        assert_eq!(problem(&without(2)), (3, "gap"));
        assert_eq!(problem(&without(1)), (2, "not_opened"));
        assert_eq!(problem(&without(0)), (1, "header"));
        assert_eq!(problem(&format!("{sound}{}\n", lines[2])), (5, "repeated"));
        assert_eq!(problem(&format!("{sound}\n")), (5, "truncated"));
        assert_eq!(problem(&sound.replace('\n', "\r\n")), (2, "base64"));
        assert_eq!(problem(&format!("{}\n", lines[0])), (2, "no_facts"));
        assert_eq!(problem(""), (1, "header"));
        let other_event = EventId::from_bytes([9; 16]).to_string();
        let renamed = sound.replace(&sample::event().to_string(), &other_event);
        assert_eq!(problem(&renamed), (2, "other_event"));
        let upper = sound.replace(
            &sample::event().to_string(),
            &sample::event().to_string().to_uppercase(),
        );
        assert_eq!(problem(&upper), (1, "header_id"));
    }

    #[test]
    fn a_fact_that_was_tampered_with_is_found() {
        let sound = file(&[1, 2, 3]);
        let mut lines: Vec<_> = sound.lines().map(str::to_owned).collect();
        let mut bytes = STANDARD.decode(&lines[2]).expect("own base64");
        bytes[100] ^= 1;
        lines[2] = STANDARD.encode(bytes);
        assert_eq!(problem(&lines.join("\n")), (3, "bad_signature"));
    }
}
