//! Whether somebody's e-mail address is known to be his.

use shared::ids::UserId;
use sqlx::PgPool;

/// Whether the link sent to the account's address was followed.
pub async fn is_verified(pool: &PgPool, account: UserId) -> Result<bool, sqlx::Error> {
    let verified = sqlx::query_scalar!(
        r#"select email_verified_ms is not null as "verified!" from accounts where id = $1"#,
        account.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(verified.unwrap_or(false))
}
