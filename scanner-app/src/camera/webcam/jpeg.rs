//! The JPEG in a buffer that is longer than it: behind its end are bytes of an older picture.

/// A buffer holds no whole JPEG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CutError {
    /// It begins with something else.
    #[error("the picture is no JPEG")]
    NotJpeg,
    /// It was cut off on its way.
    #[error("the JPEG has no end")]
    NoEnd,
}

/// The JPEG at the buffer's beginning, up to its end marker: that of the picture, not of a thumbnail inside.
pub(super) fn cut(buffer: &[u8]) -> Result<&[u8], CutError> {
    const START: [u8; 2] = [0xff, 0xd8];
    if !buffer.starts_with(&START) {
        return Err(CutError::NotJpeg);
    }
    let mut at = START.len();
    loop {
        match buffer.get(at..at + 2).ok_or(CutError::NoEnd)? {
            // The end.
            [0xff, 0xd9] => return Ok(&buffer[..at + 2]),
            // A byte that only fills.
            [0xff, 0xff] => at += 1,
            // Alone: no length follows.
            [0xff, 0x01 | 0xd0..=0xd8] => at += 2,
            [0xff, marker] => {
                let length = buffer.get(at + 2..at + 4).ok_or(CutError::NoEnd)?;
                at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
                // Start of a scan: pixels follow until the next marker.
                if *marker == 0xda {
                    at += scan_length(buffer.get(at..).ok_or(CutError::NoEnd)?)?;
                }
            }
            _ => return Err(CutError::NotJpeg),
        }
    }
}

/// In a scan 0xff is followed by a zero, or by one of the restart markers that belong to it.
fn scan_length(scan: &[u8]) -> Result<usize, CutError> {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
    scan.windows(2).position(ends).ok_or(CutError::NoEnd)
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use image::{ExtendedColorType, GrayImage};

    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = GrayImage::from_fn(width, height, |x, y| image::Luma([(x * y * 7) as u8]));
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90)
            .encode(&picture, width, height, ExtendedColorType::L8)
            .unwrap();
        bytes
    }

    #[test]
    fn what_is_behind_the_end_is_cut_off() {
        let (new, old) = (jpeg(40, 30), jpeg(64, 48));
        let mut buffer = new.clone();
        buffer.extend(&old[200..]);
        buffer.extend([0; 5000]);
        assert_eq!(cut(&buffer), Ok(new.as_slice()));
        assert_eq!(cut(&new), Ok(new.as_slice()));
    }

    #[test]
    fn the_end_of_a_thumbnail_is_not_the_end_of_the_picture() {
        let (picture, thumbnail) = (jpeg(64, 48), jpeg(8, 8));
        let mut with = picture[..2].to_vec();
        with.extend([0xff, 0xe1]);
        with.extend((thumbnail.len() as u16 + 2).to_be_bytes());
        with.extend(&thumbnail);
        with.extend(&picture[2..]);
        let mut buffer = with.clone();
        buffer.extend([0xab; 100]);
        assert_eq!(cut(&buffer), Ok(with.as_slice()));
    }

    #[test]
    fn restarts_and_filling_bytes_are_inside() {
        let bytes = [
            0xff, 0xd8, 0xff, 0xff, 0xe0, 0, 4, 0xff, 0xd9, 0xff, 0xda, 0, 2, 1, 0xff, 0, 0xff,
            0xd0, 2, 0xff, 0xff, 0xd9, 9, 9,
        ];
        assert_eq!(cut(&bytes), Ok(&bytes[..bytes.len() - 2]));
    }

    #[test]
    fn one_that_was_cut_off_has_no_end_wherever_it_was_cut() {
        let whole = jpeg(40, 30);
        for length in 2..whole.len() {
            assert_eq!(cut(&whole[..length]), Err(CutError::NoEnd), "{length}");
        }
    }

    #[test]
    fn garbage_and_an_empty_buffer_are_no_jpeg() {
        let mut broken = jpeg(40, 30);
        broken[2] = 7;
        for bytes in [&b""[..], b"\xff", b"garbage", &[0; 64], &broken] {
            assert_eq!(cut(bytes), Err(CutError::NotJpeg), "{bytes:?}");
        }
    }
}
