//! Documents to try a printer with: they say SPECIMEN, and their code opens no door.

use shared::clock::UnixMillis;
use shared::ids::{KeyId, TicketId, TypeNo, WindowNo};
use shared::language::Language;
use shared::money::{Currency, Money, vat_included};
use shared::ticket::{Flags, ShortCode, SigningKey, Token, TokenFields};

use super::document::{
    CashGiven, Drawer, JournalPlace, Mark, Means, Receipt, ReceiptKind, ReceiptLine, Report,
    ReportKind, Seller, SeriesRange, TicketSheet, VatLine,
};

/// No event has a key of that number: to a door the ticket is of a key that nobody knows.
const NO_KEY: KeyId = KeyId(u32::MAX);
const ZONE: &str = "Europe/Paris";
const HOUR_MS: i64 = 3_600_000;
const RATE: u32 = 550;

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::Eur)
}

/// Signed by a key that is written here, and so worth nothing.
fn token(number: u64) -> Token {
    SigningKey::from_seed(&[0; 32]).sign(TokenFields {
        flags: Flags::NONE,
        key: NO_KEY,
        type_no: TypeNo(1),
        window: WindowNo(0),
        ticket: TicketId(number),
    })
}

/// A ticket with every letter that French has, at `now`.
pub fn ticket(language: Language, mark: Mark, now_ms: UnixMillis, number: u64) -> TicketSheet {
    TicketSheet {
        language,
        mark,
        event: "Le Grand Bal de Noël".into(),
        starts_ms: now_ms + 48 * HOUR_MS,
        doors_ms: Some(now_ms + 47 * HOUR_MS),
        time_zone: ZONE.into(),
        venue: "Théâtre de l'Œuvre-Neuve".into(),
        address: "12 rue du Château d'Eau, 44000 Nantes".into(),
        organizer: "Compagnie des Îles & Cie".into(),
        licence: Some("PLATESV-R-2024-001234".into()),
        type_name: "Plein tarif".into(),
        place: Some("Orchestre, rang F, place 12".into()),
        price: euros(3_400),
        vat_basis_points: RATE,
        series: format!("C-{number}"),
        order: "C-2026-0001".into(),
        sold_ms: now_ms,
        sold_at: "Guichet 1".into(),
        holder: Some("Anaïs Lefèvre-Muñoz".into()),
        token: token(number),
        short_code: ShortCode::of(TicketId(number)).to_string(),
        mentions: vec!["Billet ni repris ni échangé.".into()],
    }
}

fn seller() -> Seller {
    Seller {
        name: "Compagnie des Îles & Cie".into(),
        address: vec!["12 rue du Château d'Eau".into(), "44000 Nantes".into()],
        numbers: vec![
            ("SIRET".into(), "123 456 789 00012".into()),
            ("TVA".into(), "FR12 123456789".into()),
        ],
    }
}

fn vat(gross: Money, basis_points: u32) -> VatLine {
    let vat = vat_included(gross, basis_points);
    VatLine {
        basis_points,
        net: Money::new(gross.minor - vat.minor, gross.currency),
        vat,
        gross,
    }
}

fn journal() -> JournalPlace {
    JournalPlace {
        seq: 4_711,
        hash: [0x9f; 32],
    }
}

/// A receipt, at `now`.
pub fn receipt(language: Language, mark: Mark, now_ms: UnixMillis) -> Receipt {
    Receipt {
        language,
        mark,
        kind: ReceiptKind::Sale,
        seller: seller(),
        number: "C-2026-0001".into(),
        till: "Guichet 1".into(),
        clerk: "Anaïs".into(),
        at_ms: now_ms,
        time_zone: ZONE.into(),
        lines: vec![
            ReceiptLine {
                count: 2,
                text: "Plein tarif · Le Grand Bal de Noël".into(),
                each: euros(3_400),
                total: euros(6_800),
                note: Some("C-1, C-2".into()),
            },
            ReceiptLine {
                count: 1,
                text: "Tarif réduit · Le Grand Bal de Noël".into(),
                each: euros(2_200),
                total: euros(2_200),
                note: Some("C-3".into()),
            },
        ],
        total: euros(9_000),
        taken_off: None,
        exchanged: None,
        vat: vec![vat(euros(9_000), RATE)],
        paid: vec![
            (Means::Named("Pass Culture".into()), euros(2_000)),
            (Means::Cash, euros(7_000)),
        ],
        cash: Some(CashGiven {
            given: euros(10_000),
            change: euros(3_000),
        }),
        journal: journal(),
    }
}

/// A report, at `now`.
pub fn report(language: Language, mark: Mark, kind: ReportKind, now_ms: UnixMillis) -> Report {
    Report {
        language,
        mark,
        kind,
        seller: seller(),
        till: "Guichet 1".into(),
        clerks: vec!["Anaïs".into(), "Émile".into()],
        opened_ms: now_ms - 6 * HOUR_MS,
        made_ms: now_ms,
        time_zone: ZONE.into(),
        total: euros(548_050),
        vat: vec![vat(euros(512_050), RATE), vat(euros(36_000), 2_000)],
        means: vec![
            (Means::Cash, 87, euros(231_050)),
            (Means::Card, 102, euros(287_000)),
            (Means::Named("Chèque-vacances".into()), 11, euros(30_000)),
        ],
        sales: 200,
        refunds: (2, euros(-6_800)),
        voids: 1,
        reprints: 3,
        drawer: Drawer {
            float: euros(15_000),
            sales: euros(231_050),
            put_in: euros(0),
            taken_out: euros(-100_000),
            expected: euros(146_050),
            counted: match kind {
                ReportKind::X => None,
                ReportKind::Z(_) => Some((euros(145_850), euros(-200))),
            },
        },
        series: vec![SeriesRange {
            letters: "C".into(),
            first: 1,
            last: 391,
            used: 391,
        }],
        receipts: Some(("C-2026-0001".into(), "C-2026-0200".into())),
        perpetual: euros(12_345_678_900),
        journal: journal(),
    }
}
