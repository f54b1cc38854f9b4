//! Which passes a frame gets, one after the other, until one of them finds a code.

use std::time::{Duration, Instant};

use super::{Found, Frame, Pass};

/// A picture from a file that took this long gets no further pass: it is full of what looks like codes.
const PATIENCE_WITH_FILES: Duration = Duration::from_secs(5);

/// The passes of a camera's frames. The cheap ones are tried on every frame; the dear ones take turns, since the next
/// frame shows much the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Frames in which no pass found anything. It stands still when something is found, so that the pass that reads
    /// a code is tried on the next frame again.
    missed: u32,
}

impl Chain {
    /// The passes of the next frame.
    pub fn passes(self) -> impl Iterator<Item = Pass> {
        let in_turn = if self.missed.is_multiple_of(2) {
            Pass::LocalMean
        } else {
            Pass::Inverted
        };
        let last = (self.missed % 4 == 3).then_some(Pass::Rqrr);
        [Pass::Full, Pass::Half, in_turn].into_iter().chain(last)
    }

    /// Looks for codes in the next frame. After `patience` no further pass begins.
    pub fn read(&mut self, frame: &Frame, patience: Duration) -> Vec<Found> {
        let found = first_that_finds(self.passes(), frame, patience);
        if found.is_empty() {
            self.missed = self.missed.wrapping_add(1);
        }
        found
    }
}

/// Looks for codes in a picture that won't come again: with every pass.
pub fn read_still(frame: &Frame) -> Vec<Found> {
    first_that_finds(Pass::ALL, frame, PATIENCE_WITH_FILES)
}

fn first_that_finds(
    passes: impl IntoIterator<Item = Pass>,
    frame: &Frame,
    patience: Duration,
) -> Vec<Found> {
    let began = Instant::now();
    passes
        .into_iter()
        .take_while(|_| began.elapsed() < patience)
        .map(|pass| pass.find(frame))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::drawn::{Put, even, hostile};
    use super::*;

    const PATIENT: Duration = Duration::from_secs(1000);

    #[test]
    fn the_dear_passes_take_turns_over_the_frames_in_which_nothing_is_found() {
        let (mut chain, empty) = (Chain::default(), even(90));
        let mut last = Vec::new();
        for _ in 0..8 {
            let passes: Vec<Pass> = chain.passes().collect();
            assert_eq!(passes[..2], [Pass::Full, Pass::Half]);
            last.push(passes[2..].to_vec());
            assert!(chain.read(&empty, PATIENT).is_empty());
        }
        let (mean, inverted) = (vec![Pass::LocalMean], vec![Pass::Inverted]);
        let four = [
            mean.clone(),
            inverted.clone(),
            mean,
            vec![Pass::Inverted, Pass::Rqrr],
        ];
        assert_eq!(last[..4], four);
        assert_eq!(last[4..], four);
    }

    #[test]
    fn a_code_that_only_one_of_them_reads_is_read_on_every_frame_once_its_turn_came() {
        let mut frame = even(10);
        let (scale, at, tones) = (6, (300, 100), (220, 10));
        frame.draw("inverted", Put { scale, at, tones });
        let mut chain = Chain::default();
        let read: Vec<usize> = (0..6).map(|_| chain.read(&frame, PATIENT).len()).collect();
        assert_eq!(read, [0, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn a_still_picture_gets_every_pass() {
        let mut frame = even(10);
        let (scale, at, tones) = (6, (300, 100), (220, 10));
        frame.draw("inverted", Put { scale, at, tones });
        assert_eq!(read_still(&frame)[0].text, "inverted");
    }

    #[test]
    fn after_a_pass_that_took_too_long_no_other_one_begins() {
        let (full, patience) = (hostile(300), Duration::from_millis(50));
        let began = Instant::now();
        assert!(Pass::Full.find(&full).is_empty());
        let one_pass = began.elapsed();
        assert!(one_pass > patience, "{one_pass:?}");
        let mut begun = Vec::new();
        let passes = Pass::ALL.into_iter().inspect(|pass| begun.push(*pass));
        assert!(first_that_finds(passes, &full, patience).is_empty());
        // The second was fetched and put away.
        assert_eq!(begun, [Pass::Full, Pass::Half]);
    }
}
