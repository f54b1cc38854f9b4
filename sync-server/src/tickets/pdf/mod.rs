//! Tickets on paper: A4, one a page, with what French law asks of a ticket (CGI art. 290 quater, annexe IV art. 50 sexies
//! B to I). Pure: what is known goes in, the file's bytes come out.

mod page;
mod texts;

use ::paper::{About, FileError, UsedGlyphs};
use shared::clock::UnixMillis;
use shared::language::Language;
use shared::money::Money;
use shared::roster::EventMode;
use shared::ticket::{Presented, QrError};

/// An order's tickets.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Of the words around them.
    pub language: Language,
    /// What for.
    pub event: PaperEvent,
    /// How they were bought.
    pub sale: PaperSale,
    /// One a page.
    pub tickets: Vec<PaperTicket>,
    /// When the file is made.
    pub made_ms: UnixMillis,
}

/// An event as its tickets name it.
#[derive(Clone, Debug)]
pub struct PaperEvent {
    /// Its title.
    pub title: String,
    /// Sold, or for trying out.
    pub mode: EventMode,
    /// Doors open.
    pub doors_ms: UnixMillis,
    /// It begins.
    pub starts_ms: UnixMillis,
    /// Where its clocks are.
    pub time_zone: String,
    /// The venue's name.
    pub venue: String,
    /// Street and number.
    pub address: String,
    /// Postal code and city.
    pub city: String,
    /// Who answers for it.
    pub organizer: String,
    /// The number of the organizer's licence; without one nothing stands in its place.
    pub licence: Option<String>,
}

/// How tickets were bought.
#[derive(Clone, Debug)]
pub struct PaperSale {
    /// The order's code.
    pub order_code: String,
    /// When it was paid.
    pub at_ms: UnixMillis,
    /// Where.
    pub place: PaperPlace,
}

/// Where tickets were bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperPlace {
    /// On this site.
    Online(String),
    /// At the venue.
    BoxOffice,
}

/// A ticket.
#[derive(Clone, Debug)]
pub struct PaperTicket {
    /// Its number in the unbroken series: `W-12`.
    pub series: String,
    /// The type's name.
    pub type_name: String,
    /// What was paid, with VAT.
    pub price: Money,
    /// 550 = 5.5 %.
    pub vat_basis_points: u32,
    /// Who it is for; may be empty.
    pub holder_name: String,
    /// `ABCDE-FGHJK`.
    pub short_code: String,
    /// Its home gate's name.
    pub gate: Option<String>,
    /// When it admits, if not whenever the event does.
    pub window: Option<PaperWindow>,
    /// What the door reads.
    pub code: PaperCode,
}

/// An entry window.
#[derive(Clone, Debug)]
pub struct PaperWindow {
    /// Its name.
    pub name: String,
    /// From and until; several are told by the name alone.
    pub intervals: Vec<(UnixMillis, UnixMillis)>,
}

/// What the door reads of a ticket.
#[derive(Clone, Debug)]
pub enum PaperCode {
    /// The same for ever.
    Fixed(Presented),
    /// It changes every 15 seconds: this address shows it.
    Rotating(String),
}

/// There is no file.
#[derive(Debug, thiserror::Error)]
pub enum MakePdfError {
    /// A code that can't be drawn.
    #[error("drawing the code of a ticket for its page")]
    Code(#[source] QrError),
    /// No file of them.
    #[error("making the file of the tickets")]
    File(#[from] FileError),
}

/// The file.
pub fn make(paper: &Paper) -> Result<Vec<u8>, MakePdfError> {
    let mut used = UsedGlyphs::default();
    let pages = (1..)
        .zip(&paper.tickets)
        .map(|(number, ticket)| page::draw(paper, number, ticket, &mut used))
        .collect::<Result<Vec<_>, _>>()?;
    let texts = texts::texts(paper.language);
    let about = About {
        title: format!("{} · {}", texts.tickets, paper.event.title),
        author: paper.event.organizer.clone(),
        language: paper.language,
        made_ms: paper.made_ms,
    };
    Ok(::paper::file(pages, &used, &about)?)
}
