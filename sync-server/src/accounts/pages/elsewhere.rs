//! The account page's part about log-ins by somebody else's.

use shared::language::Language;
use uuid::Uuid;

use super::account::TIME_ZONE;
use super::oidc::{Button, buttons};
use crate::accounts::{Identity, oidc};
use crate::app::App;
use crate::messages::when::date_and_time;
use crate::web::ApiError;
use crate::web::store::Texts;

pub(super) struct ElsewherePart {
    pub(super) lines: Vec<Line>,
    /// Of providers that the account is not joined with.
    pub(super) buttons: Vec<Button>,
}

pub(super) struct Line {
    pub(super) id: Uuid,
    pub(super) provider: String,
    pub(super) email: Option<String>,
    pub(super) since: String,
}

impl ElsewherePart {
    pub(super) async fn of(
        app: &App,
        identity: &Identity,
        language: Language,
    ) -> Result<Self, ApiError> {
        let t = Texts::of(language);
        let providers = &app.accounts.providers;
        let joined = oidc::list(app, identity.account).await?;
        let lines = joined.into_iter().map(|join| Line {
            id: join.id,
            provider: providers.name_of(&join.issuer).to_owned(),
            email: join.email,
            since: t.named(
                "elsewhere-since",
                "when",
                date_and_time(join.created_ms, TIME_ZONE, language),
            ),
        });
        let lines: Vec<Line> = lines.collect();
        let is_new = |button: &Button| lines.iter().all(|line| line.provider != button.name);
        let buttons = buttons(app, language, "")
            .into_iter()
            .filter(is_new)
            .collect();
        Ok(Self { lines, buttons })
    }

    pub(super) fn is_shown(&self) -> bool {
        !(self.lines.is_empty() && self.buttons.is_empty())
    }
}
