//! `door leases`: the places that this till may sell without the server.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use shared::clock::Clock as _;
use shared::ids::{EventId, TypeNo};
use shared::lease::lend::Purpose;

use super::lan_arguments::LanArguments;
use super::{CliError, Output, open_replica};
use crate::door::now_of;
use crate::edge::SystemClock;
use crate::online::{Asked, InStep};
use crate::peers::right_line;
use crate::replica::Replica;
use crate::sync::claim_line;
use crate::till::stock::{self, Borrowed, EndsSoon, Holding, Which, borrow};

/// What `door leases` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of this device's data.
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Sell places of this till's lease, without a word about money.
    Sell {
        /// The event's id, as `door status` lists it.
        #[arg(long)]
        event: EventId,
        /// The number of the ticket type.
        #[arg(long = "type")]
        type_no: u16,
        /// How many.
        #[arg(long, default_value_t = 1)]
        n: u32,
    },
    /// Ask the other tills of the building for places, while no server is there.
    Borrow {
        /// The event's id, as `door status` lists it.
        #[arg(long)]
        event: EventId,
        /// The number of the ticket type.
        #[arg(long = "type")]
        type_no: u16,
        /// How many.
        #[arg(long, default_value_t = 1)]
        n: u32,
        /// Seconds after which nobody is waited for any more.
        #[arg(long, default_value_t = 10)]
        give_up: u64,
        /// How the others are found.
        #[command(flatten)]
        lan: LanArguments,
    },
    /// Give back what was not sold; then `door sync`.
    Return {
        /// Of this event only.
        #[arg(long)]
        event: Option<EventId>,
    },
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let data = arguments
        .data
        .as_ref()
        .ok_or_else(|| CliError::new("usage", "give the folder of this device's data: --data"))?;
    let replica = open_replica(data)?;
    let now_ms = SystemClock.now_ms();
    match &arguments.command {
        None => {
            let now = now_of(replica.time().now(now_ms));
            let holdings = replica
                .read(move |connection| stock::holdings(connection, now))
                .map_err(|error| CliError::of(error.code(), &error))?;
            for holding in &holdings {
                output.line(&json!({ "lease": holding }), &told(holding))?;
            }
        }
        Some(Command::Sell { event, type_no, n }) => {
            let sold = stock::sell(&replica, *event, TypeNo(*type_no), *n, now_ms)
                .map_err(|error| CliError::of(error.code(), &error))?;
            for ticket in sold {
                let number = format!("{}{}", ticket.series.0, ticket.number);
                let line = json!({ "sold": {
                    "ticket": ticket.id, "event": ticket.event, "type_no": ticket.type_no, "number": number,
                    "token": STANDARD.encode(ticket.token),
                } });
                output.line(&line, &format!("Sold: {number}, ticket {}", ticket.id))?;
            }
        }
        Some(Command::Borrow {
            event,
            type_no,
            n,
            give_up,
            lan,
        }) => {
            let of = (*event, TypeNo(*type_no));
            let within = Duration::from_secs(*give_up);
            for lent in borrowed((&replica, data.as_path()), *lan, of, *n, within)? {
                let Borrowed {
                    lender,
                    name,
                    places,
                } = lent;
                output.line(
                    &json!({ "lent": { "by": lender, "name": name, "places": places } }),
                    &format!("{name} lent {places}; they are this till's now."),
                )?;
            }
        }
        Some(Command::Return { event }) => {
            let given = stock::give_back(&replica, *event, Which::All, now_ms)
                .map_err(|error| CliError::of(error.code(), &error))?;
            output.line(
                &json!({ "given_back": given }),
                &format!(
                    "{given} places given back; they are free once this is sent: run `door sync`."
                ),
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes part in the exchange between devices until the places are here, or for so long.
fn borrowed(
    (replica, data): (&Replica, &Path),
    lan: LanArguments,
    of: (EventId, TypeNo),
    n: u32,
    within: Duration,
) -> Result<Vec<Borrowed>, CliError> {
    let until = Instant::now() + within;
    let (line, rights) = right_line();
    // The exchange ends with the last line to it.
    let (_no_claims, claims) = claim_line();
    let asked = Asked {
        claims,
        rights,
        stock: None,
    };
    let (changed, changes) = channel();
    let tell = move |_| {
        let _ = changed.send(());
    };
    let running = InStep::begin(replica, data, lan.options(), asked, tell)
        .map_err(|error| CliError::of(error.code(), &error))?;
    let mut lent: Vec<Borrowed> = Vec::new();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let wanted = (n, Purpose::Sale);
        let asked = borrow(replica, &line, of, wanted, (SystemClock.now_ms(), left))
            .map_err(|error| CliError::of(error.code(), &error))?;
        if !asked.is_empty() {
            lent = asked;
            break;
        }
        // Another till is heard of, or got some meanwhile.
        let _ = changes.recv_timeout(left.min(Duration::from_secs(1)));
    }
    drop(running);
    Ok(lent)
}

fn told(holding: &Holding) -> String {
    let name = |name: &Option<String>, id: String| name.clone().unwrap_or(id);
    let soon = match holding.ends_soon {
        None => "",
        Some(EndsSoon::WithinADay) => "; no sale from tomorrow on",
        Some(EndsSoon::WithinAnHour) => "; no sale in an hour's time",
    };
    format!(
        "{} · {}: {} to sell, {} sold, {} stopped{soon}",
        name(&holding.event_name, holding.event.to_string()),
        name(&holding.type_name, holding.type_no.to_string()),
        holding.can_sell,
        holding.sold,
        holding.stopped,
    )
}
