//! Strict mode: which door holds the right of entry of which ticket, as the server grants it.
//!
//! Once an organizer has opened the doors, each valid ticket's right is lent to one door, in equal shares of its gate's
//! doors; what is sold later goes to that gate's door with the smallest share. A right moves by its holder's own facts; the
//! server grants it again only when the holder released it, or was declared lost. Invariant E1 of docs/SYNC.md.

pub(super) mod api;
mod lists;
mod moves;
mod open;
mod settle;
mod view;

pub(super) use lists::{lease_list, take_back};
pub(super) use moves::{Moves, retrace, retrace_moved_by};
pub use settle::{SettleRightsError, ended, settle};

use shared::fact::kind::RightKind;
use shared::ids::TicketId;
use shared::lease::{Cause, Right};

/// The right to let this ticket in.
fn admit(ticket: TicketId) -> Right {
    Right {
        kind: RightKind::Admit,
        ticket,
    }
}

/// As the column has it.
fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::First => "first",
        Cause::Released => "released",
        Cause::Lost => "lost",
    }
}

/// From its column, which a check keeps within the list.
fn cause(word: &str) -> Cause {
    match word {
        "lost" => Cause::Lost,
        "released" => Cause::Released,
        _ => Cause::First,
    }
}
