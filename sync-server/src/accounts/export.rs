//! All that is kept of a person, for that person.

use serde::Serialize;
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, UserId};

use super::{Identity, Role, oidc, own_sessions, passkeys, profile};
use crate::app::App;
use crate::orders::list::{PageQuery, Whose, orders_page};
use crate::orders::present::OrderView;
use crate::orders::waiting_list::{OwnPlace, places_of};
use crate::web::ApiError;

/// As it is saved.
#[derive(Debug, Serialize)]
pub(crate) struct Export {
    exported_ms: UnixMillis,
    account: AccountPart,
    memberships: Vec<MembershipPart>,
    sessions: Vec<SessionPart>,
    passkeys: Vec<PasskeyPart>,
    log_ins_elsewhere: Vec<ElsewherePart>,
    orders: Vec<OrderView>,
    waiting_lists: Vec<OwnPlace>,
}

#[derive(Debug, Serialize)]
struct AccountPart {
    id: UserId,
    email: String,
    email_verified: bool,
    name: String,
    language: String,
    created_ms: UnixMillis,
}

#[derive(Debug, Serialize)]
struct MembershipPart {
    organizer_id: OrganizerId,
    role: Role,
}

#[derive(Debug, Serialize)]
struct SessionPart {
    since_ms: UnixMillis,
    client: Option<String>,
}

#[derive(Debug, Serialize)]
struct PasskeyPart {
    name: String,
    created_ms: UnixMillis,
    used_ms: Option<UnixMillis>,
}

#[derive(Debug, Serialize)]
struct ElsewherePart {
    issuer: String,
    email: Option<String>,
    since_ms: UnixMillis,
}

/// Everything of whoever asks.
pub(crate) async fn export(app: &App, identity: &Identity) -> Result<Export, ApiError> {
    let known = profile::profile(app, identity.account).await?;
    let memberships = identity.memberships.iter();
    let sessions = own_sessions::list(app, identity).await?;
    let own_passkeys = passkeys::list(app, identity.account).await?;
    let elsewhere = oidc::list(app, identity.account).await?;
    // An address that is not verified may be somebody else's.
    let waiting_lists = if known.is_verified {
        places_of(&app.pool, &known.email).await?
    } else {
        Vec::new()
    };
    Ok(Export {
        exported_ms: app.now_ms(),
        account: AccountPart {
            id: identity.account,
            email: known.email,
            email_verified: known.is_verified,
            name: known.name,
            language: known.language,
            created_ms: known.created_ms,
        },
        memberships: memberships
            .map(|&(organizer_id, role)| MembershipPart { organizer_id, role })
            .collect(),
        sessions: sessions
            .into_iter()
            .map(|session| SessionPart {
                since_ms: session.since_ms,
                client: session.client,
            })
            .collect(),
        passkeys: own_passkeys
            .into_iter()
            .map(|passkey| PasskeyPart {
                name: passkey.name,
                created_ms: passkey.created_ms,
                used_ms: passkey.used_ms,
            })
            .collect(),
        log_ins_elsewhere: elsewhere
            .into_iter()
            .map(|join| ElsewherePart {
                issuer: join.issuer,
                email: join.email,
                since_ms: join.created_ms,
            })
            .collect(),
        orders: all_orders(app, identity.account).await?,
        waiting_lists,
    })
}

async fn all_orders(app: &App, account: UserId) -> Result<Vec<OrderView>, ApiError> {
    let whose = Whose::Account(account);
    let mut query = PageQuery {
        cursor: None,
        limit: Some(100),
    };
    let mut orders = Vec::new();
    loop {
        let page = orders_page(&app.pool, &whose, &query).await?;
        orders.extend(page.orders);
        match page.cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return Ok(orders),
        }
    }
}
