//! The figures as they change, as server-sent events: each is the whole of what changes on the page.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template as _;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::Stream;
use shared::ids::EventId;
use tokio::time::{Instant, sleep};

use super::figures::{Counted, FiguresHtml};
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::door::{Seat, Seen};
use crate::office::desk::{Desk, Office};
use crate::web::{ApiError, Path};

/// A stream ends after so long, and the listener comes back: rights that ended are noticed then.
const STREAM_FOR: Duration = Duration::from_mins(10);
/// Nobody reads faster, and counting is work.
const PAUSE: Duration = Duration::from_secs(2);

struct Listening {
    app: App,
    office: Office,
    event: EventPage,
    /// What was told last; none before the first.
    seen: Option<i64>,
    until: Instant,
    _seat: Seat,
}

pub(super) async fn listen(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ReadFigures).await?;
    let seat = app.door.sit(office.organizer.id)?;
    let listening = Listening {
        app,
        office,
        event,
        seen: None,
        until: Instant::now() + STREAM_FOR,
        _seat: seat,
    };
    // Proxies and mobile networks cut what is silent for a minute.
    let answer = Sse::new(stream(listening)).keep_alive(KeepAlive::default());
    Ok(answer.into_response())
}

fn stream(listening: Listening) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(listening, |mut listening| async move {
        let event = listening.next().await?;
        Some((Ok(event), listening))
    })
}

impl Listening {
    /// `None` ends the stream; the listener comes back.
    async fn next(&mut self) -> Option<Event> {
        let app = self.app.clone();
        let of = (self.office.organizer.id, self.event.id);
        let mut listener = app.door.watch.listen(of);
        listener.look();
        if let Some(seen) = self.seen {
            tokio::select! {
                () = app.stopping.cancelled() => return None,
                () = listener.wait(&app.pool, Seen::head(seen), self.until) => {}
            }
            if Instant::now() >= self.until {
                return None;
            }
            tokio::select! {
                () = app.stopping.cancelled() => return None,
                () = sleep(PAUSE) => {}
            }
        }
        match Counted::read(&app, &self.event).await {
            Ok(counted) => {
                self.seen = Some(counted.head);
                let html = FiguresHtml::of(&counted, &self.office, &self.event, app.now_ms());
                Some(Event::default().event("figures").data(html.render().ok()?))
            }
            Err(error) => {
                tracing::warn!(%error, "figures can't be counted: a listener is let go");
                None
            }
        }
    }
}
