//! An event as everybody reads it, places left included. Read once a second at most, whoever asks how often: what is
//! kept is the answer's bytes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderValue;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId, TypeNo, VenueId};
use shared::language::Language;
use shared::money::{Currency, Money, vat_included};
use sqlx::{PgConnection, PgPool};
use utoipa::ToSchema;

use super::{Category, EntryRuleRequest, EventStatus, value_of};
use crate::app::App;
use crate::artwork;
use crate::catalog::word::Word;
use crate::web::ApiError;
use crate::web::spliced::Spliced;

/// Places left are at most a second old; a little less, for the way to the reader.
const KEPT: Duration = Duration::from_millis(900);
/// Some 10 kB each.
const MOST_KEPT: u64 = 10_000;
/// Of one event, some 20 kB each: five languages with a few choices.
const MOST_SHEETS: usize = 32;

/// An amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Price {
    /// Cents.
    pub minor: i64,
    /// ISO 4217.
    pub currency: &'static str,
}

impl From<Money> for Price {
    fn from(money: Money) -> Self {
        Self {
            minor: money.minor,
            currency: money.currency.code(),
        }
    }
}

/// An event in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventPage {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: EventId,
    /// Who sells it.
    pub organizer: EventOrganizer,
    /// Where.
    pub venue: EventVenue,
    /// Its title.
    pub title: String,
    /// In paragraphs.
    pub description: String,
    /// Its kind.
    pub category: String,
    /// A picture's address.
    pub image_url: Option<String>,
    /// The address, on this server, of the picture that is drawn for it where it has none of its own.
    pub artwork_url: String,
    /// IANA.
    pub time_zone: String,
    /// Doors open.
    pub doors_ms: UnixMillis,
    /// It begins.
    pub starts_ms: UnixMillis,
    /// It ends.
    pub ends_ms: UnixMillis,
    /// `real`, or `test`.
    pub mode: String,
    /// Where it stands.
    pub status: EventStatus,
    /// People allowed in at once.
    pub capacity: Option<u32>,
    /// Of all its prices.
    pub currency: String,
    /// For types without a rule of their own.
    pub entry_rule: EntryRuleRequest,
    /// Past this age of a door's list an unknown ticket needs a supervisor.
    pub max_roster_age_minutes: Option<u32>,
    /// Is each ticket's right of entry with one door?
    pub strict: bool,
    /// How long a hold lives.
    pub hold_seconds: u32,
    /// Whether one may wait for places of a type that is sold out.
    pub waiting_list: bool,
    /// Whether buyers may add a gift to the organizer.
    pub asks_donation: bool,
    /// What is sold, in order.
    pub types: Vec<EventPageType>,
    /// What is sold to those who know its code, in order; told to nobody else.
    #[serde(skip)]
    pub(crate) hidden: Vec<HiddenType>,
}

/// A type that is neither shown nor sold without its code.
#[derive(Clone, Debug)]
pub(crate) struct HiddenType {
    pub(crate) access_code: String,
    pub(crate) row: EventPageType,
}

impl EventPage {
    /// All types, also those that few know.
    pub(crate) fn all_types(&self) -> impl Iterator<Item = &EventPageType> {
        let hidden = self.hidden.iter().map(|hidden| &hidden.row);
        self.types.iter().chain(hidden)
    }

    /// The type of that number, unless it was deleted.
    pub(crate) fn type_of(&self, no: TypeNo) -> Option<&EventPageType> {
        self.all_types().find(|row| row.no == no)
    }

    /// What `typed` opens; nothing, as a rule.
    pub(crate) fn opened_by(&self, typed: &str) -> impl Iterator<Item = &EventPageType> {
        let word = Word::typed(typed);
        let opened = self.hidden.iter().filter(move |hidden| {
            let word = word.as_ref();
            word.is_some_and(|word| word.as_str() == hidden.access_code)
        });
        opened.map(|hidden| &hidden.row)
    }

    /// What somebody who typed that sees, in order: what it opens comes first.
    pub(crate) fn shown_to(&self, typed: &str) -> impl Iterator<Item = &EventPageType> {
        self.opened_by(typed).chain(&self.types)
    }
}

/// Who sells.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventOrganizer {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: OrganizerId,
    /// Its name.
    pub name: String,
}

/// Where.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventVenue {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: VenueId,
    /// Its name.
    pub name: String,
    /// Street and number.
    pub address: String,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// ISO 3166.
    pub country: String,
}

/// A ticket type as buyers see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventPageType {
    /// Its number within the event.
    #[schema(value_type = u16)]
    pub no: TypeNo,
    /// Its name.
    pub name: String,
    /// What it includes.
    pub description: String,
    /// With VAT.
    pub price: Price,
    /// 550 = 5.5 %.
    pub vat_basis_points: u32,
    /// The VAT within the price.
    pub vat: Price,
    /// On sale from; missing = as soon as the event is published.
    pub sale_from_ms: Option<UnixMillis>,
    /// On sale until; missing = to the event's end.
    pub sale_until_ms: Option<UnixMillis>,
    /// In one order.
    pub max_per_order: u32,
    /// Whoever takes any takes so many.
    pub min_per_order: u32,
    /// What a place costs where an order has many.
    pub group: Option<GroupPrice>,
    /// Sold only with a place of a type that stands by itself.
    pub needs_other: bool,
    /// Places that anybody can buy, at most a second old: those that are due to whoever waits in line are not among them.
    pub remaining: u32,
    /// Overrides the event's rule.
    pub entry_rule: Option<EntryRuleRequest>,
    /// Whether it needs the code that changes every 15 seconds.
    pub rotating: bool,
}

/// The price for many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupPrice {
    /// From so many places of the type in one order on.
    pub from: u32,
    /// Of each, with VAT.
    pub price: Price,
}

/// The answer, ready to send.
#[derive(Debug)]
pub struct RenderedPage {
    /// Whose members see it while it isn't public.
    pub organizer: OrganizerId,
    /// Whether strangers see it.
    pub status: EventStatus,
    /// Its kind.
    pub category: Category,
    /// JSON of an [`EventPage`].
    pub body: Bytes,
    /// Of `body`.
    pub etag: HeaderValue,
    /// The same, for pages.
    pub page: EventPage,
    /// What browsers were shown of it so far.
    pub(crate) sheets: Sheets,
}

/// Which of the pages that can be written about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SheetKind {
    /// Of all its texts.
    pub(crate) language: Language,
    /// Type and number of places, where anything is on sale.
    pub(crate) chosen: Option<(u16, u32)>,
}

/// Pages for strangers. They go with the reading that they were written from, so none is older.
#[derive(Debug, Default)]
pub(crate) struct Sheets(Mutex<Vec<(SheetKind, Arc<Spliced>)>>);

impl Sheets {
    /// The page, written by the first who wants it. More kinds than people look at in a second are not kept.
    pub(crate) fn get<E>(
        &self,
        kind: SheetKind,
        write: impl FnOnce() -> Result<Spliced, E>,
    ) -> Result<Arc<Spliced>, E> {
        let kept = self.locked().iter().find(|(of, _)| *of == kind).cloned();
        if let Some((_, sheet)) = kept {
            return Ok(sheet);
        }
        let sheet = Arc::new(write()?);
        let mut sheets = self.locked();
        if sheets.len() < MOST_SHEETS {
            sheets.push((kind, Arc::clone(&sheet)));
        }
        Ok(sheet)
    }

    /// A push that panicked has changed nothing.
    fn locked(&self) -> MutexGuard<'_, Vec<(SheetKind, Arc<Spliced>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pages that were asked for in the last second.
#[derive(Debug)]
pub struct EventPages(moka::future::Cache<EventId, Option<Arc<RenderedPage>>>);

impl EventPages {
    /// None so far.
    pub fn new() -> Self {
        let cache = moka::future::Cache::builder()
            .max_capacity(MOST_KEPT)
            .time_to_live(KEPT)
            .build();
        Self(cache)
    }

    /// The page; those who ask at once share one reading.
    pub async fn get(
        &self,
        pool: &PgPool,
        event: EventId,
    ) -> Result<Option<Arc<RenderedPage>>, Arc<ReadPageError>> {
        self.0.try_get_with(event, render(pool, event)).await
    }

    /// After a change, so that its author reads what was written.
    pub async fn forget(&self, event: EventId) {
        self.0.invalidate(&event).await;
    }
}

impl Default for EventPages {
    fn default() -> Self {
        Self::new()
    }
}

/// A page was not made.
#[derive(Debug, thiserror::Error)]
pub enum ReadPageError {
    /// The database failed.
    #[error("reading an event for its page")]
    Database(#[from] sqlx::Error),
    /// It doesn't become JSON.
    #[error("writing an event's page")]
    Json(#[from] serde_json::Error),
}

/// The page, or an error for whoever asked.
pub(crate) async fn page_of(app: &App, event: EventId) -> Result<Arc<RenderedPage>, ApiError> {
    let found = app.event_pages.get(&app.pool, event).await;
    let found = found.map_err(|error| match Arc::try_unwrap(error) {
        Ok(ReadPageError::Database(source)) => source.into(),
        Ok(other @ ReadPageError::Json(_)) => ApiError::internal(other),
        // Others waited for the same reading; one of them logs it.
        Err(_) => ApiError::unavailable(1),
    })?;
    found.ok_or_else(|| ApiError::not_found("event"))
}

async fn render(pool: &PgPool, event: EventId) -> Result<Option<Arc<RenderedPage>>, ReadPageError> {
    let mut connection = pool.acquire().await?;
    let Some(page) = read(&mut connection, event).await? else {
        return Ok(None);
    };
    let body = serde_json::to_vec(&page)?;
    let digest = Sha256::digest(&body);
    let tag = u64::from_be_bytes(*digest.first_chunk().expect("SHA-256 has 32 bytes"));
    let etag = HeaderValue::try_from(format!("\"{tag:016x}\""))
        .expect("hexadecimal digits in quotes are a header's value");
    Ok(Some(Arc::new(RenderedPage {
        organizer: page.organizer.id,
        status: page.status,
        category: category_of(&page.category)?,
        body: body.into(),
        etag,
        page,
        sheets: Sheets::default(),
    })))
}

/// An event with its types and what is left of each.
pub async fn read(
    conn: &mut PgConnection,
    event: EventId,
) -> Result<Option<EventPage>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select e.organizer_id, o.name as organizer, e.venue_id, v.name as venue, v.address, v.postal_code, v.city,
                v.country, e.title, e.description, e.category, e.image_url, e.time_zone, e.doors_ms, e.starts_ms,
                e.ends_ms, e.mode, e.status, e.capacity, e.currency, e.re_entry, e.max_entries, e.max_entries_per_day,
                e.max_roster_age_minutes, e.strict, e.hold_seconds, e.asks_donation,
                coalesce(terms.waiting_list, true) as "waiting_list!"
         from events e
         join organizers o on o.id = e.organizer_id
         join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
         left join event_terms terms on terms.organizer_id = e.organizer_id and terms.event_id = e.id
         where e.id = $1"#,
        event.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let organizer = OrganizerId(row.organizer_id);
    let currency = currency_of(&row.currency)?;
    let category = category_of(&row.category)?;
    let (types, hidden) = read_types(conn, (organizer, event), currency).await?;
    Ok(Some(EventPage {
        id: event,
        types,
        hidden,
        asks_donation: row.asks_donation,
        organizer: EventOrganizer {
            id: organizer,
            name: row.organizer,
        },
        venue: EventVenue {
            id: VenueId(row.venue_id),
            name: row.venue,
            address: row.address,
            postal_code: row.postal_code,
            city: row.city,
            country: row.country,
        },
        title: row.title,
        description: row.description,
        category: row.category,
        image_url: row.image_url,
        artwork_url: artwork::address(event, category),
        time_zone: row.time_zone,
        doors_ms: row.doors_ms,
        starts_ms: row.starts_ms,
        ends_ms: row.ends_ms,
        mode: row.mode,
        status: value_of("events.status", &row.status, &EventStatus::WORDS)?,
        capacity: row.capacity.map(i32::cast_unsigned),
        currency: row.currency,
        entry_rule: EntryRuleRequest {
            re_entry: row.re_entry,
            max_entries: row.max_entries.map(i64::from),
            max_entries_per_day: row.max_entries_per_day.map(i64::from),
        },
        max_roster_age_minutes: row.max_roster_age_minutes.map(i32::cast_unsigned),
        strict: row.strict,
        hold_seconds: row.hold_seconds.cast_unsigned(),
        waiting_list: row.waiting_list,
    }))
}

pub(crate) fn currency_of(code: &str) -> Result<Currency, sqlx::Error> {
    let unknown = || sqlx::Error::Decode(format!("events.currency is {code:?}").into());
    Currency::from_code(code).ok_or_else(unknown)
}

pub(crate) fn category_of(word: &str) -> Result<Category, sqlx::Error> {
    value_of("events.category", word, &Category::WORDS)
}

async fn read_types(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    currency: Currency,
) -> Result<(Vec<EventPageType>, Vec<HiddenType>), sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.no, t.name, t.description, t.price_minor, t.vat_basis_points, t.sale_from_ms, t.sale_until_ms,
                t.max_per_order, t.min_per_order, t.group_from, t.group_price_minor, t.needs_other, t.access_code,
                t.re_entry, t.max_entries, t.max_entries_per_day, t.rotating,
                free_for_all(t.organizer_id, t.event_id, t.no, s.quota + s.written_off - s.held - s.sold - s.leased) as "remaining!"
         from ticket_types t join stock s
           on s.organizer_id = t.organizer_id and s.event_id = t.event_id and s.type_no = t.no
         where t.organizer_id = $1 and t.event_id = $2 and not t.deleted order by t.position, t.no"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    let (mut types, mut hidden) = (Vec::new(), Vec::new());
    for row in rows {
        let price = Money::new(row.price_minor, currency);
        let rate = row.vat_basis_points.cast_unsigned();
        let group = row.group_from.zip(row.group_price_minor);
        let access_code = row.access_code;
        let row = EventPageType {
            no: TypeNo(row.no as u16),
            name: row.name,
            description: row.description,
            price: price.into(),
            vat_basis_points: rate,
            vat: vat_included(price, rate).into(),
            sale_from_ms: row.sale_from_ms,
            sale_until_ms: row.sale_until_ms,
            max_per_order: row.max_per_order.cast_unsigned(),
            min_per_order: row.min_per_order.cast_unsigned(),
            group: group.map(|(from, minor)| GroupPrice {
                from: from.cast_unsigned(),
                price: Money::new(minor, currency).into(),
            }),
            needs_other: row.needs_other,
            remaining: row.remaining.cast_unsigned(),
            entry_rule: row.re_entry.map(|re_entry| EntryRuleRequest {
                re_entry,
                max_entries: row.max_entries.map(i64::from),
                max_entries_per_day: row.max_entries_per_day.map(i64::from),
            }),
            rotating: row.rotating,
        };
        match access_code {
            Some(access_code) => hidden.push(HiddenType { access_code, row }),
            None => types.push(row),
        }
    }
    Ok((types, hidden))
}
