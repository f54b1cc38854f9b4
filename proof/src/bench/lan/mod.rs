//! `lan.*` and `lan50.*`: how soon an entry on one door is refused on the others, with no internet and 20 ms links.

mod crowd;
mod doors;

use std::time::Duration;

use super::figures::Sheet;

/// From one door to another.
const LINK: Duration = Duration::from_millis(20);

/// Measures four real doors, then fifty in one process.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    doors::run(sheet).await?;
    crowd::run(sheet).await
}
