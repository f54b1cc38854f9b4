//! Français.

use crate::admission::reason::{AskReason, OutsideWindow, RefuseReason};

use super::{Day, Here, Moment, NBSP, Sentence, amid};

pub(super) const NOUNS: &[&str] = &["porte", "entrée", "accès"];
const MONTHS: [&str; 12] = [
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
];
const WELCOME: &str = "Envoyez au point accueil";
const BOX_OFFICE: &str = "Envoyez au guichet";
const SUPERVISOR: &str = "Responsable";
const SHOW_THE_WAY: &str = "Montrez le chemin";

pub(super) fn refusal(reason: &RefuseReason, here: &Here<'_>) -> Sentence {
    match reason {
        RefuseReason::Forged => Sentence::new(
            "Ce billet n'est pas de nous",
            "Gardez-le, appelez votre responsable",
        ),
        RefuseReason::UnknownKey => {
            Sentence::new("Billet inconnu ici", "Appelez votre responsable")
        }
        RefuseReason::OtherEvent { name, starts_ms } => Sentence::new(
            other_event(name, &here.moment(*starts_ms)),
            "Montrez la date au spectateur",
        ),
        RefuseReason::WrongType { go_to } => match go_to.and_then(|gate| here.gate(gate)) {
            Some(gate) => Sentence::new(format!("{gate}, pas ici"), SHOW_THE_WAY),
            None => Sentence::new("Ce type de billet n'entre pas ici", WELCOME),
        },
        RefuseReason::WrongGate { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(format!("{gate}, pas ici"), SHOW_THE_WAY),
            None => Sentence::new("Autre porte, pas ici", WELCOME),
        },
        RefuseReason::OutsideWindow(OutsideWindow::OpensAt(at)) => Sentence::new(
            format!("Valable à partir {}", from(&here.moment(*at))),
            "Faites patienter",
        ),
        RefuseReason::OutsideWindow(OutsideWindow::ClosedAt(at)) => Sentence::new(
            format!("Valable jusqu'{}", until(&here.moment(*at))),
            WELCOME,
        ),
        RefuseReason::OutsideWindow(OutsideWindow::Never) => {
            Sentence::new("Aucune heure d'entrée prévue", WELCOME)
        }
        RefuseReason::AlreadyEntered { at_ms, gate } => Sentence::new(
            format!(
                "Déjà entré {}{}",
                at(&here.moment(*at_ms)),
                here.comma_gate(*gate, NOUNS)
            ),
            WELCOME,
        ),
        RefuseReason::NoEntriesLeft => Sentence::new("Plus d'entrée sur ce billet", WELCOME),
        RefuseReason::Superseded => Sentence::new("Billet remplacé", "Demandez le nouveau billet"),
        RefuseReason::Revoked => Sentence::new("Billet retiré de la vente", BOX_OFFICE),
        RefuseReason::Refunded => Sentence::new("Billet remboursé", BOX_OFFICE),
        RefuseReason::Cancelled => Sentence::new("Billet annulé", BOX_OFFICE),
        RefuseReason::Blocked => Sentence::new("Billet bloqué", BOX_OFFICE),
        RefuseReason::TestTicket => Sentence::new(
            "Billet d'essai",
            format!("Refusez{NBSP}: il n'a pas été vendu"),
        ),
        RefuseReason::RealTicketAtTest => Sentence::new(
            "Vrai billet, mais cette porte est en essai",
            "Vérifiez l'événement choisi sur cet appareil",
        ),
        RefuseReason::RotatingCodeMissing => Sentence::new(
            "Ce billet se montre sur le téléphone",
            "Demandez d'ouvrir la page du billet",
        ),
        RefuseReason::RotatingCodeStale => {
            Sentence::new("Code périmé", "Demandez de rouvrir la page du billet")
        }
        RefuseReason::NotInside => {
            Sentence::new("Pas d'entrée à ce billet", "Laissez sortir la personne")
        }
    }
}

pub(super) fn question(reason: &AskReason, here: &Here<'_>) -> Sentence {
    match reason {
        AskReason::UnknownKeyOffline => Sentence::new(
            "Cette porte n'est pas à jour",
            "Synchronisez, ou responsable",
        ),
        AskReason::UnknownWindow => Sentence::new("Créneau inconnu", SUPERVISOR),
        AskReason::RowUnseenLive => Sentence::new("Billet absent de la liste", SUPERVISOR),
        AskReason::LeaseRevoked => Sentence::new("Caisse déclarée perdue", SUPERVISOR),
        AskReason::RosterTooOld { as_of_ms } => Sentence::new(
            as_of_ms.map_or("Aucune liste reçue".into(), |at| {
                let at = here.moment(at);
                format!("Liste du {}, {}", date(&at), clock(&at))
            }),
            SUPERVISOR,
        ),
        AskReason::ClockDoubtful => {
            Sentence::new("L'heure de cet appareil est douteuse", "Réglez l'heure")
        }
        AskReason::HomeGateElsewhere { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(
                format!("Billet {}", of_gate(gate)),
                format!("Responsable, ou Envoyer {}", amid(gate, NOUNS)),
            ),
            None => Sentence::new("Billet d'une autre porte", SUPERVISOR),
        },
        AskReason::BeingAdmittedElsewhere { gate } => Sentence::new(
            format!("Passage en cours{}", here.comma_gate(*gate, NOUNS)),
            format!("Attendez 10{NBSP}secondes"),
        ),
        AskReason::EntryUnknownHere => Sentence::new(
            "Aucune entrée notée ici",
            "Laissez sortir, prévenez un responsable",
        ),
        AskReason::RotatingCodeBlocked => Sentence::new(
            "Trop d'essais pour ce billet",
            "Responsable, dans une minute si possible",
        ),
    }
}

/// 19 h 42, 20 h
fn clock(at: &Moment) -> String {
    match at.minute {
        0 => format!("{}{NBSP}h", at.hour),
        minute => format!("{}{NBSP}h{NBSP}{minute:02}", at.hour),
    }
}

fn date(at: &Moment) -> String {
    match at.day_of_month {
        1 => format!("1er{NBSP}{}", MONTHS[at.month]),
        day => format!("{day}{NBSP}{}", MONTHS[at.month]),
    }
}

pub(super) fn at(at: &Moment) -> String {
    match at.day {
        Day::Today => format!("à {}", clock(at)),
        Day::Yesterday => format!("hier à {}", clock(at)),
        Day::Tomorrow => format!("demain à {}", clock(at)),
        Day::Other => format!("le {} à {}", date(at), clock(at)),
    }
}

fn from(at: &Moment) -> String {
    match at.day {
        Day::Today => format!("de {}", clock(at)),
        Day::Yesterday => format!("d'hier, {}", clock(at)),
        Day::Tomorrow => format!("de demain, {}", clock(at)),
        Day::Other => format!("du {}, {}", date(at), clock(at)),
    }
}

fn until(at: &Moment) -> String {
    match at.day {
        Day::Today => format!("à {}", clock(at)),
        Day::Yesterday => format!("à hier, {}", clock(at)),
        Day::Tomorrow => format!("à demain, {}", clock(at)),
        Day::Other => format!("au {}, {}", date(at), clock(at)),
    }
}

pub(super) fn when(at: &Moment) -> String {
    match at.day {
        Day::Today => clock(at),
        Day::Yesterday => format!("hier, {}", clock(at)),
        Day::Tomorrow => format!("demain, {}", clock(at)),
        Day::Other => format!("{}, {}", date(at), clock(at)),
    }
}

fn other_event(name: &str, at: &Moment) -> String {
    match at.day {
        Day::Today => format!("Billet pour «{NBSP}{name}{NBSP}», {}", clock(at)),
        Day::Tomorrow => format!("Billet pour demain, {}", clock(at)),
        Day::Yesterday => format!("Billet d'hier, {}", clock(at)),
        Day::Other if at.is_past => format!("Billet du {}, {}", date(at), clock(at)),
        Day::Other => format!("Billet pour le {}, {}", date(at), clock(at)),
    }
}

fn of_gate(name: &str) -> String {
    let small = amid(name, NOUNS);
    match small.split_whitespace().next() {
        Some("porte") => format!("de la {small}"),
        Some("entrée" | "accès") => format!("de l'{small}"),
        _ => format!("pour «{NBSP}{small}{NBSP}»"),
    }
}
