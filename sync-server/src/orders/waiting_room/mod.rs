//! The waiting room: when more people want to book at once than the server and the event's issuer keep up with, they stand
//! in a line, each with a signed place, and go on in their order.
//!
//! While there is no rush nobody sees it. A place is of a browser, not of a window or an address: whoever has one
//! gets no second, and it stands for one order. The line is kept in memory, or in Redis for all servers together.

mod line;
mod pace;
mod place;
mod redis;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use shared::clock::UnixMillis;
use shared::ids::EventId;

use self::redis::RedisLines;
pub use self::redis::RedisUrlError;
pub(crate) use line::Turn;
use line::{Line, Standing};
use pace::Pace;
pub(crate) use place::Place;

/// Some 100 bytes each.
const MOST_LINES: u64 = 100_000;
/// A line in which nobody moved for so long is over.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(2);

/// All events' lines, and how fast they move.
pub struct WaitingRoom {
    lines: Cache<EventId, Arc<Mutex<Line>>>,
    shared: Option<RedisLines>,
    pace: Mutex<Pace>,
}

/// What somebody asks of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    /// A place at its end.
    Join,
    /// When it is the turn of this number.
    Of(u64),
}

impl WaitingRoom {
    /// With the lines in the Redis at that address, if one is given.
    pub fn at(redis_url: Option<&str>) -> Result<Self, RedisUrlError> {
        let shared = redis_url.map(RedisLines::at).transpose()?;
        Ok(Self {
            lines: Cache::builder()
                .max_capacity(MOST_LINES)
                .time_to_idle(FORGOTTEN_AFTER)
                .build(),
            shared,
            pace: Mutex::new(Pace::default()),
        })
    }

    /// A new place at the end of the event's line, and when its turn is: at once, while there is no rush.
    pub(crate) async fn join(&self, event: EventId, now_ms: UnixMillis) -> (Place, Turn) {
        let Standing { number, turn } = self.ask(event, Ask::Join, now_ms).await;
        let place = Place {
            event,
            number,
            taken_ms: now_ms,
        };
        (place, turn)
    }

    /// When it is a place's turn.
    pub(crate) async fn turn(&self, place: &Place, now_ms: UnixMillis) -> Turn {
        let ask = Ask::Of(place.number);
        self.ask(place.event, ask, now_ms).await.turn
    }

    /// How long a booking or an issue took: what slows down here moves fewer people on.
    pub(crate) fn note(&self, took: Duration, now_ms: UnixMillis) {
        lock(&self.pace).note(took, now_ms);
    }

    async fn ask(&self, event: EventId, ask: Ask, now_ms: UnixMillis) -> Standing {
        let per_second = lock(&self.pace).per_second();
        if let Some(shared) = &self.shared {
            match shared.ask(event, ask, per_second, now_ms).await {
                Ok(standing) => return standing,
                // Each server keeps a line of its own until Redis is back: better than selling nothing.
                Err(error) => {
                    tracing::warn!(%error, "Redis does not answer; this server's own line is used");
                }
            }
        }
        let line = self.lines.get_with(event, || {
            Arc::new(Mutex::new(Line::new(per_second, now_ms)))
        });
        lock(&line).ask(ask, per_second, now_ms)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing here panics halfway through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
