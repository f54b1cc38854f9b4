//! A code in a picture: what it says and where it is.

/// A place in a frame, in pixels from its top left corner; it may lie a little outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// One code of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it says.
    pub text: String,
    /// Its outline in the full frame, without the quiet zone: once around, beginning at the code's own top left.
    pub corners: [Point; 4],
}

impl Found {
    /// As it lies in a frame that is so many times larger.
    pub(super) fn enlarged(mut self, times: f32) -> Self {
        for corner in &mut self.corners {
            corner.x *= times;
            corner.y *= times;
        }
        self
    }
}
