//! A type for every id, so that one can't be given where another is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where random bytes come from. The edges give the operating system's; tests give a seeded one.
pub trait Random {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// A new version 7 UUID: sorts by the moment it was made.
pub fn uuid_v7(now_ms: i64, random: &mut impl Random) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    uuid::Builder::from_unix_timestamp_millis(now_ms.max(0).cast_unsigned(), &bytes).into_uuid()
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, made at `now_ms` (unix milliseconds).
            pub fn new(now_ms: i64, random: &mut impl Random) -> Self {
                Self(uuid_v7(now_ms, random))
            }

            /// The 16 bytes, big-endian.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// From its 16 bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

uuid_ids! {
    /// Who sells: a venue, a festival, a theatre. Nothing joins across two on a hot path.
    OrganizerId;
    /// A person with an account: customer, clerk, door staff, organizer.
    UserId;
    /// A place with an address and a capacity.
    VenueId;
    /// One performance, with a date.
    EventId;
    /// A purchase.
    OrderId;
    /// One attempt to pay an order.
    PaymentId;
    /// Money given back.
    RefundId;
    /// What takes something off an order's price.
    PromoId;
    /// A device that was enrolled once; a new enrolment is a new device.
    DeviceId;
    /// An offer of enrolment, open for 15 minutes.
    OfferId;
    /// An append-only chain of facts by one author.
    JournalId;
    /// One fact. Unique for its author; see [`FactName`].
    FactId;
    /// A log-in.
    SessionId;
}

/// How a fact is named by others: by its author and its id. The place in a journal is only transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FactName {
    /// The author.
    pub device: DeviceId,
    /// The author's own id for it.
    pub fact: FactId,
}

macro_rules! number_ids {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

number_ids! {
    /// The number of a ticket type within its event.
    TypeNo(u16);
    /// The number of an entry window within its event; 0 is "whenever the event admits".
    WindowNo(u8);
    /// The number of a gate within its event; 0 is "no gate".
    GateNo(u16);
    /// A ticket signing key, unique over the platform, 1..2^31-1 when made by the server.
    KeyId(u32);
}

/// Crockford base 32: no I, L, O, U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The value of one Crockford character; I and L read as 1, O as 0, any case.
pub fn crockford_value(character: char) -> Option<u8> {
    let upper = match character.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let byte = u8::try_from(upper).ok()?;
    CROCKFORD.iter().position(|&c| c == byte).map(|i| i as u8)
}

/// The Crockford character for a value below 32.
///
/// # Panics
/// If `value` is 32 or more.
pub fn crockford_char(value: u8) -> char {
    char::from(CROCKFORD[usize::from(value)])
}

/// A ticket: random, unique over the platform, 1..2^63-1 when made by the server.
///
/// JSON, URLs and TypeScript carry it as 13 Crockford characters, never as a number (a JavaScript
/// number loses digits).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId(pub u64);

impl TicketId {
    /// As a database integer. Ids above 2^63-1, which the server never makes, wrap: equality holds.
    pub fn to_i64(self) -> i64 {
        self.0.cast_signed()
    }

    /// From a database integer.
    pub fn from_i64(value: i64) -> Self {
        Self(value.cast_unsigned())
    }

    /// A random id in 1..2^63-1.
    pub fn draw(random: &mut impl Random) -> Self {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        Self((u64::from_be_bytes(bytes) >> 1).max(1))
    }
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..13).rev().try_for_each(|i| {
            let value = (self.0 >> (5 * i)) & 31;
            write!(f, "{}", crockford_char(value as u8))
        })
    }
}

impl fmt::Debug for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketId({self})")
    }
}

/// Why a text is no ticket id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseTicketIdError {
    /// Not 13 characters.
    #[error("a ticket id has 13 characters")]
    Length,
    /// A character outside the alphabet, or a first character above F (more than 64 bits).
    #[error("not a ticket id: only the digits and letters of Crockford's base 32")]
    Character,
}

impl FromStr for TicketId {
    type Err = ParseTicketIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.chars().count() != 13 {
            return Err(ParseTicketIdError::Length);
        }
        text.chars()
            .enumerate()
            .try_fold(0u64, |id, (i, c)| {
                let value = crockford_value(c).ok_or(ParseTicketIdError::Character)?;
                if i == 0 && value > 15 {
                    return Err(ParseTicketIdError::Character);
                }
                Ok(id << 5 | u64::from(value))
            })
            .map(TicketId)
    }
}

impl Serialize for TicketId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TicketId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_id_survives_its_text_form() {
        for id in [0, 1, 31, 32, u64::MAX, 1 << 63, 0x6cbd_800d_3581_437a] {
            let text = TicketId(id).to_string();
            assert_eq!(text.len(), 13);
            assert_eq!(text.parse(), Ok(TicketId(id)), "{text}");
        }
        assert_eq!(TicketId(0x6cbd_800d_3581_437a).to_string(), "6SFC01MTR2GVT");
    }

    #[test]
    fn a_text_of_more_than_64_bits_is_refused() {
        assert_eq!(
            "G000000000000".parse::<TicketId>(),
            Err(ParseTicketIdError::Character)
        );
        assert_eq!("ZZZ".parse::<TicketId>(), Err(ParseTicketIdError::Length));
        assert_eq!(
            "000000000000U".parse::<TicketId>(),
            Err(ParseTicketIdError::Character)
        );
    }
}
