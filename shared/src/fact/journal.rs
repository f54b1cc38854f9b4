//! The rules of a journal: each fact names the hash of the one before it, by one author, from 1 on
//! without a gap. Used by the door that writes, the server that receives and whoever verifies.

use super::envelope::{BadSignature, Envelope, EnvelopeError, Header, SignError, VerifiedEnvelope};
use super::kind::{Fact, FactBody};
use super::{FactPublicKey, FactSigningKey};
use crate::ids::{DeviceId, FactId, FactName, JournalId};

/// The last place of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 while there is no fact.
    pub seq: u64,
    /// Hash of the envelope there; zeros while there is no fact.
    pub hash: [u8; 32],
}

impl Head {
    /// Of a journal without facts.
    pub const EMPTY: Self = Self {
        seq: 0,
        hash: [0; 32],
    };

    /// Is `next` the fact that follows? Then the new head. Journal, author and signature are
    /// not looked at, see [`Chain`].
    pub fn follow(self, next: &Header) -> Result<Self, ChainError> {
        let seq = next.seq;
        match seq.cmp(&(self.seq.saturating_add(1))) {
            std::cmp::Ordering::Greater => Err(ChainError::Gap {
                expected: self.seq.saturating_add(1),
                seq,
            }),
            std::cmp::Ordering::Less if seq == self.seq => Err(taken(seq, self.hash, next.hash)),
            std::cmp::Ordering::Less => Err(ChainError::Behind { seq }),
            std::cmp::Ordering::Equal if next.prev_hash != self.hash => {
                Err(ChainError::PrevHash { seq })
            }
            std::cmp::Ordering::Equal => Ok(Self {
                seq,
                hash: next.hash,
            }),
        }
    }
}

/// What to make of a fact offered for a place that is taken: [`ChainError::Repeated`] if it is the
/// one that stands there, else [`ChainError::Fork`].
pub fn taken(seq: u64, stored: [u8; 32], offered: [u8; 32]) -> ChainError {
    if stored == offered {
        ChainError::Repeated { seq }
    } else {
        ChainError::Fork { seq }
    }
}

/// Who writes a journal.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    /// The device, or the server's own.
    pub device: DeviceId,
    /// Its journal for the event.
    pub journal: JournalId,
    /// The device's key.
    pub key: &'a FactSigningKey,
}

/// What a fact needs besides its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its own id, a version 7 UUID; kept when a fact is written again after a fork.
    pub id: FactId,
    /// When, as the author's clocks say.
    pub stamp: crate::clock::Stamp,
    /// The facts of that ticket that the author knew; at most 8, in any order.
    pub seen: Vec<FactName>,
    /// What happened.
    pub body: FactBody,
}

/// Writes the fact that follows `head`; the new head is `Head::from(&envelope.header())`.
pub fn append(head: Head, author: Author<'_>, draft: Draft) -> Result<Envelope, SignError> {
    let mut seen = draft.seen;
    seen.sort_unstable();
    seen.dedup();
    let fact = Fact {
        device: author.device,
        id: draft.id,
        journal: author.journal,
        seq: head.seq.saturating_add(1),
        prev_hash: head.hash,
        hlc: draft.stamp.hlc.raw(),
        wall_ms: draft.stamp.wall_ms,
        offset_ms: draft.stamp.offset_ms,
        offset_err_ms: draft.stamp.offset_err_ms,
        seen,
        body: draft.body,
    };
    Envelope::sign(&fact, author.key)
}

impl From<&Header> for Head {
    fn from(header: &Header) -> Self {
        Self {
            seq: header.seq,
            hash: header.hash,
        }
    }
}

/// Why a fact does not continue its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The bytes are no envelope.
    #[error("checking a journal: a fact is malformed")]
    Envelope(#[from] EnvelopeError),
    /// A fact of another journal.
    #[error("checking a journal: place {seq} holds a fact of journal {found}")]
    ForeignJournal {
        /// The place that it claims.
        seq: u64,
        /// Its journal.
        found: JournalId,
    },
    /// A fact by another author.
    #[error("checking a journal: place {seq} is by another device, {found}")]
    ForeignAuthor {
        /// The place that it claims.
        seq: u64,
        /// Its author.
        found: DeviceId,
    },
    /// Not signed by the author.
    #[error("checking a journal: the signature at place {seq} is not the author's")]
    Signature {
        /// The place that it claims.
        seq: u64,
        /// Whose signature is missing.
        #[source]
        source: BadSignature,
    },
    /// The first fact given is not the journal's first.
    #[error("checking a journal: it begins at place {seq}, its opening is missing")]
    NotOpened {
        /// The place of the first fact.
        seq: u64,
    },
    /// A place was left out.
    #[error("checking a journal: place {expected} is missing, next comes {seq}")]
    Gap {
        /// The missing place.
        expected: u64,
        /// The place that came.
        seq: u64,
    },
    /// The same fact a second time.
    #[error("checking a journal: the fact at place {seq} comes twice")]
    Repeated {
        /// Its place.
        seq: u64,
    },
    /// Two different facts by the author at one place.
    #[error("checking a journal: two different facts at place {seq}")]
    Fork {
        /// The place.
        seq: u64,
    },
    /// A place below the head. Only whoever holds the fact there can tell a repeat from a fork:
    /// see [`taken`].
    #[error("checking a journal: place {seq} lies before its head")]
    Behind {
        /// The place.
        seq: u64,
    },
    /// It does not name the fact before it.
    #[error("checking a journal: place {seq} names another predecessor than the one before it")]
    PrevHash {
        /// Its place.
        seq: u64,
    },
}

impl ChainError {
    /// As in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Envelope(error) => error.code(),
            Self::ForeignJournal { .. } => "foreign_journal",
            Self::ForeignAuthor { .. } => "foreign_author",
            Self::Signature { .. } => "bad_signature",
            Self::NotOpened { .. } => "not_opened",
            Self::Gap { .. } => "gap",
            Self::Repeated { .. } => "repeated",
            Self::Fork { .. } => "fork",
            Self::Behind { .. } => "behind",
            Self::PrevHash { .. } => "prev_hash",
        }
    }
}

/// One fact of a journal, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Of this version.
    Known(Box<VerifiedEnvelope>),
    /// Of a newer version: its place, author and signature are right, its meaning is not known.
    Newer(Header),
}

/// A journal being checked from its beginning, fact by fact. Remembers the hash at each place (32
/// bytes a fact), so that a repeat can be told from a fork. A refused fact changes nothing.
#[derive(Clone, Debug)]
pub struct Chain<'a> {
    key: &'a FactPublicKey,
    of: Option<(JournalId, DeviceId)>,
    hashes: Vec<[u8; 32]>,
}

impl<'a> Chain<'a> {
    /// A journal of whatever id, by the holder of `key`.
    pub fn new(key: &'a FactPublicKey) -> Self {
        Self {
            key,
            of: None,
            hashes: Vec::new(),
        }
    }

    /// That journal, by that device.
    pub fn of(journal: JournalId, device: DeviceId, key: &'a FactPublicKey) -> Self {
        Self {
            of: Some((journal, device)),
            ..Self::new(key)
        }
    }

    /// Where it ends so far.
    pub fn head(&self) -> Head {
        self.hashes.last().map_or(Head::EMPTY, |&hash| Head {
            seq: self.hashes.len() as u64,
            hash,
        })
    }

    /// Checks the next fact, in this order: form, journal, author, signature, place, predecessor.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Link, ChainError> {
        let (header, envelope) = match Envelope::decode(bytes) {
            Ok(envelope) => (envelope.header(), Some(envelope)),
            Err(EnvelopeError::NewerVersion { .. }) => (Header::peek(bytes)?, None),
            Err(error) => return Err(error.into()),
        };
        let seq = header.seq;
        let (journal, device) = self.of.unwrap_or((header.journal, header.device));
        if header.journal != journal {
            let found = header.journal;
            return Err(ChainError::ForeignJournal { seq, found });
        }
        if header.device != device {
            let found = header.device;
            return Err(ChainError::ForeignAuthor { seq, found });
        }
        let link = match envelope {
            Some(envelope) => envelope
                .verify(self.key)
                .map(|verified| Link::Known(Box::new(verified))),
            None => header.verify(bytes, self.key).map(|()| Link::Newer(header)),
        };
        let link = link.map_err(|source| ChainError::Signature { seq, source })?;
        let head = self.place(&header)?;
        self.of = Some((journal, device));
        self.hashes.push(head.hash);
        Ok(link)
    }

    fn place(&self, header: &Header) -> Result<Head, ChainError> {
        let seq = header.seq;
        if self.hashes.is_empty() && seq != 1 {
            return Err(ChainError::NotOpened { seq });
        }
        match self.hashes.get(seq as usize - 1) {
            Some(&stored) => Err(taken(seq, stored, header.hash)),
            None => self.head().follow(header),
        }
    }
}

/// Checks a journal from its first fact on; the head of a sound one. All facts must be by the
/// holder of `key`.
pub fn check_chain<T: AsRef<[u8]>>(
    envelopes: impl IntoIterator<Item = T>,
    key: &FactPublicKey,
) -> Result<Head, ChainError> {
    let mut chain = Chain::new(key);
    for bytes in envelopes {
        chain.push(bytes.as_ref())?;
    }
    Ok(chain.head())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Hlc, Stamp};
    use crate::fact::sample;

    fn draft(n: u8, body: FactBody) -> Draft {
        Draft {
            id: FactId::from_bytes([n; 16]),
            stamp: Stamp {
                hlc: Hlc::from_raw(u64::from(n)),
                wall_ms: i64::from(n),
                offset_ms: 0,
                offset_err_ms: 5,
            },
            seen: Vec::new(),
            body,
        }
    }

    fn author(key: &FactSigningKey) -> Author<'_> {
        Author {
            device: sample::device(),
            journal: sample::journal(),
            key,
        }
    }

    /// An opening and `entries` entries.
    fn journal(entries: u8) -> Vec<Envelope> {
        let key = sample::key();
        let mut head = Head::EMPTY;
        (0..=entries)
            .map(|n| {
                let body = match n {
                    0 => sample::opened(),
                    n => sample::entry(n.into()),
                };
                let envelope = append(head, author(&key), draft(n, body)).expect("a valid draft");
                head = Head::from(&envelope.header());
                envelope
            })
            .collect()
    }

    fn check(envelopes: &[&Envelope]) -> Result<Head, ChainError> {
        let key = sample::key().public();
        check_chain(envelopes.iter().map(|envelope| envelope.bytes()), &key)
    }

    #[test]
    fn appended_facts_make_a_sound_journal() {
        let facts = journal(5);
        let all: Vec<_> = facts.iter().collect();
        let head = check(&all).expect("sound");
        assert_eq!((head.seq, head.hash), (6, facts[5].hash()));
        assert_eq!(check(&[]), Ok(Head::EMPTY));
    }

    #[test]
    fn seen_is_put_in_order_and_more_than_eight_are_refused() {
        let key = sample::key();
        let name = |n: u8| FactName {
            device: DeviceId::from_bytes([n; 16]),
            fact: FactId::from_bytes([n; 16]),
        };
        let mut some = draft(1, sample::opened());
        some.seen = vec![name(3), name(1), name(3)];
        let envelope = append(Head::EMPTY, author(&key), some).expect("a valid draft");
        assert_eq!(envelope.fact().seen, [name(1), name(3)]);
        let mut many = draft(1, sample::opened());
        many.seen = (0..9).map(name).collect();
        assert_eq!(
            append(Head::EMPTY, author(&key), many),
            Err(SignError::Malformed(EnvelopeError::SeenTooMany))
        );
    }

    #[test]
    fn a_missing_first_fact_and_a_gap_are_told_apart() {
        let facts = journal(3);
        assert_eq!(
            check(&[&facts[1], &facts[2]]),
            Err(ChainError::NotOpened { seq: 2 })
        );
        assert_eq!(
            check(&[&facts[0], &facts[1], &facts[3]]),
            Err(ChainError::Gap {
                expected: 3,
                seq: 4
            })
        );
    }

    /// A7: whoever holds both sides of a fork notices it.
    #[test]
    fn a_fork_is_noticed_and_a_repeat_is_not_called_one() {
        let facts = journal(3);
        let key = sample::key();
        let head = Head::from(&facts[0].header());
        let other = append(head, author(&key), draft(9, sample::entry(9))).expect("a valid draft");
        let forked = [&facts[0], &facts[1], &facts[2], &other];
        assert_eq!(check(&forked), Err(ChainError::Fork { seq: 2 }));
        let repeated = [&facts[0], &facts[1], &facts[2], &facts[1]];
        assert_eq!(check(&repeated), Err(ChainError::Repeated { seq: 2 }));
        // On the other side of the fork the chain does not hold.
        let mixed = [&facts[0], &other, &facts[2]];
        assert_eq!(check(&mixed), Err(ChainError::PrevHash { seq: 3 }));

        let head = Head::from(&facts[2].header());
        assert_eq!(
            head.follow(&facts[1].header()),
            Err(ChainError::Behind { seq: 2 })
        );
        assert_eq!(
            head.follow(&facts[2].header()),
            Err(ChainError::Repeated { seq: 3 })
        );
    }

    #[test]
    fn another_journal_another_author_and_another_key_are_refused() {
        let facts = journal(1);
        let key = sample::key();
        let head = Head::from(&facts[0].header());
        let foreign = |device, journal, key| {
            let author = Author {
                device,
                journal,
                key,
            };
            let next = append(head, author, draft(2, sample::entry(2))).expect("a valid draft");
            check(&[&facts[0], &next]).expect_err("foreign")
        };
        let (other_device, other_journal) = (
            DeviceId::from_bytes([9; 16]),
            JournalId::from_bytes([9; 16]),
        );
        assert_eq!(
            foreign(sample::device(), other_journal, &key).code(),
            "foreign_journal"
        );
        assert_eq!(
            foreign(other_device, sample::journal(), &key).code(),
            "foreign_author"
        );
        let other_key = FactSigningKey::from_seed(&[8; 32]);
        assert_eq!(
            foreign(sample::device(), sample::journal(), &other_key).code(),
            "bad_signature"
        );
    }

    #[test]
    fn a_forged_fact_at_a_taken_place_is_no_fork() {
        let facts = journal(1);
        let key = sample::key().public();
        let mut chain = Chain::new(&key);
        chain.push(facts[0].bytes()).expect("sound");
        chain.push(facts[1].bytes()).expect("sound");
        let forger = FactSigningKey::from_seed(&[8; 32]);
        let head = Head::from(&facts[0].header());
        let forged =
            append(head, author(&forger), draft(2, sample::entry(2))).expect("a valid draft");
        let refused = chain.push(forged.bytes()).expect_err("forged");
        assert_eq!(refused.code(), "bad_signature");
        assert_eq!(chain.head(), Head::from(&facts[1].header()));
    }
}
