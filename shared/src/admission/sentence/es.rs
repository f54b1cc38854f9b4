//! Español.

use crate::admission::reason::{AskReason, OutsideWindow, RefuseReason};

use super::{Day, Here, Moment, NBSP, Sentence, amid};

pub(super) const NOUNS: &[&str] = &["puerta", "acceso", "entrada"];
const MONTHS: [&str; 12] = [
    "ene.", "feb.", "mar.", "abr.", "may.", "jun.", "jul.", "ago.", "sept.", "oct.", "nov.", "dic.",
];
const WELCOME: &str = "Envíe al punto de atención";
const BOX_OFFICE: &str = "Envíe a la taquilla";
const SUPERVISOR: &str = "Llame al responsable";
const SHOW_THE_WAY: &str = "Indique el camino";

pub(super) fn refusal(reason: &RefuseReason, here: &Here<'_>) -> Sentence {
    match reason {
        RefuseReason::Forged => Sentence::new(
            "Esta entrada no es nuestra",
            "Quédesela y llame a su responsable",
        ),
        RefuseReason::UnknownKey => {
            Sentence::new("Entrada desconocida aquí", "Llame a su responsable")
        }
        RefuseReason::OtherEvent { name, starts_ms } => Sentence::new(
            other_event(name, &here.moment(*starts_ms)),
            "Muestre la fecha al espectador",
        ),
        RefuseReason::WrongType { go_to } => match go_to.and_then(|gate| here.gate(gate)) {
            Some(gate) => Sentence::new(format!("{gate}, aquí no"), SHOW_THE_WAY),
            None => Sentence::new("Este tipo de entrada no pasa por aquí", WELCOME),
        },
        RefuseReason::WrongGate { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(format!("{gate}, aquí no"), SHOW_THE_WAY),
            None => Sentence::new("Otra puerta, aquí no", WELCOME),
        },
        RefuseReason::OutsideWindow(OutsideWindow::OpensAt(at)) => Sentence::new(
            format!("Válida a partir {}", from(&here.moment(*at))),
            "Haga esperar",
        ),
        RefuseReason::OutsideWindow(OutsideWindow::ClosedAt(at)) => Sentence::new(
            format!("Válida hasta {}", until(&here.moment(*at))),
            WELCOME,
        ),
        RefuseReason::OutsideWindow(OutsideWindow::Never) => {
            Sentence::new("Sin horario de acceso previsto", WELCOME)
        }
        RefuseReason::AlreadyEntered { at_ms, gate } => Sentence::new(
            format!(
                "Ya entró {}{}",
                at(&here.moment(*at_ms)),
                here.comma_gate(*gate, NOUNS)
            ),
            WELCOME,
        ),
        RefuseReason::NoEntriesLeft => Sentence::new("No quedan accesos en esta entrada", WELCOME),
        RefuseReason::Superseded => Sentence::new("Entrada sustituida", "Pida la entrada nueva"),
        RefuseReason::Revoked => Sentence::new("Entrada retirada", BOX_OFFICE),
        RefuseReason::Refunded => Sentence::new("Entrada reembolsada", BOX_OFFICE),
        RefuseReason::Cancelled => Sentence::new("Entrada anulada", BOX_OFFICE),
        RefuseReason::Blocked => Sentence::new("Entrada bloqueada", BOX_OFFICE),
        RefuseReason::TestTicket => Sentence::new("Entrada de prueba", "Rechace: no se ha vendido"),
        RefuseReason::RealTicketAtTest => Sentence::new(
            "Entrada real, pero esta puerta está en pruebas",
            "Compruebe el evento elegido en este aparato",
        ),
        RefuseReason::RotatingCodeMissing => Sentence::new(
            "Esta entrada se muestra en el teléfono",
            "Pida que abran la página de la entrada",
        ),
        RefuseReason::RotatingCodeStale => Sentence::new(
            "Código caducado",
            "Pida que reabran la página de la entrada",
        ),
        RefuseReason::NotInside => {
            Sentence::new("Sin acceso con esta entrada", "Deje salir a la persona")
        }
    }
}

pub(super) fn question(reason: &AskReason, here: &Here<'_>) -> Sentence {
    match reason {
        AskReason::UnknownKeyOffline => Sentence::new(
            "Esta puerta no está al día",
            "Sincronice, o llame al responsable",
        ),
        AskReason::UnknownWindow => Sentence::new("Franja horaria desconocida", SUPERVISOR),
        AskReason::RowUnseenLive => Sentence::new("Entrada ausente de la lista", SUPERVISOR),
        AskReason::LeaseRevoked => Sentence::new("Caja declarada perdida", SUPERVISOR),
        AskReason::RosterTooOld { as_of_ms } => Sentence::new(
            as_of_ms.map_or("Ninguna lista recibida".into(), |at| {
                let at = here.moment(at);
                format!("Lista del {}, {}", date(&at), at.clock())
            }),
            SUPERVISOR,
        ),
        AskReason::ClockDoubtful => {
            Sentence::new("La hora de este aparato es dudosa", "Ajuste la hora")
        }
        AskReason::HomeGateElsewhere { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(
                format!("Entrada para {}", amid(gate, NOUNS)),
                format!("Responsable, o Enviar a {}", amid(gate, NOUNS)),
            ),
            None => Sentence::new("Entrada de otra puerta", SUPERVISOR),
        },
        AskReason::BeingAdmittedElsewhere { gate } => Sentence::new(
            format!("Pasando ahora{}", here.comma_gate(*gate, NOUNS)),
            format!("Espere 10{NBSP}segundos"),
        ),
        AskReason::EntryUnknownHere => Sentence::new(
            "Ningún acceso anotado aquí",
            "Deje salir y avise al responsable",
        ),
        AskReason::RotatingCodeBlocked => Sentence::new(
            "Demasiados intentos con esta entrada",
            "Responsable, dentro de un minuto si es posible",
        ),
    }
}

fn date(at: &Moment) -> String {
    format!("{}{NBSP}{}", at.day_of_month, MONTHS[at.month])
}

/// Las 19:42, but la 1:05.
fn hour(at: &Moment) -> String {
    match at.hour {
        1 => format!("la {}", at.clock()),
        _ => format!("las {}", at.clock()),
    }
}

pub(super) fn at(at: &Moment) -> String {
    match at.day {
        Day::Today => format!("a {}", hour(at)),
        Day::Yesterday => format!("ayer a {}", hour(at)),
        Day::Tomorrow => format!("mañana a {}", hour(at)),
        Day::Other => format!("el {} a {}", date(at), hour(at)),
    }
}

fn from(at: &Moment) -> String {
    match at.day {
        Day::Today => format!("de {}", hour(at)),
        Day::Yesterday => format!("de ayer, {}", at.clock()),
        Day::Tomorrow => format!("de mañana, {}", at.clock()),
        Day::Other => format!("del {}, {}", date(at), at.clock()),
    }
}

fn until(at: &Moment) -> String {
    match at.day {
        Day::Today => hour(at),
        Day::Yesterday => format!("ayer, {}", at.clock()),
        Day::Tomorrow => format!("mañana, {}", at.clock()),
        Day::Other => format!("el {}, {}", date(at), at.clock()),
    }
}

pub(super) fn when(at: &Moment) -> String {
    match at.day {
        Day::Today => at.clock(),
        Day::Yesterday => format!("ayer, {}", at.clock()),
        Day::Tomorrow => format!("mañana, {}", at.clock()),
        Day::Other => format!("{}, {}", date(at), at.clock()),
    }
}

fn other_event(name: &str, at: &Moment) -> String {
    match at.day {
        Day::Today => format!("Entrada para «{name}», {}", at.clock()),
        Day::Yesterday => format!("Entrada de ayer, {}", at.clock()),
        Day::Tomorrow => format!("Entrada para mañana, {}", at.clock()),
        Day::Other => format!("Entrada del {}, {}", date(at), at.clock()),
    }
}
