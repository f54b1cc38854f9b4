//! An organizer and its account: opened once, asked about whenever something may have changed there.

use shared::ids::OrganizerId;
use shared::wire::latest::ErrorCode;

use super::provider::{AccountStanding, Errand, Missing, Opening, PayoutAccounts, PayoutError};
use crate::accounts::Identity;
use crate::app::App;
use crate::catalog::organizers::Organizer;
use crate::orders::UnreadableRow;
use crate::web::ApiError;

/// Where organizers may be at home, each named as there.
pub(crate) const COUNTRIES: [(&str, &str); 12] = [
    ("FR", "France"),
    ("BE", "Belgique · België"),
    ("CH", "Suisse · Schweiz · Svizzera"),
    ("LU", "Luxembourg"),
    ("DE", "Deutschland"),
    ("AT", "Österreich"),
    ("ES", "España"),
    ("IT", "Italia"),
    ("PT", "Portugal"),
    ("NL", "Nederland"),
    ("IE", "Ireland"),
    ("GB", "United Kingdom"),
];

/// As many as one round asks about.
const BATCH: i64 = 20;
/// An account that receives nothing yet is asked about so often, if nobody tells of it.
const UNFINISHED_MS: i64 = 3_600_000;
/// And one that does.
const FINISHED_MS: i64 = 24 * 3_600_000;
/// And one of which the provider said nothing when it was asked: what was told of it isn't told again.
const UNANSWERED_MS: i64 = 60_000;

/// The way to the provider's page is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// The provider has no accounts for organizers.
    #[error("the payment provider pays no organizers")]
    NotOffered,
    /// None of [`COUNTRIES`].
    #[error("a country in which nobody is paid")]
    Country,
    /// See there.
    #[error(transparent)]
    Provider(#[from] PayoutError),
    /// PostgreSQL.
    #[error("reading or noting an organizer's account")]
    Database(#[from] sqlx::Error),
}

/// Where somebody goes who is to tell the provider who they are.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// Comes back here.
    pub(crate) return_url: String,
    /// Has the way made anew here.
    pub(crate) again_url: String,
}

/// How an organizer's account stands, as far as is known here; `None`: it has none.
pub(crate) async fn account_of(
    app: &App,
    organizer: OrganizerId,
) -> Result<Option<AccountStanding>, sqlx::Error> {
    let row = sqlx::query!(
        "select receives, submitted, missing from payout_accounts where organizer_id = $1 and provider = $2",
        organizer.0,
        app.provider.name()
    )
    .fetch_optional(&app.pool)
    .await?;
    row.map(|row| {
        let missing: Result<Vec<Missing>, UnreadableRow> =
            row.missing.iter().map(|text| text.parse()).collect();
        Ok(AccountStanding {
            receives: row.receives,
            submitted: row.submitted,
            missing: missing?,
        })
    })
    .transpose()
}

/// The address at the provider where the organizer's account is made ready; opens the account if there is none. One that is
/// there stays in its country.
pub(crate) async fn way_to(
    app: &App,
    organizer: &Organizer,
    who: &Identity,
    country: &str,
    way: Way,
) -> Result<String, ConnectError> {
    let accounts = offered(app)?;
    let account = match name_of(app, organizer.id).await? {
        Some(account) => account,
        None => open(app, accounts, organizer, who, country).await?,
    };
    send(accounts, account, way).await
}

/// The same for an account that is there already.
pub(crate) async fn again(
    app: &App,
    organizer: OrganizerId,
    way: Way,
) -> Result<Option<String>, ConnectError> {
    let accounts = offered(app)?;
    match name_of(app, organizer).await? {
        Some(account) => send(accounts, account, way).await.map(Some),
        None => Ok(None),
    }
}

async fn send(
    accounts: &dyn PayoutAccounts,
    account: String,
    way: Way,
) -> Result<String, ConnectError> {
    let errand = Errand {
        account,
        return_url: way.return_url,
        again_url: way.again_url,
    };
    Ok(accounts.ask_owner(&errand).await?)
}

fn offered(app: &App) -> Result<&dyn PayoutAccounts, ConnectError> {
    app.provider
        .payout_accounts()
        .ok_or(ConnectError::NotOffered)
}

async fn name_of(app: &App, organizer: OrganizerId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select account from payout_accounts where organizer_id = $1 and provider = $2",
        organizer.0,
        app.provider.name()
    )
    .fetch_optional(&app.pool)
    .await
}

/// Of two that open it at once both have the one that was noted first.
async fn open(
    app: &App,
    accounts: &dyn PayoutAccounts,
    organizer: &Organizer,
    who: &Identity,
    country: &str,
) -> Result<String, ConnectError> {
    if !COUNTRIES.iter().any(|(code, _)| *code == country) {
        return Err(ConnectError::Country);
    }
    let email = sqlx::query_scalar!("select email from accounts where id = $1", who.account.0)
        .fetch_one(&app.pool)
        .await?;
    let opening = Opening {
        organizer: organizer.id,
        name: organizer.name.clone(),
        email,
        country: country.to_owned(),
    };
    let account = accounts.open(&opening).await?;
    sqlx::query!(
        "insert into payout_accounts (organizer_id, provider, account, created_ms, ask_ms)
         values ($1, $2, $3, $4, $5) on conflict (organizer_id) do nothing",
        organizer.id.0,
        app.provider.name(),
        account,
        app.now_ms(),
        app.now_ms() + UNFINISHED_MS
    )
    .execute(&app.pool)
    .await?;
    let noted = name_of(app, organizer.id).await?;
    Ok(noted.unwrap_or(account))
}

/// Asks the provider how an organizer's account stands, and notes it.
pub(crate) async fn look(app: &App, organizer: OrganizerId) -> Result<(), ConnectError> {
    let accounts = offered(app)?;
    let Some(account) = name_of(app, organizer).await? else {
        return Ok(());
    };
    let standing = accounts.look(&account).await?;
    note(app, organizer, &standing).await?;
    Ok(())
}

/// Somebody tells that an account has changed: what it is now is asked, since what is told may be old.
pub(crate) async fn told(app: &App, account: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update payout_accounts set ask_ms = $3 where provider = $1 and account = $2",
        app.provider.name(),
        account,
        app.now_ms()
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

/// Asks about every account of which something was told, or nothing for long.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    if app.provider.payout_accounts().is_none() {
        return Ok(());
    }
    let due = sqlx::query_scalar!(
        "update payout_accounts set ask_ms = $2 + $3::bigint where organizer_id in (
             select organizer_id from payout_accounts where provider = $1 and ask_ms <= $2
             order by ask_ms limit $4 for update skip locked
         ) returning organizer_id",
        app.provider.name(),
        app.now_ms(),
        UNANSWERED_MS,
        BATCH
    )
    .fetch_all(&app.pool)
    .await?;
    for organizer in due {
        if app.stopping.is_cancelled() {
            break;
        }
        match look(app, OrganizerId(organizer)).await {
            Ok(()) => {}
            Err(ConnectError::Database(error)) => return Err(error),
            Err(
                error @ (ConnectError::Provider(_)
                | ConnectError::NotOffered
                | ConnectError::Country),
            ) => {
                tracing::warn!(organizer.id = %organizer, %error, "how an organizer's account stands is not known");
            }
        }
    }
    Ok(())
}

async fn note(
    app: &App,
    organizer: OrganizerId,
    standing: &AccountStanding,
) -> Result<(), sqlx::Error> {
    let missing: Vec<String> = standing
        .missing
        .iter()
        .map(|missing| missing.as_str().to_owned())
        .collect();
    let pause = if standing.receives {
        FINISHED_MS
    } else {
        UNFINISHED_MS
    };
    sqlx::query!(
        "update payout_accounts set receives = $2, submitted = $3, missing = $4, ask_ms = $5 where organizer_id = $1",
        organizer.0,
        standing.receives,
        standing.submitted,
        &missing,
        app.now_ms() + pause
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

impl From<ConnectError> for ApiError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::NotOffered => Self::new(
                ErrorCode::Conflict,
                "This server's payment provider pays no organizers: the platform takes the money and owes it, as the ledger says. Nothing was changed.",
            ),
            ConnectError::Country => Self::invalid([(
                "country",
                "two letters of a country in which organizers can be paid: FR, BE, CH, LU, DE, AT, ES, IT, PT, NL, IE, GB",
            )]),
            ConnectError::Provider(PayoutError::Unreachable) => Self::new(
                ErrorCode::Unavailable,
                "The payment provider can't be reached; nothing is lost. Try again in a moment.",
            )
            .retry_after(5),
            ConnectError::Provider(PayoutError::Refused) => Self::new(
                ErrorCode::Unavailable,
                "The payment provider refuses this; whoever runs this server finds the reason in its log. Until then the platform takes the money and owes it.",
            )
            .retry_after(60),
            ConnectError::Database(error) => error.into(),
        }
    }
}
