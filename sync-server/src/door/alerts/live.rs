//! Alerts as they happen, as server-sent events. Each carries the alert as it is by now; its id says where to go on, so that
//! whoever was cut off misses nothing and hears each alert once more at most.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::response::sse;
use futures::Stream;
use shared::ids::{EventId, OrganizerId};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use tokio::time::{Instant, sleep};

use super::view::{self, AlertView, Stored};
use crate::app::App;
use crate::database::transaction::begin_snapshot;
use crate::door::watch::Seen;
use crate::web::ApiError;

/// A stream ends after so long, and the listener comes back: rights that ended are noticed then.
const STREAM_FOR: Duration = Duration::from_mins(10);
/// A busy door writes many facts a second; a listener asks at most so often what they came to.
const PAUSE: Duration = Duration::from_millis(50);
/// Alerts in one reading.
const PAGE: i64 = 100;
/// Screens of one organizer that listen.
const MOST_OF_ORGANIZER: u32 = 20;
/// Of all organizers.
const MOST: u32 = 500;

/// Up to which change a listener has heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    epoch: i64,
    seq: i64,
    kind: String,
    subject: String,
}

impl Place {
    fn start(epoch: i64) -> Self {
        Self {
            epoch,
            seq: -1,
            kind: String::new(),
            subject: String::new(),
        }
    }

    fn text(&self) -> String {
        format!("{}.{}.{}.{}", self.epoch, self.seq, self.kind, self.subject)
    }
}

/// No id of ours.
#[derive(Debug, thiserror::Error)]
#[error("this id was not given by this server; leave it out to hear all alerts")]
pub(super) struct ParsePlaceError;

impl FromStr for Place {
    type Err = ParsePlaceError;

    fn from_str(text: &str) -> Result<Self, ParsePlaceError> {
        let mut parts = text.splitn(4, '.');
        let mut part = || parts.next().ok_or(ParsePlaceError);
        let number = |text: &str| text.parse().map_err(|_| ParsePlaceError);
        Ok(Self {
            epoch: number(part()?)?,
            seq: number(part()?)?,
            kind: part()?.to_owned(),
            subject: part()?.to_owned(),
        })
    }
}

impl From<ParsePlaceError> for ApiError {
    fn from(error: ParsePlaceError) -> Self {
        Self::new(ErrorCode::InvalidCursor, error.to_string())
    }
}

/// Who listens now.
#[derive(Clone, Debug, Default)]
pub(in crate::door) struct Listeners(Arc<Mutex<HashMap<OrganizerId, u32>>>);

impl Listeners {
    /// A seat, or the answer that all are taken.
    pub(in crate::door) fn sit(&self, organizer: OrganizerId) -> Result<Seat, ApiError> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: u32 = taken.values().sum();
        let own = taken.entry(organizer).or_insert(0);
        if *own >= MOST_OF_ORGANIZER || all >= MOST {
            let text = "Too many screens listen already; close one, or ask by GET /api/v1/alerts.";
            return Err(ApiError::new(ErrorCode::Unavailable, text).retry_after(30));
        }
        *own += 1;
        Ok(Seat {
            of: self.clone(),
            organizer,
        })
    }
}

/// Given back when the stream ends.
#[derive(Debug)]
pub(crate) struct Seat {
    of: Listeners,
    organizer: OrganizerId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.organizer) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.organizer);
            }
        }
    }
}

struct Listening {
    app: App,
    of: (OrganizerId, EventId),
    place: Option<Place>,
    read: VecDeque<(Place, AlertView)>,
    until: Instant,
    _seat: Seat,
}

/// All alerts after `place` (from the first, without one), then those that change, until the server stops.
pub(super) fn stream(
    app: App,
    of: (OrganizerId, EventId),
    place: Option<Place>,
    seat: Seat,
) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    let listening = Listening {
        app,
        of,
        place,
        read: VecDeque::new(),
        until: Instant::now() + STREAM_FOR,
        _seat: seat,
    };
    futures::stream::unfold(listening, |mut listening| async move {
        let event = listening.next().await?;
        Some((Ok(event), listening))
    })
}

impl Listening {
    /// `None` ends the stream; the listener comes back with the last id.
    async fn next(&mut self) -> Option<sse::Event> {
        let app = self.app.clone();
        let mut listener = app.door.watch.listen(self.of);
        loop {
            if let Some((place, alert)) = self.read.pop_front() {
                let event = sse::Event::default().id(place.text()).event("alert");
                self.place = Some(place);
                return event.json_data(alert).ok();
            }
            listener.look();
            let head = match self.read_on().await {
                Ok(head) => head?,
                Err(error) => {
                    tracing::warn!(%error, "a listener's alerts can't be read: it is let go");
                    return None;
                }
            };
            if !self.read.is_empty() {
                continue;
            }
            tokio::select! {
                () = app.stopping.cancelled() => return None,
                () = listener.wait(&app.pool, Seen::head(head), self.until) => {}
            }
            if Instant::now() >= self.until {
                return None;
            }
            sleep(PAUSE).await;
        }
    }

    /// Reads what comes next; the feed's head as of then, `None` = the event has no feed any more.
    async fn read_on(&mut self) -> Result<Option<i64>, sqlx::Error> {
        let mut tx = begin_snapshot(&self.app.pool).await?;
        let (organizer, event) = self.of;
        let feed = sqlx::query!(
            "select epoch, head from feeds where organizer_id = $1 and event_id = $2",
            organizer.0,
            event.0
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(feed) = feed else {
            return Ok(None);
        };
        // Of another life of the server: what was heard then may not be what is there now.
        let heard = self.place.take();
        let from = heard
            .filter(|place| place.epoch == feed.epoch && place.seq <= feed.head)
            .unwrap_or_else(|| Place::start(feed.epoch));
        self.read = read_after(&mut tx, self.of, &from).await?;
        self.place = Some(from);
        tx.commit().await?;
        Ok(Some(feed.head))
    }
}

async fn read_after(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    from: &Place,
) -> Result<VecDeque<(Place, AlertView)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select changed_seq, kind, subject, detail, first_ms, last_ms, resolved_ms from alerts
         where organizer_id = $1 and event_id = $2 and (changed_seq, kind, subject) > ($3, $4, $5)
         order by changed_seq, kind, subject limit $6",
        organizer.0,
        event.0,
        from.seq,
        from.kind,
        from.subject,
        PAGE
    )
    .fetch_all(&mut *conn)
    .await?;
    let (places, stored): (Vec<Place>, Vec<Stored>) = rows
        .into_iter()
        .map(|row| {
            let place = Place {
                epoch: from.epoch,
                seq: row.changed_seq,
                kind: row.kind.clone(),
                subject: row.subject.clone(),
            };
            let stored = Stored {
                kind: row.kind,
                subject: row.subject,
                detail: row.detail,
                first_ms: row.first_ms,
                last_ms: row.last_ms,
                resolved_ms: row.resolved_ms,
            };
            (place, stored)
        })
        .unzip();
    let views = view::present(conn, (organizer, event), stored).await?;
    Ok(places.into_iter().zip(views).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written_and_nonsense_refused() {
        let place = Place {
            epoch: 7,
            seq: 12,
            kind: "duplicate_entry".into(),
            subject: "0123456789ABC".into(),
        };
        assert_eq!(place.text().parse::<Place>().ok(), Some(place));
        for text in ["", "1.2.3", "x.1.a.b", "1"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_organizers_seats_are_bounded_and_given_back() {
        let listeners = Listeners::default();
        let organizer = OrganizerId::from_bytes([1; 16]);
        let seats: Vec<Seat> = (0..MOST_OF_ORGANIZER)
            .map(|_| listeners.sit(organizer).unwrap())
            .collect();
        assert!(listeners.sit(organizer).is_err());
        assert!(listeners.sit(OrganizerId::from_bytes([2; 16])).is_ok());
        drop(seats);
        assert!(listeners.sit(organizer).is_ok());
    }
}
