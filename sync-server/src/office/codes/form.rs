//! One code: the form that makes or changes it, and its end.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use shared::ids::{EventId, OrganizerId, PromoId, TypeNo};
use shared::price::Off;

use super::{CodesQuery, title_of};
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::page_of;
use crate::edge::OsRandom;
use crate::office::desk::{Desk, Office};
use crate::office::fields::{Field, Said, Sent, Wrong};
use crate::office::orders::OWN_ZONE;
use crate::office::page::{Here, OfficePage, on_to, shown};
use crate::office::times::{as_typed, from_typed};
use crate::office::wizard::cents;
use crate::office::words::number;
use crate::orders::promo::codes::{self, WritePromoError};
use crate::orders::promo::{PromoCode, PromoRequest};
use crate::web::{ApiError, Form, Path, Query};

/// What is refused of a code.
const SAID: [Said; 9] = [
    ("code", "code", "office-wrong-code"),
    ("percent_basis_points", "off", "office-wrong-code-off"),
    ("amount_minor", "off", "office-wrong-code-off"),
    ("minimum_minor", "minimum", "office-wrong-code-minimum"),
    ("until_ms", "until", "office-wrong-code-until"),
    ("most_uses", "uses", "office-wrong-code-uses"),
    ("most_per_person", "each", "office-wrong-code-uses"),
    ("types", "types", "office-wrong-code-types"),
    ("currency", "off", "office-wrong-code-off"),
];

#[derive(Template)]
#[template(path = "office/code.html")]
struct CodeHtml {
    page: OfficePage,
    lead: String,
    list: String,
    action: String,
    id: PromoId,
    event: Option<EventId>,
    main: Vec<Field>,
    more: Vec<Field>,
    /// Of the event: number, name, whether it is chosen.
    types: Vec<(u16, String, bool)>,
    types_wrong: Option<String>,
    first_order: bool,
    problem: Option<String>,
    button: String,
    /// Where it is ended.
    end: Option<String>,
    /// `12 commandes l’ont`.
    taken: Option<String>,
    /// Nothing can be changed any more.
    is_ended: bool,
}

/// A code as it is typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    code: String,
    /// `percent` or `amount`.
    kind: String,
    off: String,
    minimum: String,
    from: String,
    until: String,
    uses: String,
    each: String,
    first_order: bool,
    types: Vec<u16>,
}

/// The office, for which event the code is, and the code where it is there already.
struct There {
    office: Office,
    id: PromoId,
    event: Option<EventId>,
    title: String,
    zone: String,
    currency: String,
    types: Vec<(u16, String)>,
    known: Option<PromoCode>,
}

impl There {
    async fn new(
        app: &App,
        office: Office,
        (id, event): (PromoId, Option<EventId>),
        known: Option<PromoCode>,
    ) -> Result<Self, ApiError> {
        let Some(event) = event else {
            let title = office.desk.t.get("office-code-all-events").into_owned();
            return Ok(Self {
                office,
                id,
                event: None,
                title,
                zone: OWN_ZONE.to_owned(),
                currency: known
                    .as_ref()
                    .map_or("EUR", |known| known.currency.code())
                    .to_owned(),
                types: Vec::new(),
                known,
            });
        };
        let title = title_of(app, &office, event).await?;
        let rendered = page_of(app, event).await?;
        let types = rendered.page.all_types();
        Ok(Self {
            office,
            id,
            event: Some(event),
            title,
            zone: rendered.page.time_zone.clone(),
            currency: rendered.page.currency.clone(),
            types: types.map(|row| (row.no.0, row.name.clone())).collect(),
            known,
        })
    }

    async fn of_code(
        app: &App,
        desk: Desk,
        (organizer, id): (OrganizerId, PromoId),
    ) -> Result<Self, ApiError> {
        let office = desk.office(app, organizer, Right::EditEvents).await?;
        let known = codes::by_id(&app.pool, organizer, id).await?;
        let known = known.ok_or_else(|| ApiError::not_found("promo code"))?;
        Self::new(app, office, (id, known.event), Some(known)).await
    }

    fn list(&self) -> String {
        let kept = self
            .event
            .map_or_else(String::new, |event| format!("?event={event}"));
        self.office.own(format_args!("/codes{kept}"))
    }
}

pub(super) async fn show_new(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Query(query): Query<CodesQuery>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::EditEvents).await?;
    let id = PromoId::new(app.now_ms(), &mut OsRandom);
    let there = There::new(&app, office, (id, query.event()), None).await?;
    page(&there, &Typed::default(), &Wrong::default())
}

pub(super) async fn make(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let sent = Sent::new(pairs);
    let office = desk.office(&app, organizer, Right::EditEvents).await?;
    let id = sent.first("id").parse();
    let id = id.map_err(|_| ApiError::invalid([("id", "must be a UUID")]))?;
    let event = sent.first("event").parse().ok();
    let there = There::new(&app, office, (id, event), None).await?;
    save(&app, &there, &Typed::sent(&sent)).await
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(of): Path<(OrganizerId, PromoId)>,
) -> Result<Response, ApiError> {
    let there = There::of_code(&app, desk, of).await?;
    let typed = there
        .known
        .as_ref()
        .map(|code| Typed::of(code, &there.zone));
    page(&there, &typed.unwrap_or_default(), &Wrong::default())
}

pub(super) async fn change(
    State(app): State<App>,
    desk: Desk,
    Path(of): Path<(OrganizerId, PromoId)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let there = There::of_code(&app, desk, of).await?;
    save(&app, &there, &Typed::sent(&Sent::new(pairs))).await
}

pub(super) async fn end(
    State(app): State<App>,
    desk: Desk,
    Path((organizer, id)): Path<(OrganizerId, PromoId)>,
) -> Result<Response, ApiError> {
    let there = There::of_code(&app, desk, (organizer, id)).await?;
    codes::end(&app.pool, (organizer, id), app.now_ms()).await?;
    Ok(on_to(&there.list()))
}

async fn save(app: &App, there: &There, typed: &Typed) -> Result<Response, ApiError> {
    let (office, t) = (&there.office, there.office.desk.t);
    let mut wrong = Wrong::default();
    let request = typed.request(there, &mut wrong);
    let new = match request.parse(Some(there.id)) {
        Ok(new) if wrong.is_empty() => new,
        Ok(_) => return page(there, typed, &wrong),
        Err(errors) => {
            wrong.take(&errors, &SAID, t);
            return page(there, typed, &wrong);
        }
    };
    let mut connection = app.pool.acquire().await?;
    let organizer = office.organizer.id;
    let written = match there.known {
        Some(_) => codes::change(&mut connection, organizer, &new).await,
        None => codes::create(&mut connection, organizer, &new, app.now_ms())
            .await
            .map(drop),
    };
    match written {
        Ok(()) => return Ok(on_to(&there.list())),
        Err(WritePromoError::WordUsed) => wrong.add("code", t.get("office-wrong-code-used")),
        Err(WritePromoError::LimitBelowTaken { taken }) => {
            let taken = number(taken, office.desk.language);
            wrong.add("uses", t.named("office-wrong-code-taken", "taken", taken));
        }
        Err(WritePromoError::NoSuchType) => wrong.add("types", t.get("office-wrong-code-types")),
        Err(WritePromoError::Ended) => wrong.add("code", t.get("office-wrong-code-ended")),
        Err(
            error @ (WritePromoError::NoSuchCode
            | WritePromoError::NoSuchEvent
            | WritePromoError::OtherCurrency
            | WritePromoError::Database(_)),
        ) => return Err(error.into()),
    }
    page(there, typed, &wrong)
}

impl Typed {
    fn of(code: &PromoCode, zone: &str) -> Self {
        let text = |cents: i64| format!("{},{:02}", cents / 100, cents % 100);
        let time = |ms: Option<i64>| ms.map(|ms| as_typed(ms, zone)).unwrap_or_default();
        let most = |most: Option<u32>| most.map(|most| most.to_string()).unwrap_or_default();
        let (kind, off) = match code.reduction.off {
            Off::Percent(points) => ("percent", text(points.get().into())),
            Off::Amount(amount) => ("amount", text(amount.minor)),
        };
        Self {
            code: code.code.clone(),
            kind: kind.to_owned(),
            off: off.trim_end_matches(",00").to_owned(),
            minimum: code
                .reduction
                .minimum
                .map(|least| text(least.minor))
                .unwrap_or_default(),
            from: time(code.from_ms),
            until: time(code.until_ms),
            uses: most(code.most_uses),
            each: most(code.most_per_person),
            first_order: code.first_order,
            types: code.reduction.types.iter().map(|no| no.0).collect(),
        }
    }

    fn sent(sent: &Sent) -> Self {
        let of = |name| sent.first(name).trim().to_owned();
        Self {
            code: of("code"),
            kind: of("kind"),
            off: of("off"),
            minimum: of("minimum"),
            from: of("from"),
            until: of("until"),
            uses: of("uses"),
            each: of("each"),
            first_order: of("first") == "on",
            types: sent.all("type").filter_map(|no| no.parse().ok()).collect(),
        }
    }

    fn request(&self, there: &There, wrong: &mut Wrong) -> PromoRequest {
        let t = there.office.desk.t;
        let mut read = |field: &str, text: &str, key: &str, of: &dyn Fn(&str) -> Option<i64>| {
            let value = of(text);
            if value.is_none() && !text.is_empty() {
                wrong.add(field, t.get(key));
            }
            value
        };
        let whole = |text: &str| text.parse::<i64>().ok();
        let time = |text: &str| from_typed(text, &there.zone);
        // 12,5 % is 1250, as 12,50 € is.
        let off = cents(&self.off);
        let is_amount = self.kind == "amount";
        PromoRequest {
            id: there.id.to_string(),
            event_id: there.event,
            code: self.code.clone(),
            percent_basis_points: (!is_amount).then_some(off.unwrap_or_default()),
            amount_minor: is_amount.then_some(off.unwrap_or_default()),
            currency: Some(there.currency.clone()),
            types: self.types.iter().map(|no| TypeNo(*no)).collect(),
            minimum_minor: read(
                "minimum",
                &self.minimum,
                "office-wrong-code-minimum",
                &cents,
            ),
            from_ms: read("from", &self.from, "office-wrong-from", &time),
            until_ms: read("until", &self.until, "office-wrong-code-until", &time),
            most_uses: read("uses", &self.uses, "office-wrong-code-uses", &whole),
            most_per_person: read("each", &self.each, "office-wrong-code-uses", &whole),
            first_order: self.first_order,
        }
    }
}

fn page(there: &There, typed: &Typed, wrong: &Wrong) -> Result<Response, ApiError> {
    let (office, t) = (&there.office, there.office.desk.t);
    let language = office.desk.language;
    let kinds = [
        ("percent", t.get("office-code-percent")),
        ("amount", t.get("office-code-amount")),
    ];
    let kind = if typed.kind.is_empty() {
        "percent"
    } else {
        &typed.kind
    };
    let main = vec![
        Field::line("code", t.get("code-label"), &typed.code).help(t.get("office-code-help")),
        Field::choice("kind", t.get("office-code-kind"), kind, kinds).half(),
        Field::line("off", t.get("office-code-off"), &typed.off)
            .half()
            .help(t.get("office-code-off-help")),
    ];
    let more = vec![
        Field::line("minimum", t.get("office-code-minimum"), &typed.minimum)
            .optional()
            .help(t.get("office-code-minimum-help")),
        Field::moment("from", t.get("office-code-from"), &typed.from)
            .optional()
            .half(),
        Field::moment("until", t.get("office-code-until"), &typed.until)
            .optional()
            .half(),
        Field::number("uses", t.get("office-code-uses"), &typed.uses)
            .optional()
            .half()
            .help(t.get("office-code-uses-help")),
        Field::number("each", t.get("office-code-each"), &typed.each)
            .optional()
            .half()
            .help(t.get("office-code-each-help")),
    ];
    let told = |fields: Vec<Field>| fields.into_iter().map(|field| field.told(wrong)).collect();
    let known = there.known.as_ref();
    let (path, title) = match known {
        Some(code) => (
            format!("/{}/codes/{}", office.organizer.id, code.id),
            t.named("office-code", "code", &code.code),
        ),
        None => (
            format!("/{}/codes/new", office.organizer.id),
            t.get("office-code-new").into_owned(),
        ),
    };
    let kept = match (known, there.event) {
        (None, Some(event)) => format!("?event={event}"),
        _ => String::new(),
    };
    let is_ended = known.is_some_and(|code| code.ended_ms.is_some());
    let types = there.types.iter().map(|(no, name)| {
        let is_chosen = typed.types.contains(no);
        (*no, name.clone(), is_chosen)
    });
    let html = CodeHtml {
        action: office.at(&path),
        end: known
            .filter(|_| !is_ended)
            .map(|_| office.at(format_args!("{path}/end"))),
        page: office.page(Here::Codes, title, &path).keeping(kept),
        lead: there.title.clone(),
        list: there.list(),
        id: there.id,
        event: there.event,
        main: told(main),
        more: told(more),
        types: types.collect(),
        types_wrong: wrong.of("types"),
        first_order: typed.first_order,
        // Its form is there no more, nor a field to say it at.
        problem: if is_ended {
            wrong.of("code")
        } else {
            wrong.counted(t)
        },
        button: t
            .get(if known.is_some() {
                "office-save"
            } else {
                "office-code-make"
            })
            .into_owned(),
        taken: known.map(|code| {
            let taken = number(code.taken.into(), language);
            t.named("office-code-taken", "count", taken)
        }),
        is_ended,
    };
    let status = wrong.status();
    shown(status, &html)
}
