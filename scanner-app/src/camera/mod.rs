//! From a picture to the text of its code. A source gives frames, threads of their own read them.

mod chain;
#[cfg(test)]
mod drawn;
mod found;
mod frame;
mod local_mean;
mod pass;
mod pictures;
mod reader;
mod slot;
mod source;
pub mod webcam;

pub use chain::{Chain, read_still};
pub use found::{Found, Point};
pub use frame::Frame;
pub use pass::Pass;
pub use pictures::Pictures;
pub(crate) use pictures::picture;
pub use reader::{Read, start};
pub use source::{CameraError, CameraSource, CameraSpec, Pace, ParseCameraError, PicturesSpec};
