//! What a door is told of an alert that concerns it: what is the matter, in a line. Devices, gates and times stand beside it.

use crate::admission::fold::AlertKind;
use crate::language::Language;

/// The line.
pub fn alert(kind: AlertKind, language: Language) -> &'static str {
    let [fr, en, es, de, it] = match kind {
        AlertKind::DuplicateEntry => [
            "Billet entré plusieurs fois",
            "Ticket went in more than once",
            "Entrada usada más de una vez",
            "Ticket mehrmals eingelassen",
            "Biglietto entrato più volte",
        ],
        AlertKind::OverLimit => [
            "Billet entré plus souvent que permis",
            "Ticket went in more often than allowed",
            "Entrada usada más veces de lo permitido",
            "Ticket öfter eingelassen als erlaubt",
            "Biglietto entrato più spesso del consentito",
        ],
        AlertKind::BarredTicket => [
            "Billet entré, mais annulé, remboursé ou bloqué",
            "Ticket went in, but is cancelled, refunded or blocked",
            "Entrada usada, pero anulada, reembolsada o bloqueada",
            "Ticket eingelassen, aber storniert, erstattet oder gesperrt",
            "Biglietto entrato, ma annullato, rimborsato o bloccato",
        ],
        AlertKind::RowUnseen => [
            "Billet entré, inconnu du serveur",
            "Ticket went in, not known to the server",
            "Entrada usada, desconocida en el servidor",
            "Ticket eingelassen, dem Server nicht bekannt",
            "Biglietto entrato, sconosciuto al server",
        ],
        AlertKind::AdmittedUnsold => [
            "Billet entré, rendu invendu par sa caisse",
            "Ticket went in, given back unsold by its till",
            "Entrada usada, devuelta sin vender por su taquilla",
            "Ticket eingelassen, von seiner Kasse unverkauft zurückgegeben",
            "Biglietto entrato, reso invenduto dalla sua cassa",
        ],
        AlertKind::NotAuthorised => [
            "Geste d'un appareil sans autorisation, non compté",
            "Done by a device without the right, not counted",
            "Hecho por un dispositivo sin permiso, no cuenta",
            "Von einem Gerät ohne Berechtigung, nicht gezählt",
            "Fatto da un dispositivo senza permesso, non contato",
        ],
        AlertKind::Quarantined => [
            "Vu par un appareil révoqué, non compté",
            "Seen by a revoked device, not counted",
            "Visto por un dispositivo revocado, no cuenta",
            "Von einem gesperrten Gerät gesehen, nicht gezählt",
            "Visto da un dispositivo revocato, non contato",
        ],
        AlertKind::FactIdReused => [
            "Un appareil s'est contredit sur ce billet",
            "A device contradicted itself about this ticket",
            "Un dispositivo se contradijo sobre esta entrada",
            "Ein Gerät hat sich zu diesem Ticket widersprochen",
            "Un dispositivo si è contraddetto su questo biglietto",
        ],
        AlertKind::SeenCycle => [
            "L'ordre des passages de ce billet est incohérent",
            "The order of this ticket's passages makes no sense",
            "El orden de los pasos de esta entrada no es coherente",
            "Die Reihenfolge der Durchgänge dieses Tickets ist widersprüchlich",
            "L'ordine dei passaggi di questo biglietto è incoerente",
        ],
    };
    match language {
        Language::Fr => fr,
        Language::En => en,
        Language::Es => es,
        Language::De => de,
        Language::It => it,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_alert_is_a_line_of_its_own_in_each_language() {
        let languages = [
            Language::Fr,
            Language::En,
            Language::Es,
            Language::De,
            Language::It,
        ];
        let mut lines = std::collections::BTreeSet::new();
        for kind in AlertKind::ALL {
            for language in languages {
                let line = alert(*kind, language);
                assert!(line.chars().count() <= 70 && !line.contains('!'), "{line}");
                assert!(lines.insert(line), "said twice: {line}");
            }
        }
    }
}
