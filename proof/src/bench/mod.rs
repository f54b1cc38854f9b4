//! `./hub bench`: the figures. CPU by the operating system's accounting; wall figures best of 5.

pub mod buyer;
pub mod cpu;
pub(crate) mod door;
pub mod enrolment;
pub mod figures;
pub(crate) mod lan;
pub mod load;
mod qr;
mod reconnect;
pub mod relay;
mod rescan;
mod roster;
mod rush;
mod sale;
mod search;
mod server;
pub mod stage;
mod thread_time;

use std::path::PathBuf;

use anyhow::bail;
use figures::{Form, Sheet};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// `door`, `search`, `server`, `rush`, `reconnect`, `roster`, `rescan`, `lan`, `sale`, `qr-frames`, `qr-photos` or, of three of them a
    /// part, `queue`, `crowd` and `strict`; all when absent.
    name: Option<String>,
    /// For `qr-photos`: a folder of photos with their `index.jsonl`.
    #[arg(long)]
    photos: Option<PathBuf>,
    /// One JSON object a figure.
    #[arg(long)]
    json: bool,
    /// The door's measured process: where its replica is.
    #[arg(long, hide = true)]
    replica: Option<PathBuf>,
}

/// What became of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was measured.
    Measured,
    /// What it would be measured with is not here.
    Skipped,
}

/// Measures and prints.
pub async fn run(options: Options) -> anyhow::Result<Outcome> {
    let sheet = Sheet {
        form: if options.json {
            Form::Json
        } else {
            Form::Table
        },
    };
    if let Some(folder) = options.replica {
        door::be_measured(sheet, &folder)?;
        return Ok(Outcome::Measured);
    }
    sheet.note(&format!("load average {:.1}", cpu::load_average()));
    let photos = options.photos.as_deref();
    match options.name.as_deref() {
        None => {
            door::run(sheet)?;
            search::run(sheet).await?;
            server::run(sheet).await?;
            rush::run(sheet).await?;
            reconnect::run(sheet).await?;
            roster::run(sheet).await?;
            rescan::run(sheet).await?;
            lan::run(sheet).await?;
            sale::run(sheet).await?;
            qr::frames::run(sheet)?;
            // Without photos all the rest was still measured.
            qr::photos::run(sheet, photos)?;
        }
        Some("door") => door::run(sheet)?,
        Some("search") => search::run(sheet).await?,
        Some("server") => server::run(sheet).await?,
        Some("rush") => rush::run(sheet).await?,
        Some("queue") => rush::only_through_pages(sheet).await?,
        Some("reconnect") => reconnect::run(sheet).await?,
        Some("crowd") => reconnect::only_the_crowd(sheet).await?,
        Some("roster") => roster::run(sheet).await?,
        Some("rescan") => rescan::run(sheet).await?,
        Some("lan") => lan::run(sheet).await?,
        Some("sale") => sale::run(sheet).await?,
        Some("strict") => lan::strict_mode(sheet).await?,
        Some("qr-frames") => qr::frames::run(sheet)?,
        Some("qr-photos") => return qr::photos::run(sheet, photos),
        Some(other) => {
            bail!(
                "there is no bench '{other}'; there are: door, search, server, rush, queue, reconnect, crowd, roster, rescan, lan, strict, sale, qr-frames, qr-photos and, by ./hub alone, glass, start, lighthouse"
            )
        }
    }
    Ok(Outcome::Measured)
}
