//! What every handler can reach, and the router put together from the capabilities.

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware;
use axum::routing::get;
use shared::clock::{Clock, UnixMillis};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tower_http::cors::CorsLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::accounts::{self, Accounts, ApiKeys, LoadKeysError, NoAccountsError};
use crate::artwork::{self, SharedPictures};
use crate::catalog;
use crate::catalog::event::page::EventPages;
use crate::config::Config;
use crate::database::flush::Flush;
use crate::database::{Database, Readiness};
use crate::door::{self, Door};
use crate::messages::carrier::{Carrier, PrepareSmtpError};
use crate::messages::sms::{PrepareSmsError, SmsCarrier};
use crate::office;
use crate::orders;
use crate::orders::on_sale::KnownSales;
use crate::orders::waiting_room::{RedisUrlError, WaitingRoom};
use crate::payments::{self, NoProvider, PaymentProvider};
use crate::tickets::wallet::{PrepareWalletsError, Wallets};
use crate::tickets::{self, Issuer};
use crate::vault::{CheckMasterKeyError, Vault};
use crate::web::limits::RequestLimits;
use crate::web::openapi::{self, Description};
use crate::web::{BODY_LIMIT, assets, frame, health, metrics, store};

/// Cheap to clone; one a process.
#[derive(Clone)]
pub struct App(Arc<AppParts>);

/// The parts; each capability that keeps something in memory adds its own.
pub struct AppParts {
    /// PostgreSQL.
    pub pool: PgPool,
    /// Whether it takes connections.
    pub readiness: Readiness,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub config: Config,
    /// Sealed values.
    pub vault: Vault,
    /// Log-ins.
    pub accounts: Accounts,
    /// Waits for the disk.
    pub flush: Flush,
    /// Signs the tickets of what is paid.
    pub issuer: Issuer,
    /// Takes the money.
    pub provider: Arc<dyn PaymentProvider>,
    /// Takes the mails away.
    pub carrier: Carrier,
    /// Takes text messages away, where somebody does.
    pub sms: Option<SmsCarrier>,
    /// Signs tickets for the wallets of phones.
    pub wallets: Wallets,
    /// Devices, feeds and facts.
    pub door: Door,
    /// What events say of their sale.
    pub known_sales: KnownSales,
    /// Events as everybody reads them.
    pub event_pages: EventPages,
    /// Who waits to book, when too many want to at once.
    pub waiting_room: WaitingRoom,
    /// Pictures of events as they are shared.
    pub shared_pictures: SharedPictures,
    /// Counts of who asks how often.
    pub limits: RequestLimits,
    /// Cancelled when the server is told to stop: long polls answer, jobs end.
    pub stopping: CancellationToken,
}

/// The parts could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// The master key is not the one that the data was made with.
    #[error(transparent)]
    MasterKey(#[from] CheckMasterKeyError),
    /// Nobody to take the money.
    #[error(transparent)]
    Provider(#[from] NoProvider),
    /// Who is to send text messages.
    #[error(transparent)]
    Sms(#[from] PrepareSmsError),
    /// What is to sign for wallets.
    #[error(transparent)]
    Wallets(#[from] PrepareWalletsError),
    /// Nobody to take the mails.
    #[error(transparent)]
    Mail(#[from] PrepareSmtpError),
    /// The platform's own keys.
    #[error(transparent)]
    Keys(#[from] LoadKeysError),
    /// The address of the waiting rooms' lines.
    #[error("REDIS_URL is no address of a Redis")]
    Redis(#[from] RedisUrlError),
    /// What log-ins need.
    #[error(transparent)]
    Accounts(#[from] NoAccountsError),
}

impl App {
    /// Puts the parts together around an open database.
    pub async fn assemble(
        config: Config,
        database: &Database,
        vault: Vault,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, AssembleError> {
        let pool = database.pool.clone();
        vault.check_against(&pool, clock.now_ms()).await?;
        let keys = ApiKeys::load(&pool, &vault, clock.now_ms()).await?;
        let accounts = Accounts::new(keys, &config)?;
        let (provider, notifications) = payments::provider_for(&config, &clock)?;
        let carrier = Carrier::of(&config)?;
        let sms = config.sms.as_ref().map(SmsCarrier::new).transpose()?;
        let wallets = Wallets::of(&config.wallet)?;
        let app = Self(Arc::new(AppParts {
            carrier,
            sms,
            wallets,
            flush: Flush::of(&pool),
            issuer: Issuer::default(),
            provider,
            readiness: database.readiness(),
            limits: RequestLimits::new(&config.limits),
            accounts,
            door: Door::new(&config.limits),
            known_sales: KnownSales::default(),
            event_pages: EventPages::new(),
            waiting_room: WaitingRoom::at(config.redis_url.as_deref())?,
            shared_pictures: SharedPictures::new(),
            stopping: CancellationToken::new(),
            pool,
            clock,
            config,
            vault,
        }));
        if let Some(notifications) = notifications {
            tokio::spawn(payments::listen::listen(app.clone(), notifications));
        }
        Ok(app)
    }
}

impl AppParts {
    /// Unix milliseconds.
    pub fn now_ms(&self) -> UnixMillis {
        self.clock.now_ms()
    }
}

impl Deref for App {
    type Target = AppParts;
    fn deref(&self) -> &AppParts {
        &self.0
    }
}

/// All routes, with the frame around them. A capability's API comes from `api::router() -> OpenApiRouter<App>`, its pages
/// from `pages::router() -> Router<App>`.
pub fn router(app: App) -> Result<Router, serde_json::Error> {
    let (api, description) = OpenApiRouter::with_openapi(openapi::base())
        .nest("/api/v1", api())
        .split_for_parts();
    let description = Arc::new(Description::new(&description)?);
    let json = get(openapi::show).with_state(Arc::clone(&description));
    let routes = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::show))
        .route("/assets/{name}", get(assets::show))
        .route("/", get(store::to_start))
        .merge(store::developers::router(&description))
        .merge(pages())
        .merge(payments::stripe::webhook::router())
        .merge(api)
        .route("/api/v1/openapi.json", json)
        .fallback(frame::not_found)
        .method_not_allowed_fallback(frame::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(app.clone(), frame::frame));
    let routes = match cors(&app.config.cors_origins) {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    Ok(routes.with_state(app))
}

/// The API of each capability, below `/api/v1`.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(accounts::api::router())
        .merge(accounts::members_api::router())
        .merge(catalog::api::router())
        .merge(orders::api::router())
        .merge(orders::promo::api::router())
        .merge(payments::payout::api::router())
        .merge(tickets::api::router())
        .merge(tickets::keys_api::router())
        .merge(door::api::router())
        .merge(office::api())
}

/// The pages of each capability.
fn pages() -> Router<App> {
    Router::new()
        .merge(accounts::pages::router())
        .merge(artwork::pages::router())
        .merge(catalog::pages::router())
        .merge(office::router())
        .merge(orders::pages::router())
        .merge(orders::notices::pages::router())
        .merge(tickets::pages::router())
        .merge(door::pages::router())
}

/// Only bearer tokens work across origins: cookies are never let through.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok())
        .collect();
    if origins.is_empty() {
        return None;
    }
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
        ])
        .expose_headers([header::RETRY_AFTER, HeaderName::from_static("x-request-id")])
        .max_age(std::time::Duration::from_hours(1));
    Some(layer)
}
