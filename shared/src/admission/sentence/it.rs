//! Italiano.

use crate::admission::reason::{AskReason, OutsideWindow, RefuseReason};

use super::{Day, Here, Moment, NBSP, Sentence, amid};

pub(super) const NOUNS: &[&str] = &["porta", "ingresso", "varco"];
const MONTHS: [&str; 12] = [
    "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic",
];
const WELCOME: &str = "Mandi al punto accoglienza";
const BOX_OFFICE: &str = "Mandi alla biglietteria";
const SUPERVISOR: &str = "Chiami il responsabile";
const SHOW_THE_WAY: &str = "Indichi la strada";

pub(super) fn refusal(reason: &RefuseReason, here: &Here<'_>) -> Sentence {
    match reason {
        RefuseReason::Forged => Sentence::new(
            "Questo biglietto non è nostro",
            "Lo trattenga e chiami il responsabile",
        ),
        RefuseReason::UnknownKey => {
            Sentence::new("Biglietto sconosciuto qui", "Chiami il suo responsabile")
        }
        RefuseReason::OtherEvent { name, starts_ms } => Sentence::new(
            other_event(name, &here.moment(*starts_ms)),
            "Mostri la data allo spettatore",
        ),
        RefuseReason::WrongType { go_to } => match go_to.and_then(|gate| here.gate(gate)) {
            Some(gate) => Sentence::new(format!("{gate}, non qui"), SHOW_THE_WAY),
            None => Sentence::new("Questo tipo di biglietto non entra qui", WELCOME),
        },
        RefuseReason::WrongGate { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(format!("{gate}, non qui"), SHOW_THE_WAY),
            None => Sentence::new("Altro ingresso, non qui", WELCOME),
        },
        RefuseReason::OutsideWindow(OutsideWindow::OpensAt(at)) => Sentence::new(
            format!("Valido {}", from(&here.moment(*at))),
            "Faccia attendere",
        ),
        RefuseReason::OutsideWindow(OutsideWindow::ClosedAt(at)) => {
            Sentence::new(format!("Valido fino {}", until(&here.moment(*at))), WELCOME)
        }
        RefuseReason::OutsideWindow(OutsideWindow::Never) => {
            Sentence::new("Nessun orario di ingresso previsto", WELCOME)
        }
        RefuseReason::AlreadyEntered { at_ms, gate } => Sentence::new(
            format!(
                "Già entrato {}{}",
                at(&here.moment(*at_ms)),
                here.comma_gate(*gate, NOUNS)
            ),
            WELCOME,
        ),
        RefuseReason::NoEntriesLeft => {
            Sentence::new("Nessun ingresso rimasto sul biglietto", WELCOME)
        }
        RefuseReason::Superseded => {
            Sentence::new("Biglietto sostituito", "Chieda il nuovo biglietto")
        }
        RefuseReason::Revoked => Sentence::new("Biglietto ritirato", BOX_OFFICE),
        RefuseReason::Refunded => Sentence::new("Biglietto rimborsato", BOX_OFFICE),
        RefuseReason::Cancelled => Sentence::new("Biglietto annullato", BOX_OFFICE),
        RefuseReason::Blocked => Sentence::new("Biglietto bloccato", BOX_OFFICE),
        RefuseReason::TestTicket => {
            Sentence::new("Biglietto di prova", "Rifiuti: non è stato venduto")
        }
        RefuseReason::RealTicketAtTest => Sentence::new(
            "Biglietto vero, ma questa porta è in prova",
            "Controlli l'evento scelto su questo dispositivo",
        ),
        RefuseReason::RotatingCodeMissing => Sentence::new(
            "Questo biglietto si mostra sul telefono",
            "Chieda di aprire la pagina del biglietto",
        ),
        RefuseReason::RotatingCodeStale => Sentence::new(
            "Codice scaduto",
            "Chieda di riaprire la pagina del biglietto",
        ),
        RefuseReason::NotInside => Sentence::new(
            "Nessun ingresso con questo biglietto",
            "Lasci uscire la persona",
        ),
    }
}

pub(super) fn question(reason: &AskReason, here: &Here<'_>) -> Sentence {
    match reason {
        AskReason::UnknownKeyOffline => Sentence::new(
            "Questa porta non è aggiornata",
            "Sincronizzi, o chiami il responsabile",
        ),
        AskReason::UnknownWindow => Sentence::new("Fascia oraria sconosciuta", SUPERVISOR),
        AskReason::RowUnseenLive => Sentence::new("Biglietto assente dalla lista", SUPERVISOR),
        AskReason::LeaseRevoked => Sentence::new("Cassa dichiarata smarrita", SUPERVISOR),
        AskReason::RosterTooOld { as_of_ms } => Sentence::new(
            as_of_ms.map_or("Nessuna lista ricevuta".into(), |at| {
                let at = here.moment(at);
                format!("Lista del {}, ore{NBSP}{}", date(&at), at.clock())
            }),
            SUPERVISOR,
        ),
        AskReason::ClockDoubtful => {
            Sentence::new("L'ora di questo dispositivo è dubbia", "Regoli l'ora")
        }
        AskReason::HomeGateElsewhere { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(
                format!("Biglietto per {}", amid(gate, NOUNS)),
                format!("Responsabile, o Mandare a {}", amid(gate, NOUNS)),
            ),
            None => Sentence::new("Biglietto di un altro ingresso", SUPERVISOR),
        },
        AskReason::BeingAdmittedElsewhere { gate } => Sentence::new(
            format!("Ingresso in corso{}", here.comma_gate(*gate, NOUNS)),
            format!("Attenda 10{NBSP}secondi"),
        ),
        AskReason::EntryUnknownHere => Sentence::new(
            "Ingresso sconosciuto qui",
            "Faccia uscire, avvisi il responsabile",
        ),
        AskReason::RotatingCodeBlocked => Sentence::new(
            "Troppi tentativi con questo biglietto",
            "Responsabile, tra un minuto se possibile",
        ),
    }
}

fn date(at: &Moment) -> String {
    format!("{}{NBSP}{}", at.day_of_month, MONTHS[at.month])
}

/// Alle 19:42, but all'1:05.
fn hour(at: &Moment, article: [&str; 2]) -> String {
    let [plural, one] = article;
    match at.hour {
        1 => format!("{one}{}", at.clock()),
        _ => format!("{plural} {}", at.clock()),
    }
}

pub(super) fn at(at: &Moment) -> String {
    let hour = hour(at, ["alle", "all'"]);
    match at.day {
        Day::Today => hour,
        Day::Yesterday => format!("ieri {hour}"),
        Day::Tomorrow => format!("domani {hour}"),
        Day::Other => format!("il {} {hour}", date(at)),
    }
}

fn from(at: &Moment) -> String {
    match at.day {
        Day::Today => hour(at, ["dalle", "dall'"]),
        Day::Yesterday => format!("da ieri, ore{NBSP}{}", at.clock()),
        Day::Tomorrow => format!("da domani, ore{NBSP}{}", at.clock()),
        Day::Other => format!("dal {}, ore{NBSP}{}", date(at), at.clock()),
    }
}

fn until(at: &Moment) -> String {
    match at.day {
        Day::Today => hour(at, ["alle", "all'"]),
        Day::Yesterday => format!("a ieri, ore{NBSP}{}", at.clock()),
        Day::Tomorrow => format!("a domani, ore{NBSP}{}", at.clock()),
        Day::Other => format!("al {}, ore{NBSP}{}", date(at), at.clock()),
    }
}

pub(super) fn when(at: &Moment) -> String {
    match at.day {
        Day::Today => format!("ore{NBSP}{}", at.clock()),
        Day::Yesterday => format!("ieri, ore{NBSP}{}", at.clock()),
        Day::Tomorrow => format!("domani, ore{NBSP}{}", at.clock()),
        Day::Other => format!("{}, ore{NBSP}{}", date(at), at.clock()),
    }
}

fn other_event(name: &str, at: &Moment) -> String {
    match at.day {
        Day::Today => format!("Biglietto per «{name}», ore{NBSP}{}", at.clock()),
        Day::Yesterday => format!("Biglietto di ieri, ore{NBSP}{}", at.clock()),
        Day::Tomorrow => format!("Biglietto per domani, ore{NBSP}{}", at.clock()),
        Day::Other => format!("Biglietto del {}, ore{NBSP}{}", date(at), at.clock()),
    }
}
