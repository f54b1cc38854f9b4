//! A folder for who inspects the till: its journals checked and listed, the archives of its closed periods, and a text that says
//! what each is. Nothing of the till changes by it, and no PIN is asked.

mod words;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use shared::clock::UnixMillis;
use shared::fact::till::{Means, TillFact};
use shared::fact::{Envelope, FactBody};
use shared::ids::JournalId;
use shared::money::Money;
use shared::till::archive::period_text;
use shared::till::inspection::{Inspected, Listed, inspect};
use shared::wire::latest::VoucherKind;

use super::archives::ArchiveError;
use super::{Till, TillError};
use crate::replica::{ReplicaError, till as kept, till_terms};

/// Spreadsheets take UTF-8 for what it is only behind this.
const MARK: &str = "\u{feff}";
const HEADS: [&str; 11] = [
    "Place",
    "Date",
    "Nature",
    "Numéro",
    "Vente",
    "Billets",
    "Montant TTC",
    "Dont TVA",
    "Moyen",
    "Devise",
    "Empreinte",
];

/// What was found of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalInspected {
    /// Which.
    pub journal: JournalId,
    /// Whether it is whole and unaltered.
    #[serde(flatten)]
    pub inspected: Inspected,
    /// Facts that anybody knows of and that are not here: an old replica was put back.
    pub missing: u64,
    /// Its lines, for a spreadsheet.
    pub listing: PathBuf,
}

/// What was written for the inspector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The journals, the oldest first.
    pub journals: Vec<JournalInspected>,
    /// The archives of closed periods.
    pub archives: Vec<PathBuf>,
    /// What each file is, in French.
    pub text: PathBuf,
}

impl Inspection {
    /// All journals are whole and unaltered.
    pub fn is_sound(&self) -> bool {
        let mut journals = self.journals.iter();
        journals.all(|journal| journal.inspected.sound && journal.missing == 0)
    }
}

impl Till {
    /// Checks every journal of this till and writes all that an inspector asks for into a folder, which is made if there is none.
    pub fn inspection(&self, to: &Path, now_ms: UnixMillis) -> Result<Inspection, ArchiveError> {
        let journals = self
            .replica
            .read(|tx| {
                let all = kept::all(tx)?.into_iter();
                all.map(|journal| Ok((kept::envelopes(tx, journal.id)?, journal)))
                    .collect::<Result<Vec<_>, ReplicaError>>()
            })
            .map_err(|error: ReplicaError| TillError::Replica(error))?;
        let vouchers = self
            .replica
            .read(till_terms::vouchers)
            .map_err(|error: ReplicaError| TillError::Replica(error))?;
        let zone = TimeZone::get(&self.time_zone()?).unwrap_or(TimeZone::UTC);
        let key = self.author.key.public();
        let (mut inspected, mut periods) = (Vec::new(), Vec::new());
        for (n, (envelopes, journal)) in (1..).zip(&journals) {
            let (found, lines) = inspect(envelopes, &key);
            let listing = to.join(format!("journal-{n}.csv"));
            put(&listing, &csv(&lines, &zone, &vouchers))?;
            inspected.push(JournalInspected {
                journal: journal.id,
                missing: journal.head.seq.saturating_sub(envelopes.len() as u64),
                inspected: found,
                listing,
            });
            periods.extend(envelopes.iter().filter_map(|bytes| closed(bytes)));
        }
        periods.sort_unstable();
        periods.dedup();
        let mut archives = Vec::with_capacity(periods.len());
        for period in &periods {
            match self.archive(period, &to.join("archives"), now_ms) {
                Ok(path) => archives.push(path),
                // Of what is altered there is no archive: the text says where it is.
                Err(ArchiveError::Till(TillError::Archive(_))) => {}
                Err(error) => return Err(error),
            }
        }
        let text = to.join("LISEZ-MOI.txt");
        let made = Timestamp::from_millisecond(now_ms).unwrap_or_default();
        let told = words::read_me(&inspected, &key, &made.to_zoned(zone), self.author.device);
        put(&text, &told)?;
        Ok(Inspection {
            journals: inspected,
            archives,
            text,
        })
    }
}

/// The period that a fact closes, if it can be read.
fn closed(bytes: &[u8]) -> Option<String> {
    match &Envelope::decode(bytes).ok()?.fact().body {
        FactBody::Till(TillFact::PeriodClosed(closing)) => Some(period_text(closing.period)),
        _other => None,
    }
}

fn put(path: &Path, text: &str) -> Result<(), ArchiveError> {
    let failed = |source| ArchiveError::NotWritten {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, text).map_err(failed)
}

fn csv(lines: &[Listed], zone: &TimeZone, vouchers: &[VoucherKind]) -> String {
    let heads = HEADS.map(str::to_owned);
    let rows = lines.iter().map(|line| row(line, zone, vouchers));
    let rows = std::iter::once(heads).chain(rows);
    let rows: String = rows.map(|row| row.join(";") + "\r\n").collect();
    format!("{MARK}{rows}")
}

/// Nothing in it can hold a semicolon: numbers, dates, ids and the words of this program; of a voucher's name it is taken out.
fn row(line: &Listed, zone: &TimeZone, vouchers: &[VoucherKind]) -> [String; 11] {
    let at = Timestamp::from_millisecond(line.at_ms).unwrap_or_default();
    let at = at.to_zoned(zone.clone());
    let some = |value: Option<String>| value.unwrap_or_default();
    [
        line.place.to_string(),
        at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        words::kind(line.kind).to_owned(),
        some(line.number.map(|number| number.to_string())),
        some(line.sale.map(|sale| sale.to_string())),
        some(line.tickets.map(|tickets| tickets.to_string())),
        some(line.amount.map(decimal)),
        some(line.vat.map(decimal)),
        some(line.means.map(|of| means(of, vouchers))),
        some(line.amount.map(|amount| amount.currency.code().to_owned())),
        line.hash.clone(),
    ]
}

/// `-22,00`
fn decimal(money: Money) -> String {
    let sign = if money.minor < 0 { "-" } else { "" };
    let cents = money.minor.unsigned_abs();
    format!("{sign}{},{:02}", cents / 100, cents % 100)
}

fn means(means: Means, vouchers: &[VoucherKind]) -> String {
    match means {
        Means::Cash => "espèces".to_owned(),
        Means::Card => "carte".to_owned(),
        Means::Cheque => "chèque".to_owned(),
        Means::Exchange => "reprise".to_owned(),
        Means::Voucher(kind) => {
            let name = till_terms::voucher_name(vouchers, kind);
            name.map_or_else(
                || format!("titre {kind}"),
                |name| name.replace([';', '"'], " "),
            )
        }
    }
}
