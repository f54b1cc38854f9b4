//! The feed's cursor: where the next page begins. Opaque to devices, versioned, compound: the rows of one transaction
//! share a number, so a page may end among them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::clock::UnixMillis;

const VERSION: u8 = 1;
/// Ids of entities have at most 32 bytes: two UUIDs.
const MAX_ID: usize = 32;

/// Whether the page before was the last of its catch-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It said `has_more`.
    CatchingUp,
    /// The replica was the server's state then.
    CaughtUp,
}

/// A place in the feed of an event: after the entry `(seq, kind, id)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The feed's life.
    pub epoch: u64,
    /// The transaction's number.
    pub seq: i64,
    /// The entity's kind.
    pub kind: i16,
    /// The entity's id.
    pub id: Vec<u8>,
    /// Of the catch-up that this cursor is from.
    pub progress: Progress,
    /// When the last checksum was sent; 0 = never.
    pub checksum_ms: UnixMillis,
}

/// A text is no cursor of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the cursor was not made by this server, or by another version of it; pull from the beginning"
)]
pub struct ParseCursorError;

impl Cursor {
    /// Before everything.
    pub fn start(epoch: u64) -> Self {
        Self {
            epoch,
            seq: 0,
            kind: 0,
            id: Vec::new(),
            progress: Progress::CatchingUp,
            checksum_ms: 0,
        }
    }

    /// As it travels.
    pub fn encode(&self) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.epoch.to_be_bytes());
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.kind.to_be_bytes());
        bytes.push(match self.progress {
            Progress::CatchingUp => 0,
            Progress::CaughtUp => 1,
        });
        bytes.extend(self.checksum_ms.to_be_bytes());
        bytes.extend(&self.id);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Cursor::encode`] wrote.
    pub fn decode(text: &str) -> Result<Self, ParseCursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ParseCursorError)?;
        let (version, rest) = take::<1>(&bytes)?;
        if version != [VERSION] {
            return Err(ParseCursorError);
        }
        let (epoch, rest) = take::<8>(rest)?;
        let (seq, rest) = take::<8>(rest)?;
        let (kind, rest) = take::<2>(rest)?;
        let (progress, rest) = take::<1>(rest)?;
        let (checksum_ms, id) = take::<8>(rest)?;
        let progress = match progress {
            [0] => Progress::CatchingUp,
            [1] => Progress::CaughtUp,
            _ => return Err(ParseCursorError),
        };
        let seq = i64::from_be_bytes(seq);
        if id.len() > MAX_ID || seq < 0 {
            return Err(ParseCursorError);
        }
        Ok(Self {
            epoch: u64::from_be_bytes(epoch),
            seq,
            kind: i16::from_be_bytes(kind),
            id: id.to_vec(),
            progress,
            checksum_ms: i64::from_be_bytes(checksum_ms),
        })
    }
}

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), ParseCursorError> {
    bytes
        .split_first_chunk::<N>()
        .map(|(head, rest)| (*head, rest))
        .ok_or(ParseCursorError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(
            epoch in any::<u64>(),
            seq in 0..i64::MAX,
            kind in any::<i16>(),
            id in prop::collection::vec(any::<u8>(), 0..=MAX_ID),
            caught_up in any::<bool>(),
            checksum_ms in any::<i64>(),
        ) {
            let progress = if caught_up { Progress::CaughtUp } else { Progress::CatchingUp };
            let cursor = Cursor { epoch, seq, kind, id, progress, checksum_ms };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,80}") {
            let _ = Cursor::decode(&text);
        }
    }

    #[test]
    fn another_version_and_a_cut_cursor_are_refused() {
        let text = Cursor::start(7).encode();
        assert!(Cursor::decode(&text[..text.len() - 3]).is_err());
        let mut bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        bytes[0] = 2;
        assert!(Cursor::decode(&URL_SAFE_NO_PAD.encode(bytes)).is_err());
    }
}
