//! The published vectors hold, and a file that was tampered with is reported.

use serde_json::{Value, json};
use shared::ticket::vectors::{self, Expectation, Fault, Refusal, Report, VectorsError};
use shared::ticket::{PublicKeyError, TokenError};

const VECTORS: &str = include_str!("vectors/ticket-token.json");

fn tampered(change: impl FnOnce(&mut Value)) -> Report {
    let mut file: Value = serde_json::from_str(VECTORS).expect("the file is JSON");
    change(&mut file);
    vectors::check(&file.to_string()).expect("still a file of vectors")
}

/// The one outcome that is wrong, and its faults.
fn wrong(report: &Report) -> (Expectation, usize, &[Fault]) {
    let wrong: Vec<_> = report.outcomes.iter().filter(|o| !o.is_right()).collect();
    let [outcome] = wrong[..] else {
        panic!("{} wrong outcomes instead of one: {wrong:?}", wrong.len());
    };
    assert!(!report.is_right());
    (outcome.expectation, outcome.number, &outcome.faults)
}

fn field_of(fault: &Fault) -> &'static str {
    match fault {
        Fault::Differs { field, .. } | Fault::Refused { field, .. } => field,
        Fault::Unreadable(_) => "unreadable",
        Fault::Accepted => "accepted",
    }
}

#[test]
fn every_published_vector_comes_out_right() {
    let report = vectors::check(VECTORS).unwrap();
    let count = |list| {
        report
            .outcomes
            .iter()
            .filter(|o| o.expectation == list)
            .count()
    };
    assert_eq!(
        (count(Expectation::Valid), count(Expectation::Invalid)),
        (10, 24)
    );
    let wrong: Vec<String> = report
        .outcomes
        .iter()
        .filter(|outcome| !outcome.is_right())
        .map(ToString::to_string)
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(report.is_right());
}

#[test]
fn each_invalid_vector_is_refused_for_its_own_reason() {
    let report = vectors::check(VECTORS).unwrap();
    let refusal = |why: &str| {
        let outcome = report.outcomes.iter().find(|o| o.why.starts_with(why));
        outcome
            .and_then(|o| o.refusal)
            .unwrap_or_else(|| panic!("{why}"))
    };
    for (why, reason) in [
        ("one bit flipped", TokenError::Forged),
        ("one digit short", TokenError::Length { digits: 194 }),
        ("one digit long", TokenError::Length { digits: 196 }),
        ("six digits on a token", TokenError::UnexpectedRotatingCode),
        ("empty", TokenError::Length { digits: 0 }),
        ("a letter in it", TokenError::NotDigits),
        ("full-width digits", TokenError::NotDigits),
        (
            "a group above 2^128-1",
            TokenError::GroupTooLarge { group: 1 },
        ),
        ("signed without the domain prefix", TokenError::Forged),
        ("signed by another key", TokenError::Forged),
        ("unknown version", TokenError::UnsupportedVersion(2)),
        ("reserved flag set", TokenError::ReservedFlag),
        ("signature not canonical", TokenError::Forged),
        ("small-order R", TokenError::Forged),
    ] {
        assert_eq!(refusal(why), Refusal::Token(reason), "{why}");
    }
    assert_eq!(
        refusal("small-order public key"),
        Refusal::Key(PublicKeyError::Weak)
    );
}

#[test]
fn a_changed_value_of_a_valid_vector_is_reported_by_its_name() {
    for (field, value) in [
        (
            "public_key",
            json!("e3e3bf0aa94567ce7741195952537cd7f1e89d7c24525c72343d004024a4873f"),
        ),
        ("version", json!(2)),
        ("flags", json!(9)),
        ("body", json!("110000000184c0ff0000000000000002")),
        ("short_code", json!("0000000018")),
        ("rotating_key", json!("00".repeat(32))),
        ("rotating_at", json!(-1)),
        ("rotating_code", json!("475916")),
    ] {
        let report = tampered(|file| file["valid"][1][field] = value);
        let (list, number, faults) = wrong(&report);
        assert_eq!((list, number), (Expectation::Valid, 2));
        assert!(
            faults.iter().any(|fault| field_of(fault) == field),
            "{field}: {faults:?}"
        );
    }
}

#[test]
fn fields_that_were_not_signed_are_reported_with_the_text_that_they_make() {
    for (field, value) in [
        ("flags", json!(3)),
        ("key_id", json!(2)),
        ("type_no", json!(0)),
        ("window", json!(0)),
        ("ticket_id", json!("0000000000002")),
        ("signing_key_seed", json!("00".repeat(32))),
    ] {
        let report = tampered(|file| file["valid"][0][field] = value);
        let (_, number, faults) = wrong(&report);
        assert_eq!(number, 1);
        for told in ["signature", "text"] {
            assert!(
                faults.iter().any(|fault| field_of(fault) == told),
                "{field}: {faults:?}"
            );
        }
    }
}

#[test]
fn a_stale_code_after_the_token_is_reported() {
    let report = tampered(|file| {
        let vector = &mut file["valid"][1];
        vector["text_shown"] = json!(format!("{}000000", vector["text"].as_str().unwrap()));
    });
    let (_, _, faults) = wrong(&report);
    let fields: Vec<_> = faults.iter().map(field_of).collect();
    assert_eq!(fields, ["text_shown", "the code of text_shown"]);
}

#[test]
fn half_of_the_rotating_fields_or_an_unknown_one_is_reported() {
    let report = tampered(|file| {
        file["valid"][1]
            .as_object_mut()
            .unwrap()
            .remove("rotating_code");
    });
    assert_eq!(field_of(&wrong(&report).2[0]), "the rotating fields");
    let report = tampered(|file| file["valid"][1]["rotating_kode"] = json!("475915"));
    assert_eq!(field_of(&wrong(&report).2[0]), "unreadable");
}

#[test]
fn a_good_ticket_among_the_invalid_ones_is_reported() {
    let report = tampered(|file| {
        let (text, key) = (
            file["valid"][0]["text"].clone(),
            file["valid"][0]["public_key"].clone(),
        );
        file["invalid"][3]["text"] = text;
        file["invalid"][3]["public_key"] = key;
    });
    assert_eq!(
        wrong(&report),
        (Expectation::Invalid, 4, &[Fault::Accepted][..])
    );
}

#[test]
fn an_invalid_vector_without_a_readable_key_proves_nothing_and_is_reported() {
    let report = tampered(|file| file["invalid"][0]["public_key"] = json!("zz"));
    assert_eq!(field_of(&wrong(&report).2[0]), "unreadable");
}

#[test]
fn a_file_that_proves_nothing_is_refused() {
    let check = |change: fn(&mut Value)| {
        let mut file: Value = serde_json::from_str(VECTORS).unwrap();
        change(&mut file);
        vectors::check(&file.to_string())
    };
    assert!(matches!(vectors::check("{"), Err(VectorsError::Json(_))));
    assert!(matches!(
        vectors::check("<!doctype html>"),
        Err(VectorsError::Json(_))
    ));
    for empty in ["valid", "invalid"] {
        let mut file: Value = serde_json::from_str(VECTORS).unwrap();
        file[empty] = json!([]);
        assert!(matches!(
            vectors::check(&file.to_string()),
            Err(VectorsError::Empty)
        ));
    }
    let other_format = check(|file| file["format"] = json!("tickethub ticket token v2"));
    assert!(matches!(other_format, Err(VectorsError::Format { .. })));
    let other_step = check(|file| file["rotating_step_seconds"] = json!(30));
    assert!(matches!(
        other_step,
        Err(VectorsError::Format { step: 30, .. })
    ));
}
