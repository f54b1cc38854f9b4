//! Where other devices are. In the order in which they are tried: where they answered last; what the server told; what
//! is announced in the network; what another device's screen shows; what a person typed. Whatever the way, who
//! answers there has to show the device's certificate.

pub mod announced;
pub mod told;

pub use announced::Announcements;
pub use told::{LanText, ParseLanTextError};
