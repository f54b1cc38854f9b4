//! Codes on paper, for the day when the telephone is lost: eight, each good once. Only their SHA-256 is stored; with 80 random
//! bits nobody finds one by trying.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};
use shared::clock::UnixMillis;
use shared::ids::UserId;
use sqlx::PgConnection;

use crate::edge::random_bytes;

const HOW_MANY: usize = 8;

/// New ones; the earlier are no good any more.
pub(super) async fn renew(
    connection: &mut PgConnection,
    account: UserId,
) -> Result<Vec<String>, sqlx::Error> {
    let codes: Vec<String> = (0..HOW_MANY)
        .map(|_| BASE32_NOPAD.encode(&random_bytes::<10>()))
        .collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| hash_of(code).to_vec()).collect();
    sqlx::query!(
        "delete from recovery_codes where account_id = $1",
        account.0
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into recovery_codes (account_id, code_hash) select $1, unnest($2::bytea[])",
        account.0,
        &hashes,
    )
    .execute(connection)
    .await?;
    Ok(codes.iter().map(|code| shown(code)).collect())
}

/// Uses one up. Whether it was one.
pub(super) async fn take(
    connection: &mut PgConnection,
    account: UserId,
    typed: &str,
    now_ms: UnixMillis,
) -> Result<bool, sqlx::Error> {
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    let hash = hash_of(&letters.to_ascii_uppercase());
    let used = sqlx::query!(
        "update recovery_codes set used_ms = $3 where account_id = $1 and code_hash = $2 and used_ms is null",
        account.0,
        hash.as_slice(),
        now_ms,
    )
    .execute(connection)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// How many are unused.
pub(super) async fn left(
    connection: &mut PgConnection,
    account: UserId,
) -> Result<u32, sqlx::Error> {
    let left = sqlx::query_scalar!(
        r#"select count(*) as "left!" from recovery_codes where account_id = $1 and used_ms is null"#,
        account.0,
    )
    .fetch_one(connection)
    .await?;
    Ok(u32::try_from(left).unwrap_or(u32::MAX))
}

fn hash_of(code: &str) -> [u8; 32] {
    Sha256::digest(code).into()
}

/// `ABCD-EFGH-IJKL-MNOP`.
fn shown(code: &str) -> String {
    let groups: Vec<String> = code
        .as_bytes()
        .chunks(4)
        .map(|group| group.iter().copied().map(char::from).collect())
        .collect();
    groups.join("-")
}
