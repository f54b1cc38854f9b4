//! A picture as readers want it: brightness only.

use std::time::Instant;

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Brightness row by row, `width * height` bytes.
    pub luma: Vec<u8>,
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Where it is from: a file's name, or the camera's count.
    pub name: String,
    /// When the camera had it whole; `None` from a file.
    pub taken: Option<Instant>,
}

impl Frame {
    /// Half as wide and high, each pixel the mean of four. Codes held close, and those on screens
    /// (moire), are often read only so.
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut luma = Vec::with_capacity((width * height) as usize);
        // A row of no pixels is no chunk.
        for rows in self.luma.chunks_exact(2 * self.width.max(1) as usize) {
            let (upper, lower) = rows.split_at(self.width as usize);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            luma.extend(pairs.map(|(upper, lower)| {
                let four = [upper[0], upper[1], lower[0], lower[1]];
                (four.map(u16::from).iter().sum::<u16>() / 4) as u8
            }));
        }
        Self {
            luma,
            width,
            height,
            name: self.name.clone(),
            taken: self.taken,
        }
    }

    /// Light is dark and dark is light.
    pub(super) fn inverted(&self) -> Self {
        Self {
            luma: self.luma.iter().map(|pixel| 255 - pixel).collect(),
            width: self.width,
            height: self.height,
            name: self.name.clone(),
            taken: self.taken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_frame_is_the_mean_of_fours_and_drops_an_odd_edge() {
        let luma = vec![0, 100, 9, 100, 200, 9, 9, 9, 9];
        let frame = Frame {
            luma,
            width: 3,
            height: 3,
            name: "a".into(),
            taken: None,
        };
        let half = frame.halved();
        assert_eq!((half.width, half.height, half.luma), (1, 1, vec![100]));
    }
}
