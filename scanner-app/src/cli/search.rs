//! `door search`: tickets by name, order code or short code.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use shared::ids::EventId;
use shared::language::Language;
use shared::roster::TicketStatus;

use super::{CliError, Output, open_replica};
use crate::door::TicketStanding;
use crate::edge::SystemClock;
use crate::search::{Hit, HitTicket, Index, MOST_HITS};

/// What `door search` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The beginnings of some words of a name, an order's code, or a ticket's short code.
    #[arg(required_unless_present = "forget")]
    text: Option<String>,
    /// Folder of this door's data.
    #[arg(long)]
    data: PathBuf,
    /// The event's id, as `door status` lists it.
    #[arg(long, required_unless_present = "forget")]
    event: Option<EventId>,
    /// Erase all names from this device instead: whoever searched signs off. They come back with the next `door sync`.
    #[arg(long, conflicts_with_all = ["text", "event"])]
    forget: bool,
    /// Language: fr, en, es, de, it.
    #[arg(long, default_value = "fr")]
    lang: Language,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let replica = open_replica(&arguments.data)?;
    let (Some(text), Some(event)) = (&arguments.text, arguments.event) else {
        replica
            .wipe_names()
            .map_err(|error| CliError::of(error.code(), &error))?;
        output.line(&json!({"forgotten": true}), forgotten(arguments.lang))?;
        return Ok(ExitCode::SUCCESS);
    };
    let index = Index::of(&replica, event, Arc::new(SystemClock));
    let hits = index
        .find(text, MOST_HITS)
        .map_err(|error| CliError::of(error.code(), &error))?;
    if hits.is_empty() && !output.is_json() {
        output.line(&json!({}), nothing(arguments.lang))?;
    }
    for hit in &hits {
        output.line(hit, &shown(hit, arguments.lang))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(hit: &Hit, language: Language) -> String {
    let head = joined([&*hit.buyer, &hit.code, &hit.note]);
    let ticket = |ticket: &HitTicket| {
        let type_name = ticket.type_name.as_deref().unwrap_or_default();
        let standing = standing(&ticket.standing, language);
        let id = ticket.ticket.to_string();
        let words = [
            &*ticket.short_code,
            type_name,
            &ticket.holder,
            &standing,
            &id,
        ];
        format!("  {}", joined(words))
    };
    let lines = hit.tickets.iter().map(ticket);
    [head]
        .into_iter()
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

fn joined<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join("  ")
}

fn standing(standing: &TicketStanding, language: Language) -> String {
    let [
        not_yet,
        inside,
        left,
        unknown,
        revoked,
        refunded,
        cancelled,
        blocked,
    ] = match language {
        Language::Fr => [
            "pas encore entré",
            "à l'intérieur",
            "ressorti",
            "pas encore sur la liste",
            "révoqué",
            "remboursé",
            "annulé",
            "bloqué",
        ],
        Language::En => [
            "not in yet",
            "inside",
            "left again",
            "not on the list yet",
            "revoked",
            "refunded",
            "cancelled",
            "blocked",
        ],
        Language::Es => [
            "aún no ha entrado",
            "dentro",
            "ha salido",
            "aún no está en la lista",
            "revocada",
            "reembolsada",
            "cancelada",
            "bloqueada",
        ],
        Language::De => [
            "noch nicht drin",
            "drin",
            "wieder draußen",
            "noch nicht auf der Liste",
            "widerrufen",
            "erstattet",
            "storniert",
            "gesperrt",
        ],
        Language::It => [
            "non ancora entrato",
            "dentro",
            "uscito",
            "non ancora nella lista",
            "revocato",
            "rimborsato",
            "annullato",
            "bloccato",
        ],
    };
    match standing {
        TicketStanding::NotYet => not_yet.to_owned(),
        TicketStanding::Inside { gate, .. } => match gate {
            Some(gate) => format!("{inside} ({gate})"),
            None => inside.to_owned(),
        },
        TicketStanding::Left => left.to_owned(),
        TicketStanding::Unknown => unknown.to_owned(),
        TicketStanding::Barred { status } => match status {
            // A good ticket is never barred.
            TicketStatus::Valid => not_yet,
            TicketStatus::Revoked => revoked,
            TicketStatus::Refunded => refunded,
            TicketStatus::Cancelled => cancelled,
            TicketStatus::Blocked => blocked,
        }
        .to_owned(),
    }
}

fn nothing(language: Language) -> &'static str {
    match language {
        Language::Fr => "Aucun billet trouvé. Essayez le début du nom, ou le code.",
        Language::En => "No ticket found. Try the beginning of the name, or the code.",
        Language::Es => "Ninguna entrada encontrada. Pruebe el principio del nombre, o el código.",
        Language::De => "Kein Ticket gefunden. Versuchen Sie den Anfang des Namens oder den Code.",
        Language::It => "Nessun biglietto trovato. Provi l'inizio del nome, o il codice.",
    }
}

fn forgotten(language: Language) -> &'static str {
    match language {
        Language::Fr => "Tous les noms sont effacés de cet appareil.",
        Language::En => "All names are erased from this device.",
        Language::Es => "Todos los nombres están borrados de este dispositivo.",
        Language::De => "Alle Namen sind von diesem Gerät gelöscht.",
        Language::It => "Tutti i nomi sono cancellati da questo dispositivo.",
    }
}
