//! `lan.*`, `lan50.*` and `strict.*`: how soon an entry on one door is refused on the others, and how soon a ticket of
//! another door's share is green in strict mode, with no internet and 20 ms links.

mod crowd;
pub(crate) mod doors;
mod strict;

use std::time::Duration;

use super::figures::Sheet;

/// From one door to another.
const LINK: Duration = Duration::from_millis(20);

/// Measures four real doors in strict mode.
pub async fn strict_mode(sheet: Sheet) -> anyhow::Result<()> {
    strict::run(sheet).await
}

/// Measures four real doors, then four in strict mode, then fifty in one process.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    doors::run(sheet).await?;
    strict::run(sheet).await?;
    crowd::run(sheet).await
}
