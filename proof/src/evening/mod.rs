//! What the window's tests and measures play in: a server with tickets sold and doors to enrol, or a door that is all alone,
//! and what a webcam sees of each ticket.
//!
//! One line of JSON says where all of it is. Then each line of standard input (`stop` or `start`, of the server) is done and
//! answered by a line. When standard input ends, so does the evening, and nothing is left of it.

mod alone;
mod box_office;
mod eye;
mod queue;
mod story;

use std::io::{BufRead as _, Write as _};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::bench::stage::fresh_folder;
use crate::processes::Server;

/// Which evening.
#[derive(clap::Args)]
pub struct Options {
    /// The demo's concert unless told.
    #[command(subcommand)]
    of: Option<Of>,
}

#[derive(Clone, Copy, clap::Subcommand)]
enum Of {
    /// A queue before one door: an event of as many tickets as there are guests.
    Queue {
        /// How many come.
        #[arg(long)]
        guests: u32,
        /// From one end of the line between door and server to the other.
        #[arg(long, default_value_t = 0)]
        delay_ms: u64,
    },
    /// A till to enrol and two clerks.
    BoxOffice {
        /// On sale.
        #[arg(long)]
        places: u32,
    },
    /// A door that was enrolled and has its roster; there is no server.
    Alone {
        /// In its roster.
        #[arg(long)]
        tickets: u32,
        /// How many of them come.
        #[arg(long)]
        guests: u32,
    },
}

/// Sets it up, tells where, and does as it is told.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let folder = folder.path();
    match options.of {
        None => {
            let mut server = Server::on(&folder.join("server"), &[])?.with_demo();
            server.start().await?;
            answer(&story::set_up(&server, folder).await?)?;
            obey(&mut server).await
        }
        Some(Of::Queue { guests, delay_ms }) => {
            let delay = Duration::from_millis(delay_ms);
            let mut queue = queue::Queue::form(folder, guests, delay).await?;
            answer(&queue.told)?;
            obey(&mut queue.stage.server).await
        }
        Some(Of::BoxOffice { places }) => {
            let (mut stage, told) = box_office::open(folder, places).await?;
            answer(&told)?;
            obey(&mut stage.server).await
        }
        Some(Of::Alone { tickets, guests }) => {
            answer(&alone::set_up(folder, tickets, guests).await?)?;
            match std::io::stdin().lock().lines().next() {
                None => Ok(()),
                Some(_) => bail!("there is no server to stop or to start"),
            }
        }
    }
}

/// Until standard input ends.
async fn obey(server: &mut Server) -> anyhow::Result<()> {
    for line in std::io::stdin().lock().lines() {
        match line.context("reading what to do")?.trim() {
            "stop" => server.stop()?,
            "start" => {
                server.start().await?;
            }
            other => bail!("neither stop nor start: {other}"),
        }
        answer(&json!({ "runs": server.pid().is_some() }))?;
    }
    server.stop()
}

fn answer(line: &Value) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}").context("answering")?;
    output.flush().context("answering")
}
