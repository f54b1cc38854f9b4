//! Archives: whole, and with a byte flipped.

use super::*;
use crate::fact::journal::{Author, Draft, Head, append};
use crate::till::archive::{MakeArchiveError, verify, write};

/// The till's facts, signed and chained.
fn signed(till: &Till) -> Vec<Vec<u8>> {
    let key = sample::key();
    let author = Author {
        device: sample::device(),
        journal: sample::journal(),
        key: &key,
    };
    let mut head = Head::EMPTY;
    let envelopes = till.facts.iter().map(|fact| {
        let draft = Draft {
            id: fact.id,
            stamp: crate::clock::Stamp {
                hlc: crate::clock::Hlc::from_raw(fact.hlc),
                wall_ms: fact.wall_ms,
                offset_ms: 0,
                offset_err_ms: 5,
            },
            seen: Vec::new(),
            body: fact.body.clone(),
        };
        let envelope = append(head, author, draft).expect("a valid fact");
        head = Head::from(&envelope.header());
        envelope.into_bytes()
    });
    envelopes.collect()
}

/// Two days at a till, the first of them closed.
pub(super) fn two_days() -> Vec<Vec<u8>> {
    let mut till = Till::new();
    till.open_shift(20);
    till.sell(&[(2200, 550, 2), (0, 550, 1)], 5_000, true);
    till.refund(0, 1);
    till.train(1500);
    till.close_shift(0);
    till.now_ms += 24 * HOUR;
    till.open_shift(20);
    signed(&till)
}

fn archive() -> String {
    let text = write(&two_days(), "2026-11-28", &sample::key(), EVENING + 99);
    text.expect("the day is closed")
}

#[test]
fn an_archive_ends_with_its_periods_closing_and_needs_only_the_key() {
    let report = verify(&archive(), &sample::key().public());
    assert_eq!(report.problem, None);
    assert!(report.sound);
    assert_eq!((report.sold, report.refunded), (4400, 2200));
    assert_eq!(report.by_kind["period_closed"], 1);
    assert_eq!(report.by_kind["shift_opened"], 1, "not the next day's");
    assert_eq!(
        write(&two_days(), "2026-11", &sample::key(), EVENING),
        Err(MakeArchiveError::NotClosed)
    );
}

#[test]
fn each_flipped_byte_is_found_in_its_line() {
    let sound = archive();
    let mut line = 1;
    // Every seventh byte: each line has some, in every part of it.
    for at in 0..sound.len() {
        let byte = sound.as_bytes()[at];
        if at % 7 == 0 && byte != b'\n' {
            let mut flipped = sound.clone().into_bytes();
            flipped[at] ^= 1;
            let text = String::from_utf8(flipped).expect("still ASCII");
            let problem = verify(&text, &sample::key().public()).problem;
            assert_eq!(problem.expect("found").line, line, "byte {at}");
        }
        line += u64::from(byte == b'\n');
    }
}

#[test]
fn another_key_a_missing_end_and_a_line_too_many_are_found() {
    let sound = archive();
    let problem = |text: &str| {
        let problem = verify(text, &sample::key().public()).problem;
        problem.map(|problem| (problem.line, problem.code))
    };
    let lines: Vec<_> = sound.lines().collect();
    let last = lines.len();
    assert_eq!(
        problem(&lines[..last - 1].join("\n")),
        Some((last as u64, "cut_off"))
    );
    let repeated = format!("{sound}{}\n", lines[last - 1]);
    assert_eq!(problem(&repeated), Some((last as u64 + 1, "too_many")));
    let mut without = lines.clone();
    without.remove(4);
    assert_eq!(problem(&without.join("\n")), Some((5, "gap")));
    assert_eq!(problem(""), Some((1, "manifest")));
    let other = crate::fact::FactSigningKey::from_seed(&[1; 32]).public();
    let report = verify(&sound, &other);
    assert_eq!(report.problem.expect("found").code, "manifest_signature");
    assert_eq!(report.manifest, None, "nothing of it is believed");
}

/// A till's own key signs whatever it is told; sums that don't come from facts are found all the same.
#[test]
fn a_closing_with_other_sums_is_found_at_its_line_though_it_is_signed() {
    let mut till = Till::new();
    till.open_shift(20);
    till.sell(&[(2200, 550, 2)], 5_000, false);
    till.now_ms += 24 * HOUR;
    till.train(1);
    let at = till.facts.len() - 2;
    if let FactBody::Till(TillFact::PeriodClosed(closing)) = &mut till.facts[at].body {
        closing.totals.rates[0].sold -= 2200;
    }
    let envelopes = signed(&till);
    let made = write(&envelopes, "2026-11-28", &sample::key(), EVENING);
    let place = at as u64 + 1;
    let code = "totals";
    assert_eq!(made, Err(MakeArchiveError::Broken { place, code }));
}
