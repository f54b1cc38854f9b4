//! From a picture to the text of its code. A source gives frames, a thread of its own reads them.

mod frame;
mod pictures;
mod reader;
mod slot;
mod source;
pub mod webcam;

pub use frame::Frame;
pub use pictures::Pictures;
pub use reader::{Read, read_codes, start};
pub use source::{CameraError, CameraSource, CameraSpec, Pace, ParseCameraError, PicturesSpec};
