//! What can be bought and where: organizers, venues, events and what belongs to an event (ticket types, entry windows,
//! gates), and the public search.
//!
//! Every write of an event takes the event's lock first (`begin_change`): doors read what is written here.

pub(crate) mod api;
pub mod event;
pub mod fields;
pub mod gates;
pub mod organizers;
pub(crate) mod pages;
pub(crate) mod rates;
pub mod search;
pub mod ticket_types;
pub(crate) mod transaction;
pub mod venues;
pub mod windows;
pub mod word;
