//! A till's archive: its journal from the first fact to the closing of a period, as text that needs nothing but the till's
//! public key to be checked. docs/SYNC.md describes it; `tools/till_archive.py` is a second reader.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{Book, Broken};
use crate::clock::UnixMillis;
use crate::fact::envelope::hash_of;
use crate::fact::journal::{Chain, ChainError, Link};
use crate::fact::kind::{Fact, FactBody};
use crate::fact::till::{Period, TillFact};
use crate::fact::{Envelope, FactPublicKey, FactSigningKey};

/// The value of `format` in the first line.
pub const FORMAT: &str = "tickethub/till-archive/v1";
/// Ending of an archive's file name.
pub const ENDING: &str = "tha";
/// What stands between what is signed and the signature.
const BEFORE_SIGNATURE: &str = ",\"signature\":\"";

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Whose till it is.
    pub organizer: String,
    /// The till.
    pub device: String,
    /// Its journal.
    pub journal: String,
    /// The letters of its tickets' numbers.
    pub series: String,
    /// ISO 4217.
    pub currency: String,
    /// The period whose closing is the last fact: `2026-11-28`, `2026-11` or `2026`.
    pub period: String,
    /// How many facts there are.
    pub facts: u64,
    /// Hash of the last one, in hexadecimal.
    pub head_hash: String,
    /// The perpetual totals there.
    pub sold: u64,
    /// See `sold`.
    pub refunded: u64,
    /// When it was made, in milliseconds since 1970.
    pub made_ms: UnixMillis,
}

/// A period as the manifest names it.
pub fn period_text(period: Period) -> String {
    match period {
        Period::Day(day) => day.to_string(),
        Period::Month { year, month } => format!("{year:04}-{month:02}"),
        Period::Year(year) => format!("{year:04}"),
    }
}

/// No archive was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MakeArchiveError {
    /// Nothing was closed with that name.
    #[error("no such period was closed at this till; close it first, or name another")]
    NotClosed,
    /// What is stored breaks a rule.
    #[error(
        "the till's journal breaks a rule at place {place} ({code}); keep it as it is, and have it looked at"
    )]
    Broken {
        /// Where.
        place: u64,
        /// Which.
        code: &'static str,
    },
}

/// The archive of the period of that name, from the till's whole journal.
pub fn write(
    envelopes: &[Vec<u8>],
    period: &str,
    key: &FactSigningKey,
    made_ms: UnixMillis,
) -> Result<String, MakeArchiveError> {
    let broken = |place: usize, code| MakeArchiveError::Broken {
        place: place as u64 + 1,
        code,
    };
    let mut books: Option<Book> = None;
    for (at, bytes) in envelopes.iter().enumerate() {
        let envelope = Envelope::decode(bytes).map_err(|error| broken(at, error.code()))?;
        let fact = envelope.fact();
        let read = match books.as_mut() {
            None => Book::open(fact).map(|opened| books = Some(opened)),
            Some(books) => books.write(fact),
        };
        read.map_err(|error| broken(at, error.code()))?;
        if let (Some(closed), Some(book)) = (closes(fact), &books)
            && period_text(closed) == period
        {
            let manifest = manifest(book, &envelope, period, made_ms);
            return Ok(text(&manifest, &envelopes[..=at], key));
        }
    }
    Err(MakeArchiveError::NotClosed)
}

fn closes(fact: &Fact) -> Option<Period> {
    match &fact.body {
        FactBody::Till(TillFact::PeriodClosed(closing)) => Some(closing.period),
        _other => None,
    }
}

fn manifest(book: &Book, last: &Envelope, period: &str, made_ms: UnixMillis) -> Manifest {
    let opening = book.opening();
    let fact = last.fact();
    Manifest {
        format: FORMAT.into(),
        organizer: opening.organizer.to_string(),
        device: fact.device.to_string(),
        journal: fact.journal.to_string(),
        series: opening.series.to_string(),
        currency: opening.currency.code().into(),
        period: period.into(),
        facts: fact.seq,
        head_hash: hex(&last.hash()),
        sold: book.counters().perpetual.sold,
        refunded: book.counters().perpetual.refunded,
        made_ms,
    }
}

fn text(manifest: &Manifest, envelopes: &[Vec<u8>], key: &FactSigningKey) -> String {
    let json = serde_json::to_string(manifest).expect("texts and numbers");
    let signed = json.trim_end_matches('}');
    let signature = STANDARD.encode(key.sign(FORMAT.as_bytes(), signed.as_bytes()));
    let mut text = format!("{signed}{BEFORE_SIGNATURE}{signature}\"}}\n");
    for envelope in envelopes {
        STANDARD.encode_string(envelope, &mut text);
        text.push('\n');
    }
    text
}

/// What is wrong with an archive, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArchiveProblem {
    /// Line of the file, from 1.
    pub line: u64,
    /// One of the codes in docs/SYNC.md.
    pub code: &'static str,
}

/// What an archive holds, up to its first problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArchiveReport {
    /// The whole file is right.
    pub sound: bool,
    /// As the first line says, once its signature holds.
    pub manifest: Option<Manifest>,
    /// Facts before the first problem.
    pub facts: u64,
    /// Hash of the last of them, in hexadecimal.
    pub head_hash: String,
    /// How many there are of each kind.
    pub by_kind: BTreeMap<&'static str, u64>,
    /// What the facts add up to: sold since the till's first sale.
    pub sold: u64,
    /// And given back.
    pub refunded: u64,
    /// The first problem.
    pub problem: Option<ArchiveProblem>,
}

/// Checks an archive with the till's key: the manifest and its signature, then each line's form, signature and place, then the
/// books.
pub fn verify(text: &str, key: &FactPublicKey) -> ArchiveReport {
    let mut reader = Reader {
        chain: Chain::new(key),
        books: None,
        last: None,
        report: ArchiveReport {
            sound: false,
            manifest: None,
            facts: 0,
            head_hash: hex(&[0; 32]),
            by_kind: BTreeMap::new(),
            sold: 0,
            refunded: 0,
            problem: None,
        },
    };
    let read = reader.file(text, key);
    let mut report = reader.report;
    if let Some(books) = &reader.books {
        let perpetual = books.counters().perpetual;
        (report.sold, report.refunded) = (perpetual.sold, perpetual.refunded);
    }
    report.sound = read.is_ok();
    report.problem = read.err();
    report
}

struct Reader<'a> {
    chain: Chain<'a>,
    books: Option<Book>,
    last: Option<Fact>,
    report: ArchiveReport,
}

impl Reader<'_> {
    fn file(&mut self, text: &str, key: &FactPublicKey) -> Result<(), ArchiveProblem> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let mut lines = (1u64..).zip(text.split('\n'));
        let at = |line| move |code| ArchiveProblem { line, code };
        let (_, first) = lines.next().unwrap_or((1, ""));
        let manifest = read_manifest(first, key).map_err(at(1))?;
        self.report.manifest = Some(manifest.clone());
        let mut end = 1;
        for (line, text) in lines {
            if line - 1 > manifest.facts {
                return Err(at(line)("too_many"));
            }
            self.line(text, &manifest).map_err(at(line))?;
            end = line;
        }
        if end - 1 < manifest.facts {
            return Err(at(end + 1)("cut_off"));
        }
        self.end(&manifest).map_err(at(end))
    }

    fn line(&mut self, text: &str, manifest: &Manifest) -> Result<(), &'static str> {
        let bytes = STANDARD.decode(text).map_err(|_| "base64")?;
        let link = self.chain.push(&bytes).map_err(ChainError::code)?;
        match link {
            Link::Known(verified) => self.fact(verified.fact(), manifest)?,
            Link::Newer(_) => return Err("newer_version"),
        }
        let head = self.chain.head();
        self.report.facts = head.seq;
        self.report.head_hash = hex(&head.hash);
        Ok(())
    }

    fn fact(&mut self, fact: &Fact, manifest: &Manifest) -> Result<(), &'static str> {
        let read = match self.books.as_mut() {
            None => Book::open(fact).map(|opened| self.books = Some(opened)),
            Some(books) => books.write(fact),
        };
        read.map_err(Broken::code)?;
        if fact.seq == 1 && !self.is_of(fact, manifest) {
            return Err("other_journal");
        }
        let kind = self.report.by_kind.entry(fact.body.kind_name());
        *kind.or_default() += 1;
        self.last = Some(fact.clone());
        Ok(())
    }

    fn is_of(&self, first: &Fact, manifest: &Manifest) -> bool {
        let Some(opening) = self.books.as_ref().map(Book::opening) else {
            return false;
        };
        let of = [
            opening.organizer.to_string(),
            first.device.to_string(),
            first.journal.to_string(),
            opening.series.to_string(),
            opening.currency.code().to_owned(),
        ];
        let said = [
            &manifest.organizer,
            &manifest.device,
            &manifest.journal,
            &manifest.series,
            &manifest.currency,
        ];
        of.iter().eq(said)
    }

    /// The manifest says of the whole what the whole says.
    fn end(&self, manifest: &Manifest) -> Result<(), &'static str> {
        let closed = self.last.as_ref().and_then(closes).map(period_text);
        if closed.as_ref() != Some(&manifest.period) {
            return Err("other_period");
        }
        if hex(&self.chain.head().hash) != manifest.head_hash {
            return Err("other_head");
        }
        let perpetual = self.books.as_ref().map(|books| books.counters().perpetual);
        let said = (manifest.sold, manifest.refunded);
        if perpetual.map(|perpetual| (perpetual.sold, perpetual.refunded)) != Some(said) {
            return Err("perpetual");
        }
        Ok(())
    }
}

fn read_manifest(line: &str, key: &FactPublicKey) -> Result<Manifest, &'static str> {
    let (signed, rest) = line.split_once(BEFORE_SIGNATURE).ok_or("manifest")?;
    let signature = rest.strip_suffix("\"}").ok_or("manifest")?;
    let signature = STANDARD.decode(signature).map_err(|_| "manifest")?;
    let signature: [u8; 64] = signature.try_into().map_err(|_| "manifest")?;
    if !key.verifies(FORMAT.as_bytes(), signed.as_bytes(), &signature) {
        return Err("manifest_signature");
    }
    let manifest: Manifest =
        serde_json::from_str(&format!("{signed}}}")).map_err(|_| "manifest")?;
    if manifest.format != FORMAT {
        return Err("manifest");
    }
    Ok(manifest)
}

/// The heads' hash of an envelope, as receipts show its beginning.
pub fn short_hash(envelope: &[u8]) -> String {
    hex(&hash_of(envelope)[..4])
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
