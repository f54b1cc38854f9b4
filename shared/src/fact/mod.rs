//! Facts: what a device, or the server as a device, saw or did. Facts travel up as signed bytes and
//! are never changed; what they mean is read by [`crate::admission::fold`].

pub mod kind;

pub use kind::{EntryMarks, Fact, FactBody};
