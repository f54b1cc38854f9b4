//! `./hub bench`: the figures. CPU by the operating system's accounting; wall figures best of 5.

pub mod cpu;
pub mod figures;
pub mod load;

use anyhow::bail;
use figures::{Form, Sheet};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// `door`, `server`, `rush` or `roster`; all when absent.
    name: Option<String>,
    /// One JSON object a figure.
    #[arg(long)]
    json: bool,
}

/// Measures and prints.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let sheet = Sheet {
        form: if options.json {
            Form::Json
        } else {
            Form::Table
        },
    };
    sheet.note(&format!("load average {:.1}", cpu::load_average()));
    match options.name.as_deref() {
        None => Ok(()),
        Some(other) => bail!("there is no bench '{other}'; there are: door, server, rush, roster"),
    }
}
