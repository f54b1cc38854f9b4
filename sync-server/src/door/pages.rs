//! `/office/devices`: make an offer, compare the digits, see the devices, part with one. Works without JavaScript: a page
//! that waits asks again by the header `Refresh`.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::ids::{DeviceId, EventId, GateNo, OfferId, OrganizerId};
use shared::language::Language;
use shared::roster::Rights;
use shared::ticket::qr::Qr;
use shared::wire::latest::ErrorCode;

use super::api::{checked_name, meant_organizer, own_device, own_offer};
use super::devices::{self, DeviceView, Parting, Until};
use super::offers::{self, NewOffer, Offer, OfferError, OfferState};
use super::page_texts::{Texts, texts};
use super::search_right::{self, SearchRight};
use super::supervisors;
use crate::accounts::{Identity, PageIdentity, Right};
use crate::app::App;
use crate::office::page::{OfficePage, of_devices};
use crate::web::language::PageLanguage;
use crate::web::page::{Page, html};
use crate::web::{ApiError, Form, Path};

const REFRESH: HeaderName = HeaderName::from_static("refresh");
/// Somebody stands before the screen with a tablet in the hand.
const REFRESH_SECONDS: &str = "2";

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/office/devices", get(show_devices).post(make_offer))
        .route("/office/devices/offers/{offer}", get(show_offer))
        .route(
            "/office/devices/offers/{offer}/confirm",
            post(confirm_offer),
        )
        .route("/office/devices/offers/{offer}/reject", post(reject_offer))
        .route("/office/devices/{device}/revoke", post(revoke_device))
        .route("/office/devices/{device}/declare-lost", post(declare_lost))
        .route("/office/devices/{device}/grant-search", post(grant_search))
        .route(
            "/office/devices/{device}/withdraw-search",
            post(withdraw_search),
        )
        .merge(supervisors::pages::router())
}

#[derive(Template)]
#[template(path = "devices.html")]
struct DevicesPage {
    page: OfficePage,
    texts: Texts,
    problem: Option<&'static str>,
    events: Vec<(EventId, String)>,
    devices: Vec<DeviceLine>,
}

struct DeviceLine {
    id: DeviceId,
    name: String,
    rights: String,
    events: String,
    facts: i64,
    state: &'static str,
    is_active: bool,
    may_search: bool,
}

#[derive(Template)]
#[template(path = "device_offer.html")]
struct OfferPage {
    page: Page,
    texts: Texts,
    offer: Offer,
    says: &'static str,
    /// The code and its picture, while somebody may still use it.
    code: Option<(String, String)>,
}

/// The organizer whose devices one manages; the first of several.
pub(super) fn managed(identity: &Identity) -> Result<OrganizerId, ApiError> {
    let first = identity
        .memberships
        .iter()
        .find(|(_, role)| role.may(Right::ManageDevices));
    meant_organizer(identity, first.map(|(id, _)| *id), Right::ManageDevices)
}

async fn show_devices(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
) -> Result<Response, ApiError> {
    html(&devices_page(&app, &identity, language, None).await?)
}

async fn devices_page(
    app: &App,
    identity: &Identity,
    language: Language,
    problem: Option<&'static str>,
) -> Result<DevicesPage, ApiError> {
    let organizer = managed(identity)?;
    let texts = texts(language);
    let who = (identity, language);
    let page = of_devices(app, who, organizer, texts.title, "/office/devices").await?;
    let mut conn = app.pool.acquire().await?;
    let events = devices::events_to_offer(&mut conn, organizer).await?;
    let views = devices::devices_of(&mut conn, organizer).await?;
    Ok(DevicesPage {
        page,
        devices: views
            .into_iter()
            .map(|view| line(view, &events, &texts))
            .collect(),
        texts,
        problem,
        events,
    })
}

fn line(view: DeviceView, events: &[(EventId, String)], texts: &Texts) -> DeviceLine {
    let titles = events.iter().filter(|(id, _)| view.events.contains(id));
    DeviceLine {
        id: view.id,
        name: view.name,
        rights: rights_text(view.rights, texts),
        events: titles
            .map(|(_, title)| title.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        facts: view.facts,
        state: match view.state.as_str() {
            "revoked" => texts.revoked,
            "lost" => texts.was_lost,
            _ => "",
        },
        is_active: view.state == "active",
        may_search: view.rights.search,
    }
}

fn rights_text(rights: Rights, texts: &Texts) -> String {
    [
        (rights.scan, texts.scan),
        (rights.search, texts.search),
        (rights.sell, texts.sell),
        (rights.supervise, texts.supervise),
    ]
    .into_iter()
    .filter_map(|(has, text)| has.then_some(text))
    .collect::<Vec<_>>()
    .join(" · ")
}

/// Fields that come several times, so in pairs.
type Fields = Vec<(String, String)>;

fn all<'f>(fields: &'f [(String, String)], name: &'f str) -> impl Iterator<Item = &'f str> {
    fields
        .iter()
        .filter(move |(field, _)| field == name)
        .map(|(_, value)| value.as_str())
}

async fn make_offer(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Form(fields): Form<Fields>,
) -> Result<Response, ApiError> {
    match offer_as_said(&app, &identity, &fields).await {
        Ok(offer) => Ok(to_offer(offer, language).into_response()),
        Err(error) if error.code() == ErrorCode::InvalidRequest => {
            let problem = Some(texts(language).incomplete);
            let page = devices_page(&app, &identity, language, problem).await?;
            Ok((StatusCode::BAD_REQUEST, html(&page)?).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn offer_as_said(
    app: &App,
    identity: &Identity,
    fields: &[(String, String)],
) -> Result<OfferId, ApiError> {
    let first = |name| all(fields, name).next().unwrap_or_default();
    let has = |right: &str| all(fields, "right").any(|value| value == right);
    let not_a_gate = |_| ApiError::invalid([("gate", "a number, 0 for none")]);
    let new = NewOffer {
        organizer: managed(identity)?,
        created_by: identity.account,
        device_name: checked_name(first("device_name"))?,
        rights: Rights {
            scan: has("scan"),
            search: has("search"),
            sell: has("sell"),
            supervise: has("supervise"),
        },
        events: all(fields, "event")
            .map(|event| event.parse().map_err(|_| ApiError::not_found("event")))
            .collect::<Result<_, _>>()?,
        gate: GateNo(first("gate").parse().map_err(not_a_gate)?),
    };
    Ok(offers::create(app, new).await?.id)
}

fn to_offer(offer: OfferId, language: Language) -> Redirect {
    Redirect::to(&format!("/office/devices/offers/{offer}?lang={language}"))
}

async fn show_offer(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Path(offer): Path<OfferId>,
) -> Result<Response, ApiError> {
    let offer = own_offer(&app, &identity, offer).await?;
    let texts = texts(language);
    let waits = matches!(offer.state, OfferState::Open | OfferState::Started);
    let code = if waits {
        Some(code_and_picture(&app, &offer)?)
    } else {
        None
    };
    let mut response = html(&OfferPage {
        page: Page::of(&identity, language, offer.device_name.clone()),
        says: texts.of_state(offer.state),
        texts,
        offer,
        code,
    })?;
    if waits {
        let seconds = HeaderValue::from_static(REFRESH_SECONDS);
        response.headers_mut().insert(REFRESH, seconds);
    }
    Ok(response)
}

fn code_and_picture(app: &App, offer: &Offer) -> Result<(String, String), ApiError> {
    let code = offers::code_of(app, offer)?;
    let picture = Qr::text(&offers::qr_text(&app.config.public_url, &code))
        .map_err(ApiError::internal)?
        .svg();
    Ok((code.shown(), picture))
}

async fn confirm_offer(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Path(offer): Path<OfferId>,
) -> Result<Redirect, ApiError> {
    own_offer(&app, &identity, offer).await?;
    answered(offers::confirm(&app, offer).await.map(drop))?;
    Ok(to_offer(offer, language))
}

async fn reject_offer(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Path(offer): Path<OfferId>,
) -> Result<Redirect, ApiError> {
    own_offer(&app, &identity, offer).await?;
    answered(offers::reject(&app, offer).await)?;
    Ok(to_offer(offer, language))
}

/// Whoever answers twice, or too late, is shown how the offer ended.
fn answered(done: Result<(), OfferError>) -> Result<(), OfferError> {
    match done {
        Err(OfferError::Closed) => Ok(()),
        other => other,
    }
}

async fn revoke_device(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Path(device): Path<DeviceId>,
) -> Result<Redirect, ApiError> {
    part(&app, &identity, language, device, Parting::Revoked).await
}

async fn declare_lost(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Path(device): Path<DeviceId>,
) -> Result<Redirect, ApiError> {
    part(&app, &identity, language, device, Parting::Lost).await
}

async fn part(
    app: &App,
    identity: &Identity,
    language: Language,
    device: DeviceId,
    parting: Parting,
) -> Result<Redirect, ApiError> {
    let organizer = own_device(app, identity, device).await?;
    devices::revoke(app, organizer, device, parting, Until::LastHeld).await?;
    Ok(Redirect::to(&format!("/office/devices?lang={language}")))
}

async fn grant_search(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Path(device): Path<DeviceId>,
) -> Result<Redirect, ApiError> {
    set_search(&app, &identity, language, device, SearchRight::Granted).await
}

async fn withdraw_search(
    State(app): State<App>,
    PageIdentity(identity): PageIdentity,
    PageLanguage(language): PageLanguage,
    Path(device): Path<DeviceId>,
) -> Result<Redirect, ApiError> {
    set_search(&app, &identity, language, device, SearchRight::Withdrawn).await
}

async fn set_search(
    app: &App,
    identity: &Identity,
    language: Language,
    device: DeviceId,
    to: SearchRight,
) -> Result<Redirect, ApiError> {
    let organizer = own_device(app, identity, device).await?;
    search_right::change(app, organizer, device, to).await?;
    Ok(Redirect::to(&format!("/office/devices?lang={language}")))
}
