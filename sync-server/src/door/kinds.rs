//! Numbers of the feed's kinds, as `feed_entries.kind` has them.

/// The event itself.
pub(super) const EVENT: i16 = 1;
/// A ticket type.
pub(super) const TICKET_TYPE: i16 = 2;
/// A window.
pub(super) const WINDOW: i16 = 3;
/// A gate.
pub(super) const GATE: i16 = 4;
/// A ticket.
pub(super) const TICKET: i16 = 5;
/// A fact.
pub(super) const FACT: i16 = 6;
/// What the server's fold says of a fact.
pub(super) const FACT_LABEL: i16 = 7;
