//! An order's tickets as they go with a mail: on paper, and the codes as pictures.

use shared::ids::{OrderId, TicketId};
use shared::language::Language;
use shared::ticket::{PixelsPerModule, Qr};

use super::paper::paper;
use super::pdf::{self, MakePdfError, PaperCode, PaperTicket};
use super::wallet::pages::WalletLinks;
use crate::app::App;
use crate::orders::present::{Order, order_by_id};
use crate::orders::secret::OrderSecret;
use crate::vault::UnsealError;

/// More codes make a mail that nobody scrolls through.
const MOST_CODES: usize = 10;

/// An order's tickets as they are now.
#[derive(Clone, Debug)]
pub(crate) struct Enclosed {
    pub(crate) order: Order,
    pub(crate) tickets: Vec<EnclosedTicket>,
    /// Without a code each.
    pub(crate) more: usize,
    /// On paper.
    pub(crate) pdf: Vec<u8>,
    pub(crate) event: EnclosedEvent,
}

/// What a calendar and a mail tell of the event.
#[derive(Clone, Debug)]
pub(crate) struct EnclosedEvent {
    pub(crate) title: String,
    pub(crate) place: String,
    pub(crate) doors_ms: i64,
    pub(crate) starts_ms: i64,
    pub(crate) ends_ms: i64,
    pub(crate) updated_ms: i64,
    pub(crate) time_zone: String,
}

/// A ticket in a mail.
#[derive(Clone, Debug)]
pub(crate) struct EnclosedTicket {
    pub(crate) type_name: String,
    /// May be empty.
    pub(crate) holder_name: String,
    pub(crate) short_code: String,
    /// Its page, secret included.
    pub(crate) link: String,
    /// Where a phone's wallet takes it, secret included.
    pub(crate) wallet: WalletLinks,
    /// PNG; none for a code that changes.
    pub(crate) code: Option<Vec<u8>>,
}

/// The tickets can't go with a mail now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EncloseError {
    /// The order's secret, for the links.
    #[error("opening the secret of an order for its mail")]
    Secret(#[source] UnsealError),
    /// The file.
    #[error("making the tickets on paper for a mail")]
    Pdf(#[from] MakePdfError),
    /// The task that drew them ended half-way.
    #[error("making the tickets for a mail: it was interrupted")]
    Stopped,
    /// PostgreSQL.
    #[error("reading the tickets for a mail")]
    Database(#[from] sqlx::Error),
}

/// Nothing if no ticket of the order enters any more.
pub(crate) async fn enclosed(
    app: &App,
    order: OrderId,
    language: Language,
) -> Result<Option<Enclosed>, EncloseError> {
    let Some(order) = order_by_id(&app.pool, order).await? else {
        return Ok(None);
    };
    let Some((paper, ids)) = paper(app, &order).await? else {
        return Ok(None);
    };
    let event = sqlx::query!(
        "select ends_ms, updated_ms from events where organizer_id = $1 and id = $2",
        order.organizer.0,
        order.event.0
    )
    .fetch_one(&app.pool)
    .await?;
    let secret = OrderSecret::unseal(&app.vault, order.id, &order.secret_sealed)
        .map_err(EncloseError::Secret)?
        .to_text();
    let url = &app.config.public_url;
    let link = |id: &TicketId| format!("{url}/{language}/tickets/{id}?secret={secret}");
    let asked = format!("?secret={secret}");
    let links: Vec<Links> = ids
        .iter()
        .take(MOST_CODES)
        .map(|id| Links {
            page: link(id),
            wallet: WalletLinks::at(app, *id, language, &asked).below(url),
        })
        .collect();
    let (told, place) = (
        &paper.event,
        [&paper.event.venue, &paper.event.address, &paper.event.city],
    );
    let event = EnclosedEvent {
        title: told.title.clone(),
        place: place.map(|part| part.trim()).join(", "),
        doors_ms: told.doors_ms,
        starts_ms: told.starts_ms,
        ends_ms: event.ends_ms,
        updated_ms: event.updated_ms,
        time_zone: told.time_zone.clone(),
    };
    // Drawing takes some milliseconds a ticket.
    let drawn = tokio::task::spawn_blocking(move || {
        let drawn: Vec<_> = paper.tickets.iter().zip(links).map(drawn).collect();
        let more = paper.tickets.len() - drawn.len();
        pdf::make(&paper).map(|pdf| (drawn, more, pdf))
    });
    let (tickets, more, pdf) = drawn.await.map_err(|_| EncloseError::Stopped)??;
    Ok(Some(Enclosed {
        order,
        tickets,
        more,
        pdf,
        event,
    }))
}

/// Of one ticket.
struct Links {
    page: String,
    wallet: WalletLinks,
}

fn drawn((ticket, links): (&PaperTicket, Links)) -> EnclosedTicket {
    EnclosedTicket {
        type_name: ticket.type_name.clone(),
        holder_name: ticket.holder_name.clone(),
        short_code: ticket.short_code.clone(),
        link: links.page,
        wallet: match &ticket.code {
            PaperCode::Fixed(_) => links.wallet,
            // A wallet would keep one code for ever.
            PaperCode::Rotating(_) => WalletLinks::default(),
        },
        code: match &ticket.code {
            // A code of 80 bytes always fits; without its picture the mail has its link.
            PaperCode::Fixed(presented) => Qr::ticket(presented)
                .ok()
                .map(|qr| qr.png(PixelsPerModule::SCREEN)),
            PaperCode::Rotating(_) => None,
        },
    }
}
