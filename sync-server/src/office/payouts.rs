//! How the organizer is paid: by an account of its own at the payment provider, or by the platform, which owes it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::OrganizerId;

use super::desk::{Desk, Office};
use super::fields::{Field, Wrong};
use super::page::{Here, OfficePage, on_to, shown};
use super::words::percent;
use crate::accounts::Right;
use crate::app::App;
use crate::messages::when::amount;
use crate::payments::payout::{
    self, AccountStanding, COUNTRIES, ConnectError, Missing, PayoutError, Way,
};
use crate::web::store::Texts;
use crate::web::{ApiError, Form, Path, headers};

#[derive(Template)]
#[template(path = "office/payouts.html")]
struct PayoutsHtml {
    page: OfficePage,
    state: Shown,
    missing: Vec<String>,
    rate: String,
    /// Who owes what, in each currency.
    shares: Vec<[String; 2]>,
    action: String,
    country: Field,
    problem: Option<String>,
}

impl PayoutsHtml {
    fn is_offered(&self) -> bool {
        self.state != Shown::NotOffered
    }

    fn is_none(&self) -> bool {
        self.state == Shown::None
    }

    /// By the organizer, who has something to tell.
    fn is_waited_for(&self) -> bool {
        matches!(self.state, Shown::None | Shown::Unfinished)
    }
}

/// What the page has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// No organizer is paid by the provider of this server.
    NotOffered,
    /// There is no account.
    None,
    /// Something is left to tell.
    Unfinished,
    /// The provider looks at it.
    Checked,
    /// Money is passed on.
    Ready,
}

impl Shown {
    fn of(app: &App, standing: Option<&AccountStanding>) -> Self {
        match standing {
            _ if app.provider.payout_accounts().is_none() => Self::NotOffered,
            None => Self::None,
            Some(standing) if standing.receives => Self::Ready,
            Some(standing) if standing.submitted && standing.missing.is_empty() => Self::Checked,
            Some(_) => Self::Unfinished,
        }
    }
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMoney).await?;
    page(&app, &office, "", None).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConnectForm {
    country: String,
}

/// On to the provider's page; there the account is opened if there is none.
pub(super) async fn connect(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(form): Form<ConnectForm>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMoney).await?;
    let who = &office.desk.identity;
    let way = way(&app, &office);
    match payout::way_to(&app, &office.organizer, who, &form.country, way).await {
        Ok(url) => Ok(on_to(&url)),
        Err(error) => refused(&app, &office, &form.country, error).await,
    }
}

/// The address at the provider was too old, or used.
pub(super) async fn again(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMoney).await?;
    let way = way(&app, &office);
    match payout::again(&app, organizer, way).await {
        Ok(Some(url)) => Ok(on_to(&url)),
        Ok(None) => Ok(on_to(&office.own("/payments"))),
        Err(error) => refused(&app, &office, "", error).await,
    }
}

/// Back from the provider's page. What became of it there is asked; if that fails, the page says what was known.
pub(super) async fn back(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMoney).await?;
    match payout::look(&app, organizer).await {
        Ok(()) => Ok(on_to(&office.own("/payments"))),
        Err(error) => refused(&app, &office, "", error).await,
    }
}

fn way(app: &App, office: &Office) -> Way {
    let at = format!("{}{}", app.config.public_url, office.own("/payments"));
    Way {
        return_url: format!("{at}/back"),
        again_url: format!("{at}/again"),
    }
}

async fn refused(
    app: &App,
    office: &Office,
    country: &str,
    error: ConnectError,
) -> Result<Response, ApiError> {
    let said = match error {
        ConnectError::Country => "payout-wrong-country",
        ConnectError::NotOffered => "payout-not-offered",
        ConnectError::Provider(PayoutError::Unreachable) => "payout-unreachable",
        ConnectError::Provider(PayoutError::Refused) => "payout-refused",
        ConnectError::Database(error) => return Err(error.into()),
    };
    page(app, office, country, Some(said)).await
}

async fn page(
    app: &App,
    office: &Office,
    country: &str,
    said: Option<&'static str>,
) -> Result<Response, ApiError> {
    let (t, language) = (office.desk.t, office.desk.language);
    let organizer = office.organizer.id;
    let standing = payout::account_of(app, organizer).await?;
    let shares = payout::shares_of(app, organizer).await?;
    let state = Shown::of(app, standing.as_ref());
    let mut wrong = Wrong::default();
    let problem = match said {
        Some("payout-wrong-country") => {
            wrong.add("country", t.get("payout-wrong-country"));
            wrong.counted(t)
        }
        Some(key) => Some(t.get(key).into_owned()),
        None => None,
    };
    let status = match (said, wrong.is_empty()) {
        (None, _) => StatusCode::OK,
        (Some(_), false) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(_), true) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let path = format!("/{organizer}/payments");
    let any = [("", t.get("office-choose").into_owned())].into_iter();
    let countries = COUNTRIES.map(|(code, name)| (code, name.to_owned()));
    let html = PayoutsHtml {
        page: office.page(Here::Payouts, t.get("payout-title"), &path),
        state,
        missing: standing
            .map(|standing| said_missing(&standing.missing, t))
            .unwrap_or_default(),
        rate: percent(office.organizer.commission_basis_points.into(), language),
        shares: shares
            .into_iter()
            .map(|share| [share.owed, share.passed_on].map(|money| amount(money, language)))
            .collect(),
        action: office.at(format_args!("{path}/connect")),
        country: Field::choice(
            "country",
            t.get("payout-country"),
            country,
            any.chain(countries),
        )
        .told(&wrong),
        problem,
    };
    let mut response = shown(status, &html)?;
    headers::may_lead_out(response.headers_mut(), &app.config);
    Ok(response)
}

fn said_missing(missing: &[Missing], t: Texts) -> Vec<String> {
    missing
        .iter()
        .map(|missing| {
            let key = format!("payout-missing-{}", missing.as_str());
            t.get(&key).into_owned()
        })
        .collect()
}
