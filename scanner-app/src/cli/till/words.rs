//! What a till says in words.

use shared::language::Language;

#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    Opened,
    Clerk,
    Sold,
    Trained,
    Refunded,
    Exchanged,
    Reprinted,
    Moved,
    Closings,
    Status,
}

/// The words, and what they are about.
pub(super) fn said(what: Said, language: Language, about: &str) -> String {
    let [fr, en, es, de, it] = match what {
        Said::Opened => [
            "Caisse ouverte\u{a0}:",
            "Shift opened:",
            "Caja abierta:",
            "Schicht begonnen:",
            "Cassa aperta:",
        ],
        Said::Clerk => [
            "Vend désormais\u{a0}:",
            "Sells from now on:",
            "Vende a partir de ahora:",
            "Verkauft ab jetzt:",
            "Vende da ora:",
        ],
        Said::Sold => ["Vendu\u{a0}:", "Sold:", "Vendido:", "Verkauft:", "Venduto:"],
        Said::Trained => [
            "Vente d'exercice, non comptée\u{a0}:",
            "Sale in training, not counted:",
            "Venta de práctica, no contada:",
            "Übungsverkauf, nicht gezählt:",
            "Vendita di prova, non contata:",
        ],
        Said::Refunded => [
            "Remboursé\u{a0}:",
            "Given back:",
            "Reembolsado:",
            "Erstattet:",
            "Rimborsato:",
        ],
        Said::Exchanged => [
            "Échangé\u{a0}:",
            "Exchanged:",
            "Canjeado:",
            "Getauscht:",
            "Cambiato:",
        ],
        Said::Reprinted => [
            "Duplicata à imprimer\u{a0}:",
            "Duplicate to print:",
            "Duplicado para imprimir:",
            "Duplikat zu drucken:",
            "Duplicato da stampare:",
        ],
        Said::Moved => [
            "Mouvement de caisse noté\u{a0}:",
            "Cash noted:",
            "Movimiento de caja anotado:",
            "Kassenbewegung notiert:",
            "Movimento di cassa annotato:",
        ],
        Said::Closings => [
            "Périodes clôturées\u{a0}:",
            "Periods closed:",
            "Períodos cerrados:",
            "Abgeschlossene Zeiträume:",
            "Periodi chiusi:",
        ],
        Said::Status => [
            "État de la caisse\u{a0}:",
            "The till:",
            "Estado de la caja:",
            "Stand der Kasse:",
            "Stato della cassa:",
        ],
    };
    let words = match language {
        Language::Fr => fr,
        Language::En => en,
        Language::Es => es,
        Language::De => de,
        Language::It => it,
    };
    format!("{words} {about}")
}
