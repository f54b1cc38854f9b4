//! Checks a file of test vectors, made by another implementation, against this one.
//!
//! A file is right only if every valid vector is made and read exactly as it says, and every invalid
//! one is refused.

mod report;

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

pub use report::{Expectation, Fault, Outcome, Refusal, Report};

use super::rotating_code::STEP_SECONDS;
use super::{
    Flags, Presented, PublicKey, RotatingSecret, ShortCode, SigningKey, TokenFields, VerifiedToken,
    read, verify,
};
use crate::ids::{KeyId, TicketId, TypeNo, WindowNo};

/// The `format` that a file must name.
pub const FORMAT: &str = "tickethub ticket token v1";

/// Why a text is no file of vectors.
#[derive(Debug, thiserror::Error)]
pub enum VectorsError {
    /// Not the JSON of such a file.
    #[error(
        "reading the vectors: not JSON of the expected shape; give a ticket token vectors file"
    )]
    Json(#[source] serde_json::Error),
    /// For another format or another step.
    #[error(
        "these vectors are for {format:?} with a step of {step} s, not for {FORMAT:?} with {STEP_SECONDS} s"
    )]
    Format {
        /// The format it names.
        format: String,
        /// The rotating step it names.
        step: i64,
    },
    /// It would prove nothing.
    #[error("a vectors file needs at least one valid and one invalid vector")]
    Empty,
}

#[derive(Deserialize)]
struct File {
    format: String,
    rotating_step_seconds: i64,
    valid: Vec<Value>,
    invalid: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Valid {
    signing_key_seed: Hex<32>,
    public_key: Hex<32>,
    version: u8,
    flags: u8,
    key_id: u32,
    type_no: u16,
    window: u8,
    ticket_id: TicketId,
    body: Hex<16>,
    signature: Hex<64>,
    text: String,
    short_code: String,
    rotating_secret: Option<Hex<32>>,
    rotating_key: Option<Hex<32>>,
    rotating_at: Option<i64>,
    rotating_code: Option<String>,
    text_shown: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invalid {
    why: String,
    text: String,
    public_key: Hex<32>,
}

/// Checks the vectors in `json`, the text of a file.
pub fn check(json: &str) -> Result<Report, VectorsError> {
    let file: File = serde_json::from_str(json).map_err(VectorsError::Json)?;
    if file.format != FORMAT || file.rotating_step_seconds != STEP_SECONDS {
        return Err(VectorsError::Format {
            format: file.format,
            step: file.rotating_step_seconds,
        });
    }
    if file.valid.is_empty() || file.invalid.is_empty() {
        return Err(VectorsError::Empty);
    }
    let valid = (1..)
        .zip(file.valid)
        .map(|(number, v)| valid_outcome(number, v));
    let invalid = (1..)
        .zip(file.invalid)
        .map(|(number, v)| invalid_outcome(number, v));
    Ok(Report {
        outcomes: valid.chain(invalid).collect(),
    })
}

fn valid_outcome(number: usize, vector: Value) -> Outcome {
    let mut faults = Faults::default();
    match serde_json::from_value(vector) {
        Ok(vector) => check_valid(&vector, &mut faults),
        Err(error) => faults.0.push(Fault::Unreadable(error.to_string())),
    }
    Outcome {
        expectation: Expectation::Valid,
        number,
        why: String::new(),
        refusal: None,
        faults: faults.0,
    }
}

fn invalid_outcome(number: usize, vector: Value) -> Outcome {
    let (why, result) = match serde_json::from_value::<Invalid>(vector) {
        Ok(vector) => {
            let refusal = take(&vector.text, &vector.public_key).err();
            (vector.why, refusal.ok_or(Fault::Accepted))
        }
        Err(error) => (String::new(), Err(Fault::Unreadable(error.to_string()))),
    };
    Outcome {
        expectation: Expectation::Invalid,
        number,
        why,
        refusal: result.clone().ok(),
        faults: result.err().into_iter().collect(),
    }
}

/// All that a door does with a text, short of the rules.
fn take(text: &str, key: &Hex<32>) -> Result<VerifiedToken, Refusal> {
    let key = PublicKey::from_bytes(&key.0)?;
    Ok(verify(&read(text)?, &key)?)
}

fn check_valid(vector: &Valid, faults: &mut Faults) {
    faults.same("version", vector.version, 1);
    let Some(flags) = Flags::from_bits(vector.flags) else {
        return faults.same("flags", vector.flags, vector.flags & 0b0111);
    };
    let fields = TokenFields {
        flags,
        key: KeyId(vector.key_id),
        type_no: TypeNo(vector.type_no),
        window: WindowNo(vector.window),
        ticket: vector.ticket_id,
    };
    let key = SigningKey::from_seed(&vector.signing_key_seed.0);
    let token = key.sign(fields);
    faults.same(
        "public_key",
        &vector.public_key,
        Hex(key.public().to_bytes()),
    );
    faults.same("body", &vector.body, Hex(fields.to_bytes()));
    faults.same("signature", &vector.signature, Hex(*token.signature()));
    faults.same("text", &vector.text, token);
    let short_code = ShortCode::of(fields.ticket).to_string().replace('-', "");
    faults.same("short_code", &vector.short_code, short_code);
    match take(&vector.text, &vector.public_key) {
        Ok(verified) => faults.same(
            "what text says",
            format!("{fields:?}"),
            format!("{:?}", verified.fields()),
        ),
        Err(refusal) => faults.refused("text", refusal),
    }
    check_rotating(vector, &Presented::plain(token), faults);
}

fn check_rotating(vector: &Valid, plain: &Presented, faults: &mut Faults) {
    let (Some(secret), Some(key), Some(at), Some(code), Some(shown)) = (
        &vector.rotating_secret,
        &vector.rotating_key,
        vector.rotating_at,
        &vector.rotating_code,
        &vector.text_shown,
    ) else {
        return check_not_rotating(vector, faults);
    };
    let ours = RotatingSecret::from_bytes(secret.0).key_of(vector.ticket_id);
    faults.same("rotating_key", key, Hex(ours.to_bytes()));
    let at_ms = at.saturating_mul(1000);
    let Some(our_code) = ours.code_at(at_ms) else {
        return faults.same("rotating_at", at, "not a time that has codes");
    };
    faults.same("rotating_code", code, our_code);
    match Presented::with_code(*plain.token(), our_code) {
        Ok(presented) => faults.same("text_shown", shown, presented),
        Err(refusal) => faults.refused("text_shown", refusal.into()),
    }
    match take(shown, &vector.public_key) {
        Ok(verified) => {
            let code = verified.rotating_code();
            if !code.is_some_and(|code| ours.accepts(code, at_ms)) {
                faults.same("the code of text_shown", our_code, format!("{code:?}"));
            }
        }
        Err(refusal) => faults.refused("text_shown", refusal),
    }
}

/// Without all of the rotating fields there must be none of them.
fn check_not_rotating(vector: &Valid, faults: &mut Faults) {
    let some_given = vector.rotating_secret.is_some()
        || vector.rotating_key.is_some()
        || vector.rotating_at.is_some()
        || vector.rotating_code.is_some()
        || vector.text_shown.is_some();
    if some_given {
        faults.same("the rotating fields", "all or none", "only some");
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn same(&mut self, field: &'static str, expected: impl fmt::Display, found: impl fmt::Display) {
        let (expected, found) = (expected.to_string(), found.to_string());
        if expected != found {
            self.0.push(Fault::Differs {
                field,
                expected,
                found,
            });
        }
    }

    fn refused(&mut self, field: &'static str, refusal: Refusal) {
        self.0.push(Fault::Refused { field, refusal });
    }
}

/// Bytes written as lower-case hexadecimal.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Hex<const N: usize>([u8; N]);

impl<const N: usize> TryFrom<String> for Hex<N> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refusal = || format!("{text:?} is not {N} bytes in lower-case hexadecimal");
        if text.len() != 2 * N || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(refusal());
        }
        let mut bytes = [0; N];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| refusal())?;
        }
        Ok(Self(bytes))
    }
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
