//! What a guest leaves at a till, so that the tickets can be sent: name, address, language. It never enters a fact. The till
//! seals it for the organizer's server, and can't open it again; the fact names it by a random id and a hash.

use std::convert::Infallible;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::fact::till::SaleId;
use crate::ids::{OrganizerId, Random};
use crate::language::Language;

/// The form of the sealed bytes: their first one.
const VERSION: u8 = 1;
/// What the key is derived for.
const INFO: &[u8] = b"tickethub/contact/v1";
const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 16;
/// Plain texts are padded to a multiple of this, so that their length tells next to nothing.
const BLOCK: usize = 256;
const MOST_PLAIN: usize = 1024;
/// The longest sealed one.
pub const MAX_SEALED: usize = 1 + KEY_BYTES + MOST_PLAIN + TAG_BYTES;
/// RFC 5321: the longest address that a server has to take.
const MAX_EMAIL: usize = 254;
/// Letters of a name: as in the store.
const MAX_NAME: usize = 200;

/// Who bought, and where the tickets go.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    name: String,
    email: String,
    language: Language,
}

impl std::fmt::Debug for Contact {
    /// Without the person: a log line must not name one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").finish_non_exhaustive()
    }
}

/// What was typed can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactRefused {
    /// Neither a name nor an address.
    #[error("neither a name nor an address was given; give one of them, or none")]
    Empty,
    /// No mail gets there.
    #[error("this is no e-mail address; correct it, or leave it out")]
    Email,
    /// Not on one line, or too long.
    #[error("a name has at most {MAX_NAME} letters, on one line; shorten it")]
    Name,
}

impl ContactRefused {
    /// For JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "contact_empty",
            Self::Email => "contact_email",
            Self::Name => "contact_name",
        }
    }
}

impl Contact {
    /// From what a clerk typed; one of the two may be empty.
    pub fn typed(name: &str, email: &str, language: Language) -> Result<Self, ContactRefused> {
        let (name, email) = (name.trim(), email.trim());
        if name.is_empty() && email.is_empty() {
            return Err(ContactRefused::Empty);
        }
        if !email.is_empty() && !is_email(email) {
            return Err(ContactRefused::Email);
        }
        // What is sealed has room for so many bytes, whatever they spell.
        let is_long = name.chars().count() > MAX_NAME || name.len() > 2 * MAX_NAME;
        if is_long || name.chars().any(char::is_control) {
            return Err(ContactRefused::Name);
        }
        Ok(Self {
            name: name.to_owned(),
            email: email.to_owned(),
            language,
        })
    }

    /// Who the tickets are for; may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where they go; may be empty.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The same person, in another language.
    pub fn spoken_to_in(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// Of the mail and the tickets in it.
    pub fn language(&self) -> Language {
        self.language
    }
}

/// Shape only; whether somebody reads it is seen when the mail is sent.
pub fn is_email(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    text.len() <= MAX_EMAIL
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.chars().all(plain)
                && domain.contains('.')
                && domain.split('.').all(|label| !label.is_empty())
                && domain.chars().all(plain)
        })
}

/// What a sealed contact belongs to. It opens for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Whose sale.
    pub organizer: OrganizerId,
    /// Which sale.
    pub sale: SaleId,
    /// The contact's random id.
    pub blob: [u8; 16],
}

impl Bound {
    fn bytes(&self) -> [u8; 48] {
        let mut bytes = [0; 48];
        bytes[..16].copy_from_slice(self.organizer.as_bytes());
        bytes[16..32].copy_from_slice(self.sale.as_bytes());
        bytes[32..].copy_from_slice(&self.blob);
        bytes
    }
}

/// The organizer's half that tills have: with it a contact is sealed, and none is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactKey([u8; KEY_BYTES]);

/// The half that stays on the server.
#[derive(Clone)]
pub struct ContactOpener([u8; KEY_BYTES]);

/// These bytes are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key for what guests leave is none; run `door sync`")]
pub struct NoContactKey;

/// A sealed contact does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this was not sealed for this sale, or was changed")]
pub struct NotOpened;

impl ContactOpener {
    /// From 32 secret bytes that the organizer's server always has.
    pub fn from_secret(secret: [u8; KEY_BYTES]) -> Self {
        Self(secret)
    }

    /// What tills are given.
    pub fn key(&self) -> ContactKey {
        let (_, public) = X25519HkdfSha256::derive_keypair(&self.0);
        ContactKey(public.to_bytes().into())
    }

    /// What a till sealed for this sale.
    pub fn open(&self, bound: &Bound, sealed: &[u8]) -> Result<Contact, NotOpened> {
        let (version, rest) = sealed.split_first().ok_or(NotOpened)?;
        let (encapped, body) = rest.split_at_checked(KEY_BYTES).ok_or(NotOpened)?;
        if *version != VERSION || sealed.len() > MAX_SEALED {
            return Err(NotOpened);
        }
        let (secret, _) = X25519HkdfSha256::derive_keypair(&self.0);
        let encapped = <X25519HkdfSha256 as hpke::Kem>::EncappedKey::from_bytes(encapped)
            .map_err(|_| NotOpened)?;
        let plain = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &encapped,
            INFO,
            body,
            &bound.bytes(),
        )
        .map_err(|_| NotOpened)?;
        let (length, padded) = plain.split_first_chunk::<2>().ok_or(NotOpened)?;
        let said = padded.get(..usize::from(u16::from_be_bytes(*length)));
        let read: Contact =
            serde_json::from_slice(said.ok_or(NotOpened)?).map_err(|_| NotOpened)?;
        // Whoever had the till's keys may have sealed anything.
        Contact::typed(&read.name, &read.email, read.language).map_err(|_| NotOpened)
    }
}

impl ContactKey {
    /// From what the server told.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Result<Self, NoContactKey> {
        <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(&bytes)
            .map(|_| Self(bytes))
            .map_err(|_| NoContactKey)
    }

    /// As it travels.
    pub fn to_bytes(self) -> [u8; KEY_BYTES] {
        self.0
    }

    /// Seals a contact for the server: no till opens it again.
    pub fn seal(
        self,
        bound: &Bound,
        contact: &Contact,
        random: &mut impl Random,
    ) -> Result<Vec<u8>, NoContactKey> {
        let public = <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(&self.0)
            .map_err(|_| NoContactKey)?;
        let (encapped, body) =
            hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
                &OpModeS::Base,
                &public,
                INFO,
                &padded(contact),
                &bound.bytes(),
                &mut Drawn(random),
            )
            .map_err(|_| NoContactKey)?;
        Ok([&[VERSION][..], &encapped.to_bytes(), &body].concat())
    }
}

/// The contact's JSON behind its length, and zeros.
fn padded(contact: &Contact) -> Vec<u8> {
    let json = serde_json::to_vec(contact).expect("texts have a JSON form");
    let length = u16::try_from(json.len()).expect("a contact has fewer than 1,024 bytes");
    let mut plain = [&length.to_be_bytes()[..], &json].concat();
    plain.resize(plain.len().next_multiple_of(BLOCK), 0);
    plain
}

/// What the fact says of a sealed contact.
pub fn hash(sealed: &[u8]) -> [u8; 32] {
    Sha256::digest(sealed).into()
}

/// A passed-in source of randomness as the cipher's crate wants one.
struct Drawn<'a, R>(&'a mut R);

impl<R: Random> TryRng for Drawn<'_, R> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl<R: Random> TryCryptoRng for Drawn<'_, R> {}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    struct Counted(u8);

    impl Random for Counted {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(31).wrapping_add(7);
                *byte = self.0;
            }
        }
    }

    fn bound() -> Bound {
        Bound {
            organizer: OrganizerId(Uuid::from_u128(1)),
            sale: crate::ids::FactId(Uuid::from_u128(2)),
            blob: [3; 16],
        }
    }

    fn nadia() -> Contact {
        Contact::typed(" Nadia Ferrand ", "nadia@example.org", Language::Es).unwrap()
    }

    #[test]
    fn what_a_till_seals_only_the_server_opens_and_only_for_that_sale() {
        let server = ContactOpener::from_secret([9; 32]);
        let key = ContactKey::from_bytes(server.key().to_bytes()).unwrap();
        let sealed = key.seal(&bound(), &nadia(), &mut Counted(1)).unwrap();
        assert_eq!(server.open(&bound(), &sealed), Ok(nadia()));
        assert_eq!(nadia().name(), "Nadia Ferrand");
        let elsewhere = [
            Bound {
                organizer: OrganizerId(Uuid::from_u128(7)),
                ..bound()
            },
            Bound {
                sale: crate::ids::FactId(Uuid::from_u128(7)),
                ..bound()
            },
            Bound {
                blob: [7; 16],
                ..bound()
            },
        ];
        for other in elsewhere {
            assert_eq!(server.open(&other, &sealed), Err(NotOpened), "{other:?}");
        }
        let stranger = ContactOpener::from_secret([8; 32]);
        assert_eq!(stranger.open(&bound(), &sealed), Err(NotOpened));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(server.open(&bound(), &changed), Err(NotOpened), "byte {at}");
            assert_eq!(
                server.open(&bound(), &sealed[..at]),
                Err(NotOpened),
                "{at} bytes"
            );
        }
    }

    #[test]
    fn the_length_tells_next_to_nothing_and_has_an_end() {
        let key = ContactOpener::from_secret([9; 32]).key();
        let of = |name: &str, email: &str| {
            let contact = Contact::typed(name, email, Language::Fr).unwrap();
            key.seal(&bound(), &contact, &mut Counted(1)).unwrap().len()
        };
        assert_eq!(of("A", ""), of("Nadia Ferrand", "nadia@example.org"));
        let longest = format!("{}@example.org", "a".repeat(MAX_EMAIL - 12));
        assert_eq!(of("A", ""), 1 + 32 + 256 + 16);
        // A quote or a backslash is two bytes there.
        assert!(of(&"\"".repeat(MAX_NAME), &longest) <= MAX_SEALED);
        assert!(of(&"é".repeat(MAX_NAME), &longest) <= MAX_SEALED);
    }

    #[test]
    fn a_wrong_address_is_caught_where_it_is_typed() {
        for wrong in [
            "nadia",
            "nadia@",
            "@example.org",
            "nadia@example",
            "na dia@example.org",
            "nadia@example..org",
            "a@b@example.org",
        ] {
            let refused = Contact::typed("Nadia", wrong, Language::Fr);
            assert_eq!(refused, Err(ContactRefused::Email), "{wrong}");
        }
        assert_eq!(
            Contact::typed(" ", "", Language::Fr),
            Err(ContactRefused::Empty)
        );
        assert_eq!(
            Contact::typed("a\nb", "", Language::Fr),
            Err(ContactRefused::Name)
        );
        assert_eq!(
            Contact::typed(&"a".repeat(201), "", Language::Fr),
            Err(ContactRefused::Name)
        );
    }
}
