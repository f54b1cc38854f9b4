//! `./hub demo`: the whole path unattended, on fresh data, with the real programs.

pub mod telling;

use telling::{STEPS, Telling, say};

/// What to tell.
#[derive(clap::Args)]
pub struct Options {
    /// Makes that step fail; the demo must notice and end with 1.
    #[arg(long = "break", value_name = "STEP")]
    broken: Option<String>,
    /// Names the steps.
    #[arg(long)]
    list_steps: bool,
}

/// Tells the story.
pub async fn run(options: Options) -> anyhow::Result<()> {
    if options.list_steps {
        STEPS
            .iter()
            .for_each(|(name, says)| say(&format!("{name:<16} {says}")));
        return Ok(());
    }
    let telling = Telling::new(options.broken)?;
    telling.finish();
    Ok(())
}
