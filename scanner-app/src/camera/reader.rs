//! From a source's frames to news of what was seen in them, on threads of their own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::slot::{Put, Reader, Slot, Worth};
use super::{CameraError, CameraSource, Chain, Found, Frame, Pace, read_still};

/// A live frame that took longer is given up, and another reader goes on with the next one.
const LIMIT: Duration = Duration::from_millis(400);

/// No frame was read for so long: a picture that keeps readers does so for seconds, a busy machine rarely.
const PATIENCE: Duration = Duration::from_secs(1);

/// What came of a frame.
#[derive(Debug)]
pub enum Read {
    /// It was looked at.
    Codes {
        /// The frame's name.
        frame: String,
        /// Its width and height in pixels, within which the codes' corners are.
        size: (u32, u32),
        /// Its codes, each text once; most often none or one.
        found: Vec<Found>,
        /// How long looking took.
        took: Duration,
    },
    /// Something in the picture looks like hundreds of codes, so that no frame is read any more; whatever it is has to be
    /// covered. Once one is read again, there are `Codes`.
    Blocked,
    /// There was no frame to look at.
    Failed(CameraError),
}

/// Reads a source until its end, or until the receiver is dropped.
pub fn start(source: impl CameraSource + 'static) -> Receiver<Read> {
    let (news, receiver) = channel();
    match source.pace() {
        Pace::Live => read_live(source, news),
        Pace::Patient => read_each(source, news),
    }
    receiver
}

/// The camera's thread gives frames, two readers take the newest one by turns.
fn read_live(mut source: impl CameraSource + 'static, news: Sender<Read>) {
    let slot = Arc::new(Slot::new(LIMIT, PATIENCE));
    for reader in [Reader::First, Reader::Second] {
        let (slot, news) = (Arc::clone(&slot), news.clone());
        thread::spawn(move || {
            let mut chain = Chain::default();
            while let Some(frame) = slot.take(reader) {
                let read = look(frame, |frame| chain.read(frame, LIMIT));
                let heard = match slot.finish(reader) {
                    Worth::Fresh => news.send(read).is_ok(),
                    Worth::GivenUp => true,
                };
                if !heard {
                    slot.close();
                }
            }
        });
    }
    thread::spawn(move || {
        while let Some(frame) = source.next_frame() {
            let heard = match frame.map(|frame| slot.put(frame)) {
                Ok(Put::Waits | Put::Dropped | Put::StillBlocked) => true,
                Ok(Put::Blocked) => news.send(Read::Blocked).is_ok(),
                Ok(Put::Closed) => false,
                Err(error) => news.send(Read::Failed(error)).is_ok(),
            };
            if !heard {
                break;
            }
        }
        slot.close();
    });
}

/// Each frame once and in order; the next one is fetched meanwhile.
fn read_each(mut source: impl CameraSource + 'static, news: Sender<Read>) {
    let (give, frames) = sync_channel(1);
    thread::spawn(move || {
        while let Some(frame) = source.next_frame() {
            if give.send(frame).is_err() {
                break;
            }
        }
    });
    thread::spawn(move || {
        for frame in frames {
            let read = match frame {
                Ok(frame) => look(frame, read_still),
                Err(error) => Read::Failed(error),
            };
            if news.send(read).is_err() {
                break;
            }
        }
    });
}

fn look(frame: Frame, read: impl FnOnce(&Frame) -> Vec<Found>) -> Read {
    let began = Instant::now();
    Read::Codes {
        found: read(&frame),
        took: began.elapsed(),
        size: (frame.width, frame.height),
        frame: frame.name,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::RecvTimeoutError;

    use shared::ticket::{PixelsPerModule, Qr};

    use super::super::drawn::{Put, even, hostile};
    use super::super::{Pass, Pictures, PicturesSpec};
    use super::*;

    const LONGEST: Duration = Duration::from_mins(2);

    /// A camera that takes what a test holds before it.
    struct Held(Receiver<Frame>);

    impl CameraSource for Held {
        fn pace(&self) -> Pace {
            Pace::Live
        }

        fn next_frame(&mut self) -> Option<Result<Frame, CameraError>> {
            self.0.recv().ok().map(Ok)
        }
    }

    struct AtCamera {
        frames: Sender<Frame>,
        news: Receiver<Read>,
    }

    impl AtCamera {
        fn new() -> Self {
            let (frames, held) = channel();
            let news = start(Held(held));
            Self { frames, news }
        }

        /// Holds a picture up, thirty times a second, until the news is as it should be. Gives all news until then.
        fn show_until(&self, frame: &Frame, expected: impl Fn(&Read) -> bool) -> Vec<Read> {
            let (began, mut seen) = (Instant::now(), Vec::new());
            loop {
                assert!(began.elapsed() < LONGEST, "so far only {seen:?}");
                self.frames.send(frame.clone()).unwrap();
                match self.news.recv_timeout(Duration::from_millis(33)) {
                    Ok(read) => {
                        let is_it = expected(&read);
                        seen.push(read);
                        if is_it {
                            return seen;
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => panic!("ended after {seen:?}"),
                }
            }
        }
    }

    fn with_code(text: &str) -> Frame {
        let mut frame = even(255);
        let (scale, at, tones) = (6, (300, 100), (0, 255));
        frame.draw(text, Put { scale, at, tones });
        frame
    }

    fn says(read: &Read, text: &str) -> bool {
        matches!(read, Read::Codes { found, .. } if found.iter().any(|found| found.text == text))
    }

    fn is_of_hostile(read: &Read) -> bool {
        matches!(read, Read::Codes { frame, .. } if frame == "hostile")
    }

    #[test]
    fn a_frame_that_keeps_a_reader_for_seconds_is_given_up_and_scanning_goes_on() {
        let began = Instant::now();
        assert!(Pass::Full.find(&hostile(1400)).is_empty());
        let one_pass = began.elapsed();
        assert!(one_pass > 2 * LIMIT, "{one_pass:?} is nothing");
        let camera = AtCamera::new();
        // A reader that is slow to start never sees the frame, since the next one takes its place: then it is shown again, and
        // for longer.
        let (news, waited) = (0..20)
            .find_map(|tried| {
                let began = Instant::now();
                camera.frames.send(hostile(1400)).unwrap();
                thread::sleep(LIMIT * tried / 40);
                let news = camera.show_until(&with_code("after"), |read| says(read, "after"));
                let waited = began.elapsed();
                (waited >= LIMIT).then_some((news, waited))
            })
            .expect("the frame before kept nobody");
        assert!(waited < one_pass, "{waited:?}, a pass takes {one_pass:?}");
        assert!(!news.iter().any(is_of_hostile), "{news:?}");
    }

    #[test]
    fn as_long_as_such_a_picture_is_held_up_it_is_said_and_afterwards_codes_are_read_again() {
        let camera = AtCamera::new();
        for _ in 0..2 {
            camera.show_until(&hostile(1400), |read| matches!(read, Read::Blocked));
            let news = camera.show_until(&with_code("again"), |read| says(read, "again"));
            let late =
                |read: &Read| matches!(read, Read::Codes { frame, .. } if frame == "hostile");
            assert!(!news.iter().any(late), "{news:?}");
        }
    }

    #[test]
    fn whoever_hears_no_news_any_more_ends_the_camera() {
        let AtCamera { frames, news } = AtCamera::new();
        drop(news);
        let began = Instant::now();
        while frames.send(even(0)).is_ok() {
            assert!(began.elapsed() < LONGEST, "the camera goes on");
            thread::yield_now();
        }
    }

    #[test]
    fn every_picture_of_a_folder_is_read_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..12 {
            let png = Qr::text(&format!("{n}"))
                .unwrap()
                .png(PixelsPerModule::SCREEN);
            std::fs::write(folder.path().join(format!("{n:02}.png")), png).unwrap();
        }
        let pictures = Pictures::open(&PicturesSpec::Folder(folder.path().into())).unwrap();
        let texts: Vec<String> = start(pictures)
            .iter()
            .flat_map(|read| match read {
                Read::Codes { found, size, .. } => {
                    assert_eq!(size, (232, 232));
                    found.into_iter().map(|found| found.text)
                }
                Read::Blocked | Read::Failed(_) => panic!("{read:?}"),
            })
            .collect();
        assert_eq!(texts, (0..12).map(|n| n.to_string()).collect::<Vec<_>>());
    }
}
