//! Envelope v1: the signed bytes of one fact, frozen. docs/SYNC.md lists them byte by byte.
//!
//! Bytes are stored and relayed exactly as made and never encoded again: an [`Envelope`] exists
//! only by signing or by decoding, and keeps its bytes.

use sha2::{Digest as _, Sha256};

use super::body::{self, BodyError, KIND_JOURNAL_OPENED};
use super::bytes::{EndedEarly, Reader, Writer};
use super::kind::{Fact, FactBody};
use super::{FactPublicKey, FactSigningKey};
use crate::ids::{DeviceId, FactId, JournalId};

/// The version this code writes and understands.
pub const VERSION: u8 = 1;
/// No envelope of any version is longer.
pub const MAX_LENGTH: usize = 4096;
/// Most names in `seen`.
pub const MAX_SEEN: usize = 8;

/// Signed bytes begin with this and the version in decimal digits.
const SIGNATURE_TAG: &str = "tickethub/fact/v";
/// Hashed bytes begin with this, whatever the version.
const HASH_TAG: &[u8] = b"tickethub/fact-hash/v1";

/// Why bytes are no envelope. Variants stand in the order in which they are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// More than [`MAX_LENGTH`] bytes.
    #[error("reading a fact: longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// Version 0, which is none.
    #[error("reading a fact: no envelope (version 0)")]
    NoVersion,
    /// A version that this code doesn't know: keep the bytes, see [`Header::peek`].
    #[error(
        "reading a fact: made by a newer version (envelope {version}); kept for later, update to read it"
    )]
    NewerVersion {
        /// Its version.
        version: u8,
    },
    /// The reserved byte is set.
    #[error("reading a fact: its reserved byte is set")]
    Reserved,
    /// The bytes end inside a field.
    #[error("reading a fact: cut off")]
    Truncated,
    /// Places begin at 1.
    #[error("reading a fact: its place in the journal is 0")]
    PlaceZero,
    /// More than [`MAX_SEEN`] names.
    #[error("reading a fact: names more than {MAX_SEEN} facts as seen")]
    SeenTooMany,
    /// `seen` is not strictly ascending.
    #[error("reading a fact: the facts it saw are not in strictly ascending order")]
    SeenOrder,
    /// Bytes after the signature.
    #[error("reading a fact: bytes follow its signature")]
    Trailing,
    /// Kind 1 away from place 1, another kind at place 1, or a first fact with a predecessor.
    #[error("reading a fact: a journal is opened by its first fact, and only by it")]
    Opening,
    /// The body does not fit its kind.
    #[error("reading a fact of kind {kind}: {error}")]
    Body {
        /// The kind.
        kind: u16,
        /// What is wrong with the body.
        error: BodyError,
    },
}

impl EnvelopeError {
    /// As in the golden vectors and in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NoVersion => "no_version",
            Self::NewerVersion { .. } => "newer_version",
            Self::Reserved => "reserved",
            Self::Truncated => "truncated",
            Self::PlaceZero => "place_zero",
            Self::SeenTooMany => "seen_too_many",
            Self::SeenOrder => "seen_order",
            Self::Trailing => "trailing",
            Self::Opening => "opening",
            Self::Body { error, .. } => error.code(),
        }
    }
}

impl From<EndedEarly> for EnvelopeError {
    fn from(_: EndedEarly) -> Self {
        Self::Truncated
    }
}

/// The signature is not the author's over these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("checking a fact: its signature is not by the key of device {device}")]
pub struct BadSignature {
    /// Who is said to have signed.
    pub device: DeviceId,
}

/// Why a fact was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// It would make an envelope that nobody accepts.
    #[error("signing a fact: the result would be malformed")]
    Malformed(#[source] EnvelopeError),
    /// It would read back as another fact: an opaque body of a known kind.
    #[error("signing a fact: it would read back as another one")]
    Ambiguous,
}

/// What an envelope of every version, also a future one, holds at the same place: its first
/// 74 bytes, and in its last 64 the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The envelope's version.
    pub version: u8,
    /// The journal that carries it.
    pub journal: JournalId,
    /// Its place there, from 1.
    pub seq: u64,
    /// Hash of the envelope before it.
    pub prev_hash: [u8; 32],
    /// The author, whose enrolled key signed.
    pub device: DeviceId,
    /// The envelope's own hash.
    pub hash: [u8; 32],
}

impl Header {
    /// The bytes of a header and a signature: the shortest that any version can have.
    const SHORTEST: usize = 74 + 64;

    /// Reads what every version has, checking nothing else.
    pub fn peek(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_LENGTH {
            return Err(EnvelopeError::TooLong);
        }
        if bytes.len() < Self::SHORTEST {
            return Err(EnvelopeError::Truncated);
        }
        let mut from = Reader::new(bytes);
        let (version, _reserved) = (from.u8()?, from.u8()?);
        if version == 0 {
            return Err(EnvelopeError::NoVersion);
        }
        let header = Self {
            version,
            journal: JournalId::from_bytes(from.array()?),
            seq: from.u64()?,
            prev_hash: from.array()?,
            device: DeviceId::from_bytes(from.array()?),
            hash: hash_of(bytes),
        };
        if header.seq == 0 {
            return Err(EnvelopeError::PlaceZero);
        }
        Ok(header)
    }

    /// Is the signature at the end of `bytes`, from which this header was read, its author's?
    /// Holds for every version.
    pub fn verify(&self, bytes: &[u8], key: &FactPublicKey) -> Result<(), BadSignature> {
        let refused = BadSignature {
            device: self.device,
        };
        let (signed, signature) = bytes.split_last_chunk::<64>().ok_or(refused)?;
        let tag = format!("{SIGNATURE_TAG}{}", self.version);
        if key.verifies(tag.as_bytes(), signed, signature) {
            Ok(())
        } else {
            Err(refused)
        }
    }
}

/// SHA-256 of the hash tag and the whole envelope, signature included; the same for every version.
pub fn hash_of(bytes: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(HASH_TAG)
        .chain_update(bytes)
        .finalize()
        .into()
}

/// A well-formed envelope of version 1. Its signature is not checked yet, see [`Envelope::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    bytes: Vec<u8>,
    fact: Fact,
    hash: [u8; 32],
}

impl Envelope {
    /// Signs `fact` with the key of its author.
    pub fn sign(fact: &Fact, key: &FactSigningKey) -> Result<Self, SignError> {
        if fact.seen.len() > MAX_SEEN {
            return Err(SignError::Malformed(EnvelopeError::SeenTooMany));
        }
        let body = fact.body.encode();
        let length =
            u16::try_from(body.len()).map_err(|_| SignError::Malformed(EnvelopeError::TooLong))?;
        let mut to = Writer::default();
        to.u8(VERSION)
            .u8(0)
            .bytes(fact.journal.as_bytes())
            .u64(fact.seq)
            .bytes(&fact.prev_hash)
            .bytes(fact.device.as_bytes())
            .bytes(fact.id.as_bytes())
            .u64(fact.hlc)
            .i64(fact.wall_ms)
            .i64(fact.offset_ms)
            .u32(fact.offset_err_ms)
            .u8(fact.seen.len() as u8);
        for &seen in &fact.seen {
            body::name(&mut to, seen);
        }
        to.u16(fact.body.kind()).u16(length).bytes(&body);
        let tag = format!("{SIGNATURE_TAG}{VERSION}");
        let signature = key.sign(tag.as_bytes(), &to.0);
        to.bytes(&signature);
        let envelope = Self::decode(&to.0).map_err(SignError::Malformed)?;
        if envelope.fact == *fact {
            Ok(envelope)
        } else {
            Err(SignError::Ambiguous)
        }
    }

    /// Reads an envelope; anything that is not exactly one is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let fact = read_fact(bytes)?;
        Ok(Self {
            bytes: bytes.to_vec(),
            fact,
            hash: hash_of(bytes),
        })
    }

    /// Checks the signature against the key of the device that the fact names as its author.
    pub fn verify(self, key: &FactPublicKey) -> Result<VerifiedEnvelope, BadSignature> {
        self.header().verify(&self.bytes, key)?;
        Ok(VerifiedEnvelope(self))
    }

    /// The bytes, as made.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, as made.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What they say.
    pub fn fact(&self) -> &Fact {
        &self.fact
    }

    /// The hash by which the next fact of the journal names this one.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The part that all versions share.
    pub fn header(&self) -> Header {
        Header {
            version: VERSION,
            journal: self.fact.journal,
            seq: self.fact.seq,
            prev_hash: self.fact.prev_hash,
            device: self.fact.device,
            hash: self.hash,
        }
    }
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Envelope({:?})", self.fact)
    }
}

/// An envelope whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEnvelope(Envelope);

impl VerifiedEnvelope {
    /// The envelope.
    pub fn envelope(&self) -> &Envelope {
        &self.0
    }

    /// The envelope.
    pub fn into_envelope(self) -> Envelope {
        self.0
    }

    /// What it says.
    pub fn fact(&self) -> &Fact {
        &self.0.fact
    }
}

fn read_fact(bytes: &[u8]) -> Result<Fact, EnvelopeError> {
    if bytes.len() > MAX_LENGTH {
        return Err(EnvelopeError::TooLong);
    }
    let mut from = Reader::new(bytes);
    match from.u8()? {
        VERSION => {}
        0 => return Err(EnvelopeError::NoVersion),
        version => return Err(EnvelopeError::NewerVersion { version }),
    }
    if from.u8()? != 0 {
        return Err(EnvelopeError::Reserved);
    }
    let journal = JournalId::from_bytes(from.array()?);
    let seq = from.u64()?;
    if seq == 0 {
        return Err(EnvelopeError::PlaceZero);
    }
    let prev_hash = from.array()?;
    let device = DeviceId::from_bytes(from.array()?);
    let id = FactId::from_bytes(from.array()?);
    let (hlc, wall_ms, offset_ms) = (from.u64()?, from.i64()?, from.i64()?);
    let offset_err_ms = from.u32()?;
    let seen_count = usize::from(from.u8()?);
    if seen_count > MAX_SEEN {
        return Err(EnvelopeError::SeenTooMany);
    }
    let seen = (0..seen_count)
        .map(|_| body::read_name(&mut from))
        .collect::<Result<Vec<_>, _>>()?;
    if !seen.is_sorted_by(|a, b| a < b) {
        return Err(EnvelopeError::SeenOrder);
    }
    let kind = from.u16()?;
    let body_length = usize::from(from.u16()?);
    let body_bytes = from.slice(body_length)?;
    from.array::<64>()?;
    if !from.is_empty() {
        return Err(EnvelopeError::Trailing);
    }
    let opens = kind == KIND_JOURNAL_OPENED;
    if opens != (seq == 1) || (opens && prev_hash != [0; 32]) {
        return Err(EnvelopeError::Opening);
    }
    let body =
        FactBody::decode(kind, body_bytes).map_err(|error| EnvelopeError::Body { kind, error })?;
    Ok(Fact {
        device,
        id,
        journal,
        seq,
        prev_hash,
        hlc,
        wall_ms,
        offset_ms,
        offset_err_ms,
        seen,
        body,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::sample;

    proptest! {
        #[test]
        fn a_fact_survives_its_envelope(fact in sample::any_fact()) {
            let key = sample::key();
            let envelope = Envelope::sign(&fact, &key).expect("a valid fact");
            let read = Envelope::decode(envelope.bytes()).expect("own bytes");
            prop_assert_eq!(&read, &envelope);
            prop_assert_eq!(read.fact(), &fact);
            prop_assert_eq!(Header::peek(read.bytes()), Ok(read.header()));
            let verified = read.verify(&key.public()).expect("own key");
            prop_assert_eq!(verified.fact(), &fact);
        }

        #[test]
        fn any_flipped_bit_is_refused(fact in sample::any_fact(), place in any::<prop::sample::Index>(), bit in 0u8..8) {
            let key = sample::key();
            let mut bytes = Envelope::sign(&fact, &key).expect("a valid fact").into_bytes();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            if let Ok(read) = Envelope::decode(&bytes) {
                prop_assert!(read.verify(&key.public()).is_err(), "byte {} bit {}", place, bit);
            }
            if let Ok(header) = Header::peek(&bytes) {
                prop_assert!(header.verify(&bytes, &key.public()).is_err());
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = Envelope::decode(&bytes);
            let _ = Header::peek(&bytes);
        }

        /// Most arbitrary bytes stop at the version; damaged envelopes reach every field.
        #[test]
        fn damaged_envelopes_never_panic(
            fact in sample::any_fact(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = Envelope::sign(&fact, &sample::key()).expect("a valid fact").into_bytes();
            for (place, value) in damage {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            let _ = Envelope::decode(&bytes);
            let _ = Envelope::decode(&bytes[..cut.index(bytes.len())]);
        }
    }

    #[test]
    fn what_would_read_back_as_another_fact_is_not_signed() {
        let mut fact = sample::opening();
        fact.seq = 2;
        fact.body = FactBody::Opaque {
            kind: 3,
            body: vec![0; 12],
        };
        assert_eq!(
            Envelope::sign(&fact, &sample::key()),
            Err(SignError::Ambiguous)
        );
        fact.body = FactBody::Opaque {
            kind: 3,
            body: vec![0; 70_000],
        };
        assert_eq!(
            Envelope::sign(&fact, &sample::key()),
            Err(SignError::Malformed(EnvelopeError::TooLong))
        );
    }

    #[test]
    fn a_newer_version_can_be_chained_and_its_signature_checked() {
        let key = sample::key();
        let mut bytes = Envelope::sign(&sample::opening(), &key)
            .expect("a valid fact")
            .into_bytes();
        bytes.truncate(bytes.len() - 64);
        bytes[0] = 2;
        bytes.extend_from_slice(b"fields that only version 2 knows");
        bytes.extend(key.sign(b"tickethub/fact/v2", &bytes));
        assert_eq!(
            Envelope::decode(&bytes),
            Err(EnvelopeError::NewerVersion { version: 2 })
        );
        let header = Header::peek(&bytes).expect("a header");
        assert_eq!((header.version, header.seq), (2, 1));
        assert_eq!(header.verify(&bytes, &key.public()), Ok(()));
        // Signed as version 1, it is not accepted as version 2.
        let signed = bytes.len() - 64;
        let other = key.sign(b"tickethub/fact/v1", &bytes[..signed]);
        bytes[signed..].copy_from_slice(&other);
        assert!(header.verify(&bytes, &key.public()).is_err());
    }
}
