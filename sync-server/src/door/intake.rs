//! What becomes of uploaded envelopes, decided without I/O: which continue their journal, which are there already,
//! which fork it, and which can never be taken. Invariants A3, A4, A6, A7.

use std::collections::{BTreeMap, HashMap, HashSet};

use shared::fact::envelope::Header;
use shared::fact::journal::ChainError;
use shared::fact::{Envelope, EnvelopeError, Fact, FactBody, FactPublicKey, Head};
use shared::ids::{DeviceId, EventId, JournalId};

/// An envelope with its author's signature, of whatever version.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    /// What all versions have.
    pub(crate) header: Header,
    /// The signed bytes.
    pub(crate) bytes: Vec<u8>,
    /// What it says; `None` = of a newer version.
    pub(crate) fact: Option<Fact>,
}

/// Why an envelope can never be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It can't be read.
    Malformed(EnvelopeError),
    /// Its author is no device of this organizer.
    UnknownAuthor,
    /// Its signature is not the author's.
    BadSignature,
    /// The journal is another device's.
    ForeignAuthor,
    /// The journal is for an event that this organizer doesn't have.
    UnknownEvent,
    /// The journal is for something that this version doesn't know.
    UnknownPurpose,
}

impl Refusal {
    /// As the answer tells it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Malformed(error) => error.code(),
            Self::UnknownAuthor => "unknown_author",
            Self::BadSignature => "bad_signature",
            Self::ForeignAuthor => "foreign_author",
            Self::UnknownEvent => "unknown_event",
            Self::UnknownPurpose => "unknown_purpose",
        }
    }

    /// As `quarantined_envelopes.why` has it.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::UnknownEvent | Self::UnknownPurpose => "malformed",
            Self::UnknownAuthor | Self::ForeignAuthor => "unknown_author",
            Self::BadSignature => "bad_signature",
        }
    }
}

/// An envelope that was refused.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// Of which journal; the nil UUID if not even that can be read.
    pub(crate) journal: JournalId,
    /// Its author; the nil UUID likewise.
    pub(crate) device: DeviceId,
    /// Its place there; its number in the upload if no journal can be read.
    pub(crate) seq: u64,
    /// Why.
    pub(crate) why: Refusal,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
}

/// An upload, read: by journal, in ascending order of place.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    /// Envelopes whose signature is to be checked.
    pub(crate) journals: BTreeMap<JournalId, Vec<Offered>>,
    /// The others.
    pub(crate) refused: Vec<Refused>,
}

/// Reads every envelope by itself: a bad one costs no other (A6).
pub(crate) fn read(envelopes: Vec<Vec<u8>>) -> Upload {
    let mut upload = Upload::default();
    for (number, bytes) in envelopes.into_iter().enumerate() {
        let read = match Envelope::decode(&bytes) {
            Ok(envelope) => Ok((envelope.header(), Some(envelope.fact().clone()))),
            Err(EnvelopeError::NewerVersion { .. }) => {
                Header::peek(&bytes).map(|header| (header, None))
            }
            Err(error) => Err(error),
        };
        match read {
            Ok((header, fact)) => {
                let offered = upload.journals.entry(header.journal).or_default();
                offered.push(Offered {
                    header,
                    bytes,
                    fact,
                });
            }
            Err(error) => upload.refused.push(malformed(number, bytes, error)),
        }
    }
    for offered in upload.journals.values_mut() {
        offered.sort_by_key(|offered| offered.header.seq);
    }
    upload
}

fn malformed(number: usize, bytes: Vec<u8>, error: EnvelopeError) -> Refused {
    let header = Header::peek(&bytes).ok();
    Refused {
        journal: header.map_or(JournalId::from_bytes([0; 16]), |header| header.journal),
        device: header.map_or(DeviceId::from_bytes([0; 16]), |header| header.device),
        seq: header.map_or(number as u64, |header| header.seq),
        why: Refusal::Malformed(error),
        bytes,
    }
}

impl Offered {
    fn refused(self, why: Refusal) -> Refused {
        Refused {
            journal: self.header.journal,
            device: self.header.device,
            seq: self.header.seq,
            why,
            bytes: self.bytes,
        }
    }

    /// Whether this program can't read what it says: its version or its kind is not known.
    pub(crate) fn is_unread(&self) -> bool {
        self.fact
            .as_ref()
            .is_none_or(|fact| matches!(fact.body, FactBody::Opaque { .. }))
    }

    /// The event that this opening names; `None` if it opens no door journal.
    pub(crate) fn opens(&self) -> Option<EventId> {
        match self.fact.as_ref()?.body {
            FactBody::JournalOpened { event, .. } => Some(event),
            FactBody::Entry { .. }
            | FactBody::Exit { .. }
            | FactBody::Refusal { .. }
            | FactBody::Refusals { .. }
            | FactBody::Void { .. }
            | FactBody::Override { .. }
            | FactBody::Annotation { .. }
            | FactBody::Issued { .. }
            | FactBody::HandOver { .. }
            | FactBody::Release { .. }
            | FactBody::Withdrawn { .. }
            | FactBody::Till(_)
            | FactBody::Opaque { .. } => None,
        }
    }
}

impl Upload {
    /// Refuses what is not signed by the enrolled key of the device that it names.
    pub(crate) fn verify(&mut self, keys: &HashMap<DeviceId, FactPublicKey>) {
        let refused = &mut self.refused;
        for offered in self.journals.values_mut() {
            offered.retain(|offered| {
                let why = match keys.get(&offered.header.device) {
                    None => Refusal::UnknownAuthor,
                    Some(key) => match offered.header.verify(&offered.bytes, key) {
                        Ok(()) => return true,
                        Err(_) => Refusal::BadSignature,
                    },
                };
                refused.push(offered.clone().refused(why));
                false
            });
        }
    }

    /// Refuses a whole journal.
    pub(crate) fn refuse_journal(&mut self, journal: JournalId, why: Refusal) {
        let offered = self.journals.remove(&journal).unwrap_or_default();
        let refused = offered.into_iter().map(|offered| offered.refused(why));
        self.refused.extend(refused);
    }

    /// Refuses what is by another device than the journal's.
    pub(crate) fn refuse_foreign(&mut self, journal: JournalId, author: DeviceId) {
        let offered = self.journals.entry(journal).or_default();
        let (own, foreign): (Vec<_>, Vec<_>) = std::mem::take(offered)
            .into_iter()
            .partition(|offered| offered.header.device == author);
        *offered = own;
        let refused = foreign
            .into_iter()
            .map(|offered| offered.refused(Refusal::ForeignAuthor));
        self.refused.extend(refused);
    }
}

/// What becomes of one journal's envelopes.
#[derive(Debug)]
pub(crate) struct Placed {
    /// They continue the journal, in order.
    pub(crate) accepted: Vec<Offered>,
    /// The journal's end afterwards.
    pub(crate) head: Head,
    /// The other side of a fork.
    pub(crate) forked: Vec<Offered>,
    /// The first place where the author signed two facts.
    pub(crate) forked_at: Option<u64>,
}

/// Places `offered`, in ascending order, after `head`. `held`: the hashes of the facts that are held at places that are
/// offered again; `aside`: of those that are kept beside the journal, since what follows such a one is of the same branch.
/// What lies behind a gap is left for later.
pub(crate) fn place(
    head: Head,
    held: &HashMap<u64, [u8; 32]>,
    mut aside: HashSet<[u8; 32]>,
    offered: Vec<Offered>,
) -> Placed {
    let mut placed = Placed {
        accepted: Vec::new(),
        head,
        forked: Vec::new(),
        forked_at: None,
    };
    for offered in offered {
        let seq = offered.header.seq;
        match placed.head.follow(&offered.header) {
            Ok(head) => {
                placed.head = head;
                placed.accepted.push(offered);
            }
            Err(
                ChainError::Behind { .. } | ChainError::Repeated { .. } | ChainError::Fork { .. },
            ) => {
                let accepted = placed.accepted.iter().find(|a| a.header.seq == seq);
                let stands = accepted
                    .map(|accepted| accepted.header.hash)
                    .or_else(|| held.get(&seq).copied());
                if stands != Some(offered.header.hash) {
                    aside.insert(offered.header.hash);
                    placed.fork(seq, offered);
                }
            }
            // It follows another fact than the one at the place before: the author signed two there.
            Err(ChainError::PrevHash { .. }) => {
                aside.insert(offered.header.hash);
                placed.fork(seq.saturating_sub(1), offered);
            }
            Err(ChainError::Gap { .. }) if aside.contains(&offered.header.prev_hash) => {
                aside.insert(offered.header.hash);
                placed.fork(placed.head.seq, offered);
            }
            Err(
                ChainError::Gap { .. }
                | ChainError::NotOpened { .. }
                | ChainError::Envelope(_)
                | ChainError::ForeignJournal { .. }
                | ChainError::ForeignAuthor { .. }
                | ChainError::Signature { .. },
            ) => {}
        }
    }
    placed
}

impl Placed {
    fn fork(&mut self, seq: u64, offered: Offered) {
        self.forked_at = Some(self.forked_at.map_or(seq, |first| first.min(seq)));
        self.forked.push(offered);
    }
}
