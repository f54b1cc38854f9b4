//! Whether an event is Stripe's: the header `Stripe-Signature`.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use shared::clock::UnixMillis;

use crate::config::Secret;

/// Seconds: an older event is somebody's copy; a younger one is of a clock that is wrong.
const TOLERANCE_S: i64 = 300;
/// Signatures that are looked at: one for each secret of theirs.
const MOST_SIGNATURES: usize = 10;

/// An event that is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignatureError {
    /// Not in the form `t=…,v1=…`.
    #[error("the header Stripe-Signature is missing or malformed")]
    Malformed,
    /// None fits any of our secrets.
    #[error("no signature fits: another secret, or a body that was changed")]
    Wrong,
    /// Signed, too long ago or in the future.
    #[error("it was signed {0} s from now")]
    Age(i64),
}

/// `body` as it came, byte for byte.
pub(super) fn check(
    header: Option<&str>,
    body: &[u8],
    secrets: &[Secret],
    now_ms: UnixMillis,
) -> Result<(), SignatureError> {
    let (at, signatures) = header.and_then(parse).ok_or(SignatureError::Malformed)?;
    let fits = secrets.iter().any(|secret| {
        signatures
            .iter()
            .any(|given| signed_by(secret, at, body, given))
    });
    if !fits {
        return Err(SignatureError::Wrong);
    }
    let age = now_ms.div_euclid(1000).saturating_sub(at);
    if (-TOLERANCE_S..=TOLERANCE_S).contains(&age) {
        Ok(())
    } else {
        Err(SignatureError::Age(age))
    }
}

/// Takes the same time wherever the two differ.
fn signed_by(secret: &Secret, at: i64, body: &[u8], given: &[u8; 32]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.verify_slice(given).is_ok()
}

/// The moment, and the signatures of the scheme `v1`.
fn parse(header: &str) -> Option<(i64, Vec<[u8; 32]>)> {
    let mut at = None;
    let mut signatures = Vec::new();
    for (name, value) in header.split(',').filter_map(|item| item.split_once('=')) {
        match name.trim() {
            "t" => at = value.trim().parse().ok(),
            "v1" if signatures.len() < MOST_SIGNATURES => signatures.extend(unhex(value.trim())),
            _ => {}
        }
    }
    (!signatures.is_empty()).then_some((at?, signatures))
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (no, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[no * 2..no * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;
    const AT: i64 = 1_795_374_000;
    /// Made by Stripe's own library for Python (16.1.0), `WebhookSignature.generate_signature_header`.
    const THEIRS: &str =
        "t=1795374000,v1=7cc5a8afe5e5d523af4da12356da0a01e34fefbb9329613d7cba7061c90eb74f";

    fn secrets(texts: &[&str]) -> Vec<Secret> {
        texts.iter().map(|text| Secret::new(*text)).collect()
    }

    fn at(seconds: i64, header: &str, texts: &[&str]) -> Result<(), SignatureError> {
        check(Some(header), BODY, &secrets(texts), seconds * 1000)
    }

    #[test]
    fn what_stripes_own_library_signs_is_believed() {
        assert_eq!(at(AT, THEIRS, &["whsec_one"]), Ok(()));
        assert_eq!(at(AT + 300, THEIRS, &["whsec_one"]), Ok(()));
        assert_eq!(at(AT, THEIRS, &["whsec_new", "whsec_one"]), Ok(()));
    }

    #[test]
    fn one_good_signature_among_several_is_enough() {
        let (t, good) = THEIRS.split_once(',').unwrap();
        let zeros = "0".repeat(64);
        let header = format!("{t},v0={zeros},v1={zeros},{good}");
        assert_eq!(at(AT, &header, &["whsec_one"]), Ok(()));
    }

    #[test]
    fn another_secret_another_body_and_another_time_are_refused() {
        assert_eq!(at(AT, THEIRS, &["whsec_two"]), Err(SignatureError::Wrong));
        assert_eq!(
            check(Some(THEIRS), b"{}", &secrets(&["whsec_one"]), AT * 1000),
            Err(SignatureError::Wrong)
        );
        let moved = THEIRS.replace("1795374000", "1795374001");
        assert_eq!(at(AT, &moved, &["whsec_one"]), Err(SignatureError::Wrong));
        assert_eq!(
            at(AT + 301, THEIRS, &["whsec_one"]),
            Err(SignatureError::Age(301))
        );
        assert_eq!(
            at(AT - 301, THEIRS, &["whsec_one"]),
            Err(SignatureError::Age(-301))
        );
        // An older scheme is none.
        let older = THEIRS.replace("v1", "v0");
        assert_eq!(
            at(AT, &older, &["whsec_one"]),
            Err(SignatureError::Malformed)
        );
    }

    #[derive(serde::Deserialize)]
    struct Vectors {
        secret: String,
        vectors: Vec<Vector>,
    }

    #[derive(serde::Deserialize)]
    struct Vector {
        what: String,
        body: String,
        header: String,
        now: i64,
        believed: bool,
    }

    #[test]
    fn what_stripes_own_library_for_node_believes_is_believed_and_nothing_else() {
        let text = include_str!("../../../tests/vectors/stripe-signatures.json");
        let read: Vectors = serde_json::from_str(text).unwrap();
        assert!(read.vectors.len() > 10);
        let secrets = secrets(&[&read.secret]);
        for vector in read.vectors {
            let Vector {
                what,
                body,
                header,
                now,
                believed,
            } = vector;
            let checked = check(Some(&header), body.as_bytes(), &secrets, now * 1000);
            assert_eq!(checked.is_ok(), believed, "{what}: {checked:?}");
        }
    }

    #[test]
    fn a_header_that_is_none_is_refused() {
        for header in ["", "t=1", "v1=00", "t=x,v1=00", "t=1,v1=éé", ",,=,"] {
            assert_eq!(
                at(AT, header, &["whsec_one"]),
                Err(SignatureError::Malformed),
                "{header}"
            );
        }
        assert_eq!(
            check(None, BODY, &secrets(&["whsec_one"]), 0),
            Err(SignatureError::Malformed)
        );
    }
}
