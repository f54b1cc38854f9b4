//! Black and white by the mean of each pixel's surroundings: for weak contrast, and for light that falls off across
//! the code.

use super::Frame;

/// Pixels to each side: a window of 65 x 65, cut off at the frame's edges.
const RADIUS: usize = 32;

/// Dark is what has less than 19 of 20 parts of the mean.
const PARTS: u32 = 19;
const OF: u32 = 20;

/// Each pixel 0 or 255. Sums run along, so that the size of the window costs nothing.
pub(super) fn by_local_mean(frame: &Frame) -> Frame {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let row = |y: usize| &frame.luma[y * width..][..width];
    let mut columns = vec![0u32; width];
    let add = |columns: &mut [u32], y: usize| {
        for (sum, &pixel) in columns.iter_mut().zip(row(y)) {
            *sum += u32::from(pixel);
        }
    };
    (0..RADIUS.min(height)).for_each(|y| add(&mut columns, y));
    let mut luma = Vec::with_capacity(frame.luma.len());
    for y in 0..height {
        if y + RADIUS < height {
            add(&mut columns, y + RADIUS);
        }
        if let Some(gone) = y.checked_sub(RADIUS + 1) {
            for (sum, &pixel) in columns.iter_mut().zip(row(gone)) {
                *sum -= u32::from(pixel);
            }
        }
        let rows = (y + RADIUS + 1).min(height) - y.saturating_sub(RADIUS);
        let mut sum: u32 = columns.iter().take(RADIUS).sum();
        for (x, &pixel) in row(y).iter().enumerate() {
            sum += columns.get(x + RADIUS).copied().unwrap_or_default();
            if let Some(gone) = x.checked_sub(RADIUS + 1) {
                sum -= columns[gone];
            }
            let in_row = (x + RADIUS + 1).min(width) - x.saturating_sub(RADIUS);
            let pixels = (rows * in_row) as u32;
            let is_dark = u32::from(pixel) * pixels * OF < sum * PARTS;
            luma.push(if is_dark { 0 } else { 255 });
        }
    }
    Frame {
        luma,
        width: frame.width,
        height: frame.height,
        name: frame.name.clone(),
        taken: frame.taken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by the definition: every pixel of every window is looked at.
    fn slowly(frame: &Frame) -> Vec<u8> {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let mut luma = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (top, bottom) = (y.saturating_sub(32), (y + 32).min(height - 1));
                let (left, right) = (x.saturating_sub(32), (x + 32).min(width - 1));
                let window: Vec<f64> = (top..=bottom)
                    .flat_map(|y| (left..=right).map(move |x| y * width + x))
                    .map(|at| f64::from(frame.luma[at]))
                    .collect();
                let mean = window.iter().sum::<f64>() / window.len() as f64;
                let is_dark = f64::from(frame.luma[y * width + x]) < 0.95 * mean;
                luma.push(if is_dark { 0 } else { 255 });
            }
        }
        luma
    }

    #[test]
    fn running_sums_give_what_looking_at_every_window_gives() {
        for (width, height) in [(1, 1), (5, 3), (40, 70), (130, 20), (90, 80)] {
            let luma = (0..width * height).map(|n| (n * n % 251) as u8).collect();
            let frame = Frame {
                luma,
                width,
                height,
                name: String::new(),
                taken: None,
            };
            assert_eq!(
                by_local_mean(&frame).luma,
                slowly(&frame),
                "{width} x {height}"
            );
        }
    }

    #[test]
    fn an_even_frame_is_all_white_and_an_empty_one_stays_empty() {
        for (luma, width, height) in [(vec![7; 6], 3, 2), (vec![0; 6], 3, 2), (vec![], 0, 0)] {
            let frame = Frame {
                luma,
                width,
                height,
                name: String::new(),
                taken: None,
            };
            assert!(by_local_mean(&frame).luma.iter().all(|&pixel| pixel == 255));
        }
    }
}
