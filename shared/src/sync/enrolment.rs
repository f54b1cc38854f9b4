//! Making a stranger's device one of the organizer's: both sides prove that they know the code.
//!
//! The organizer's page shows 16 Crockford characters: 4 name the offer, 12 are a secret of 60 bits
//! that never travels. The device commits to a nonce before it sees the server's, then both send an
//! HMAC over everything said; a relay in the middle must guess. The six digits on both screens are
//! the same HMAC for people: a relay that knows the secret still has 20 guesses in a million.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::ids::{Random, crockford_char, crockford_value};

const DOMAIN: &[u8] = b"tickethub/enrol/v1";

/// Starts that one offer bears.
pub const MAX_STARTS: u32 = 20;
/// Wrong proofs that one offer bears.
pub const MAX_WRONG_PROOFS: u32 = 5;
/// How long an offer is open.
pub const OFFER_LIFETIME_MS: i64 = 15 * 60 * 1000;

/// The 16 characters that an organizer's page shows.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    name: String,
    secret: String,
}

/// A text is no enrolment code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an enrolment code has 16 letters and digits, as the organizer's Devices page shows them; type it again"
)]
pub struct ParseCodeError;

impl EnrolmentCode {
    /// A new code.
    pub fn draw(random: &mut impl Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        let text: String = bytes.iter().map(|byte| crockford_char(byte & 31)).collect();
        Self {
            name: text[..4].to_owned(),
            secret: text[4..].to_owned(),
        }
    }

    /// From its parts, as a server keeps them.
    pub fn from_parts(name: &str, secret: &str) -> Result<Self, ParseCodeError> {
        format!("{name}{secret}").parse()
    }

    /// The 4 characters that name the offer and may travel.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The 12 characters that never travel.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The whole code, in groups of four, for a screen.
    pub fn shown(&self) -> String {
        format!(
            "{} {} {} {}",
            self.name,
            &self.secret[..4],
            &self.secret[4..8],
            &self.secret[8..]
        )
    }
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnrolmentCode({} ...)", self.name)
    }
}

impl FromStr for EnrolmentCode {
    type Err = ParseCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| crockford_value(c).map(crockford_char).ok_or(ParseCodeError))
            .collect::<Result<String, _>>()?;
        if code.len() != 16 {
            return Err(ParseCodeError);
        }
        Ok(Self {
            name: code[..4].to_owned(),
            secret: code[4..].to_owned(),
        })
    }
}

/// Everything said before the proofs; equal on both sides unless someone stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// The offer's 4 characters.
    pub offer: String,
    /// The organizer's root key.
    pub root_key: [u8; 32],
    /// The device's key.
    pub device_key: [u8; 32],
    /// SHA-256 of the device's nonce, sent first.
    pub commitment: [u8; 32],
    /// The device's nonce, sent with its proof.
    pub device_nonce: [u8; 32],
    /// The server's nonce.
    pub server_nonce: [u8; 32],
}

/// What a device sends before it knows the server's nonce.
pub fn commitment(device_nonce: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(device_nonce).into()
}

impl Transcript {
    fn mac(&self, secret: &str, role: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .expect("HMAC takes a key of any length");
        mac.update(DOMAIN);
        let fields: [&[u8]; 7] = [
            role.as_bytes(),
            self.offer.as_bytes(),
            &self.root_key,
            &self.device_key,
            &self.commitment,
            &self.device_nonce,
            &self.server_nonce,
        ];
        for field in fields {
            mac.update(&(field.len() as u32).to_be_bytes());
            mac.update(field);
        }
        mac
    }

    /// The device's proof; it goes first.
    pub fn device_proof(&self, secret: &str) -> [u8; 32] {
        self.mac(secret, "device").finalize().into_bytes().into()
    }

    /// The server's proof.
    pub fn server_proof(&self, secret: &str) -> [u8; 32] {
        self.mac(secret, "server").finalize().into_bytes().into()
    }

    /// Is this the device's proof, and does the nonce fit the commitment? In constant time.
    pub fn device_proof_holds(&self, secret: &str, proof: &[u8; 32]) -> bool {
        commitment(&self.device_nonce) == self.commitment
            && self.mac(secret, "device").verify_slice(proof).is_ok()
    }

    /// Is this the server's proof? In constant time.
    pub fn server_proof_holds(&self, secret: &str, proof: &[u8; 32]) -> bool {
        self.mac(secret, "server").verify_slice(proof).is_ok()
    }

    /// The six digits that two people compare.
    pub fn digits(&self, secret: &str) -> String {
        let bytes: [u8; 32] = self.mac(secret, "digits").finalize().into_bytes().into();
        let number = u64::from_be_bytes(std::array::from_fn(|i| bytes[i]));
        format!("{:06}", number % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Transcript {
        Transcript {
            offer: "A1B2".into(),
            root_key: [1; 32],
            device_key: [2; 32],
            commitment: commitment(&[4; 32]),
            device_nonce: [4; 32],
            server_nonce: [5; 32],
        }
    }

    #[test]
    fn both_sides_prove_the_same_secret_and_no_other() {
        let said = transcript();
        assert!(said.device_proof_holds("SECRET", &said.device_proof("SECRET")));
        assert!(said.server_proof_holds("SECRET", &said.server_proof("SECRET")));
        assert!(!said.device_proof_holds("OTHER0", &said.device_proof("SECRET")));
        assert!(
            !said.server_proof_holds("SECRET", &said.device_proof("SECRET")),
            "a proof is not its own mirror"
        );
    }

    #[test]
    fn one_in_the_middle_changes_the_digits_and_breaks_the_proof() {
        let said = transcript();
        let relayed = Transcript {
            device_key: [9; 32],
            ..transcript()
        };
        assert!(!relayed.device_proof_holds("SECRET", &said.device_proof("SECRET")));
        assert_ne!(relayed.digits("SECRET"), said.digits("SECRET"));
        assert_eq!(said.digits("SECRET").len(), 6);
    }

    #[test]
    fn a_nonce_that_was_not_committed_to_proves_nothing() {
        let said = Transcript {
            device_nonce: [7; 32],
            ..transcript()
        };
        assert!(!said.device_proof_holds("SECRET", &said.device_proof("SECRET")));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code: EnrolmentCode = "a1b2-c3d4 e5f6 g7hO".parse().unwrap();
        assert_eq!(code.shown(), "A1B2 C3D4 E5F6 G7H0");
        assert!("A1B2".parse::<EnrolmentCode>().is_err());
        assert!("A1B2C3D4E5F6G7HU".parse::<EnrolmentCode>().is_err());
    }
}
