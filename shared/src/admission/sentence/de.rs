//! Deutsch.

use crate::admission::reason::{AskReason, OutsideWindow, RefuseReason};

use super::{Day, Here, Moment, NBSP, Sentence};

const MONTHS: [&str; 12] = [
    "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez.",
];
const WELCOME: &str = "Zum Infopunkt schicken";
const BOX_OFFICE: &str = "Zur Kasse schicken";
const SUPERVISOR: &str = "Leitung rufen";
const SHOW_THE_WAY: &str = "Zeigen Sie den Weg";

/// German writes every noun large: gates keep their names as they are.
pub(super) const NOUNS: &[&str] = &[];

pub(super) fn refusal(reason: &RefuseReason, here: &Here<'_>) -> Sentence {
    match reason {
        RefuseReason::Forged => Sentence::new(
            "Diese Karte ist nicht von uns",
            "Behalten Sie sie, rufen Sie Ihre Leitung",
        ),
        RefuseReason::UnknownKey => Sentence::new("Karte hier unbekannt", "Rufen Sie Ihre Leitung"),
        RefuseReason::OtherEvent { name, starts_ms } => Sentence::new(
            other_event(name, &here.moment(*starts_ms)),
            "Zeigen Sie dem Gast das Datum",
        ),
        RefuseReason::WrongType { go_to } => match go_to.and_then(|gate| here.gate(gate)) {
            Some(gate) => Sentence::new(format!("{gate}, nicht hier"), SHOW_THE_WAY),
            None => Sentence::new("Kein Einlass hier mit dieser Kartenart", WELCOME),
        },
        RefuseReason::WrongGate { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(format!("{gate}, nicht hier"), SHOW_THE_WAY),
            None => Sentence::new("Anderer Eingang, nicht hier", WELCOME),
        },
        RefuseReason::OutsideWindow(OutsideWindow::OpensAt(at)) => Sentence::new(
            format!("Gültig ab {}", when(&here.moment(*at))),
            "Bitten Sie um Geduld",
        ),
        RefuseReason::OutsideWindow(OutsideWindow::ClosedAt(at)) => {
            Sentence::new(format!("Gültig bis {}", when(&here.moment(*at))), WELCOME)
        }
        RefuseReason::OutsideWindow(OutsideWindow::Never) => {
            Sentence::new("Keine Einlasszeit festgelegt", WELCOME)
        }
        RefuseReason::AlreadyEntered { at_ms, gate } => Sentence::new(
            format!(
                "Schon drin seit {}{}",
                when(&here.moment(*at_ms)),
                here.comma_gate(*gate, NOUNS)
            ),
            WELCOME,
        ),
        RefuseReason::NoEntriesLeft => Sentence::new("Kein Einlass mehr auf dieser Karte", WELCOME),
        RefuseReason::Superseded => {
            Sentence::new("Karte wurde ersetzt", "Bitten Sie um die neue Karte")
        }
        RefuseReason::Revoked => Sentence::new("Karte zurückgezogen", BOX_OFFICE),
        RefuseReason::Refunded => Sentence::new("Karte erstattet", BOX_OFFICE),
        RefuseReason::Cancelled => Sentence::new("Karte storniert", BOX_OFFICE),
        RefuseReason::Blocked => Sentence::new("Karte gesperrt", BOX_OFFICE),
        RefuseReason::TestTicket => Sentence::new("Testkarte", "Ablehnen: sie wurde nie verkauft"),
        RefuseReason::RealTicketAtTest => Sentence::new(
            "Echte Karte, aber dieser Eingang ist im Test",
            "Prüfen Sie die Veranstaltung auf diesem Gerät",
        ),
        RefuseReason::RotatingCodeMissing => Sentence::new(
            "Diese Karte wird am Telefon gezeigt",
            "Bitten Sie, die Seite der Karte zu öffnen",
        ),
        RefuseReason::RotatingCodeStale => Sentence::new(
            "Code abgelaufen",
            "Bitten Sie, die Seite der Karte neu zu öffnen",
        ),
        RefuseReason::NotInside => Sentence::new(
            "Kein Einlass zu dieser Karte",
            "Lassen Sie die Person hinaus",
        ),
    }
}

pub(super) fn question(reason: &AskReason, here: &Here<'_>) -> Sentence {
    match reason {
        AskReason::UnknownKeyOffline => Sentence::new(
            "Dieser Eingang ist nicht auf dem neuesten Stand",
            "Abgleichen, oder Leitung rufen",
        ),
        AskReason::UnknownWindow => Sentence::new("Zeitfenster unbekannt", SUPERVISOR),
        AskReason::RowUnseenLive => Sentence::new("Karte nicht auf der Liste", SUPERVISOR),
        AskReason::LeaseRevoked => Sentence::new("Kasse als verloren gemeldet", SUPERVISOR),
        AskReason::RosterTooOld { as_of_ms } => Sentence::new(
            as_of_ms.map_or("Keine Liste empfangen".into(), |at| {
                let at = here.moment(at);
                format!("Liste vom {}, {}", date(&at), clock(&at))
            }),
            SUPERVISOR,
        ),
        AskReason::ClockDoubtful => Sentence::new(
            "Die Uhr dieses Geräts ist zweifelhaft",
            "Stellen Sie die Uhr",
        ),
        AskReason::HomeGateElsewhere { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(
                format!("Karte für {gate}"),
                format!("Leitung, oder Schicken: {gate}"),
            ),
            None => Sentence::new("Karte für einen anderen Eingang", SUPERVISOR),
        },
        AskReason::BeingAdmittedElsewhere { gate } => Sentence::new(
            format!("Geht gerade hinein{}", here.comma_gate(*gate, NOUNS)),
            format!("Warten Sie 10{NBSP}Sekunden"),
        ),
        AskReason::EntryUnknownHere => Sentence::new(
            "Kein Eintritt hier bekannt",
            "Hinauslassen, Leitung verständigen",
        ),
        AskReason::RotatingCodeBlocked => Sentence::new(
            "Zu viele Versuche mit dieser Karte",
            "Leitung, möglichst in einer Minute",
        ),
    }
}

fn clock(at: &Moment) -> String {
    format!("{}{NBSP}Uhr", at.clock())
}

fn date(at: &Moment) -> String {
    format!("{}.{NBSP}{}", at.day_of_month, MONTHS[at.month])
}

pub(super) fn when(at: &Moment) -> String {
    match at.day {
        Day::Today => clock(at),
        Day::Yesterday => format!("gestern, {}", clock(at)),
        Day::Tomorrow => format!("morgen, {}", clock(at)),
        Day::Other => format!("{}, {}", date(at), clock(at)),
    }
}

fn other_event(name: &str, at: &Moment) -> String {
    match at.day {
        Day::Today => format!("Karte für „{name}“, {}", clock(at)),
        Day::Yesterday => format!("Karte von gestern, {}", clock(at)),
        Day::Tomorrow => format!("Karte für morgen, {}", clock(at)),
        Day::Other if at.is_past => format!("Karte vom {}, {}", date(at), clock(at)),
        Day::Other => format!("Karte für den {}, {}", date(at), clock(at)),
    }
}
