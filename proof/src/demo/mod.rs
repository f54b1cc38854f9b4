//! `./hub demo`: the whole path unattended, on fresh data, with the real programs.

mod afterwards;
mod before;
mod box_office;
mod offline;
mod phone;
mod stage;
mod store;
pub mod telling;

use stage::Stage;
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
        for (name, says) in STEPS {
            say(&format!("{name:<16} {says}"));
        }
        return Ok(());
    }
    let mut tell = Telling::new(options.broken)?;
    let mut stage = Stage::set()?;
    before::start_server(&mut tell, &mut stage).await?;
    let sold = before::sell(&mut tell, &stage).await?;
    let mut stranger = store::buy(&mut tell, &stage, &sold).await?;
    before::enrol_doors(&mut tell, &stage, &sold).await?;
    let pictures = before::take_tickets_away(&mut tell, &stage, &sold).await?;
    let mut seen = offline::play(&mut tell, &mut stage, &sold, &pictures).await?;
    let at_door = (pictures.forged.as_slice(), &mut seen);
    store::come(&mut tell, &stage, &sold, &mut stranger, at_door)?;
    drop(stranger);
    afterwards::play(&mut tell, &mut stage, &sold, seen).await?;
    let mut office = box_office::open(&mut tell, &stage, &sold).await?;
    box_office::sell(&mut tell, &stage, &mut office).await?;
    box_office::close(&mut tell, &stage, &sold, &office).await?;
    box_office::archive(&mut tell, &sold, &office).await?;
    tell.finish();
    Ok(())
}
