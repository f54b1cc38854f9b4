//! `/api/v1/organizers/{id}/payout-account`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::ids::OrganizerId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::provider::{AccountStanding, Missing};
use super::{Way, account_of, way_to};
use crate::accounts::{Identity, Right, roles};
use crate::app::App;
use crate::catalog::organizers;
use crate::web::openapi::ErrorEnvelope;
use crate::web::{ApiError, Json, Path};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_payout_account, connect_payout_account))
}

/// How far an organizer's account at the payment provider is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PayoutState {
    /// There is none: the platform takes the money and owes it.
    None,
    /// Its owner has something left to tell the provider.
    Unfinished,
    /// The provider looks at what it was told.
    Checked,
    /// Money is passed on to it at once.
    Ready,
}

/// An organizer's account at the payment provider.
#[derive(Debug, Serialize, ToSchema)]
struct PayoutAccountView {
    state: PayoutState,
    /// What the provider still asks for; also of a ready account, which it may close otherwise.
    missing: Vec<Missing>,
}

impl PayoutAccountView {
    fn of(standing: Option<AccountStanding>) -> Self {
        let Some(standing) = standing else {
            return Self {
                state: PayoutState::None,
                missing: Vec::new(),
            };
        };
        let state = if standing.receives {
            PayoutState::Ready
        } else if standing.submitted && standing.missing.is_empty() {
            PayoutState::Checked
        } else {
            PayoutState::Unfinished
        };
        Self {
            state,
            missing: standing.missing,
        }
    }
}

/// Where the account is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConnectRequest {
    /// Two letters; an account that is there stays where it is.
    country: String,
}

/// Where its owner goes on.
#[derive(Debug, Serialize, ToSchema)]
struct OnboardingPage {
    /// The provider's page, for one visit within minutes; it leads back to the back office.
    url: String,
}

/// How the organizer is paid.
#[utoipa::path(get, path = "/organizers/{organizer}/payout-account", tag = "organizers", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), responses(
    (status = 200, body = PayoutAccountView),
    (status = 403, body = ErrorEnvelope),
))]
async fn show_payout_account(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
) -> Result<Json<PayoutAccountView>, ApiError> {
    roles::require(&identity, organizer, Right::ManageMoney)?;
    Ok(Json(PayoutAccountView::of(
        account_of(&app, organizer).await?,
    )))
}

/// Open an account at the payment provider, or go on with the one that is there.
#[utoipa::path(post, path = "/organizers/{organizer}/payout-account", tag = "organizers", security(("token" = [])),
    params(("organizer" = uuid::Uuid, Path)), request_body = ConnectRequest, responses(
    (status = 200, body = OnboardingPage),
    (status = 400, body = ErrorEnvelope),
    (status = 403, body = ErrorEnvelope),
    (status = 409, description = "`conflict`: the provider pays no organizers", body = ErrorEnvelope),
    (status = 503, body = ErrorEnvelope),
))]
async fn connect_payout_account(
    State(app): State<App>,
    identity: Identity,
    Path(organizer): Path<OrganizerId>,
    Json(request): Json<ConnectRequest>,
) -> Result<Json<OnboardingPage>, ApiError> {
    roles::require(&identity, organizer, Right::ManageMoney)?;
    let mut connection = app.pool.acquire().await?;
    let organizer = organizers::organizer(&mut connection, organizer).await?;
    drop(connection);
    let organizer = organizer.ok_or_else(|| ApiError::not_found("organizer"))?;
    let at = format!(
        "{}/fr/office/{}/payments",
        app.config.public_url, organizer.id
    );
    let way = Way {
        return_url: format!("{at}/back"),
        again_url: format!("{at}/again"),
    };
    let url = way_to(&app, &organizer, &identity, &request.country, way).await?;
    Ok(Json(OnboardingPage { url }))
}
