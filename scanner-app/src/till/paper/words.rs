//! Why a ticket costs what it costs, on paper.

use shared::fact::till::PriceReason;
use shared::language::Language;

/// Of the organizer's licence, as French tickets name it: a number of the French State's, in every language.
pub(super) const LICENCE: &str = "Licence";

/// `None` at the type's price.
pub(super) fn reason(reason: PriceReason, language: Language) -> Option<&'static str> {
    let [fr, en, es, de, it] = match reason {
        PriceReason::Full => return None,
        PriceReason::Youth => ["Jeune", "Young person", "Joven", "Jugend", "Giovane"],
        PriceReason::Student => [
            "Étudiant",
            "Student",
            "Estudiante",
            "Studierende",
            "Studente",
        ],
        PriceReason::Senior => ["Senior", "Senior", "Mayor", "Senioren", "Senior"],
        PriceReason::JobSeeker => [
            "Demandeur d'emploi",
            "Job seeker",
            "Desempleado",
            "Arbeitssuchend",
            "In cerca di lavoro",
        ],
        PriceReason::Disabled => [
            "Situation de handicap",
            "Disabled person",
            "Persona con discapacidad",
            "Mit Behinderung",
            "Persona con disabilità",
        ],
        PriceReason::Group => ["Groupe", "Group", "Grupo", "Gruppe", "Gruppo"],
        PriceReason::Subscriber => ["Abonné", "Subscriber", "Abonado", "Abonnement", "Abbonato"],
        PriceReason::Staff => ["Personnel", "Staff", "Personal", "Personal", "Personale"],
        PriceReason::Promotion => [
            "Promotion",
            "Promotion",
            "Promoción",
            "Aktion",
            "Promozione",
        ],
        PriceReason::Guest => ["Invitation", "Guest", "Invitación", "Einladung", "Invito"],
        PriceReason::Press => ["Presse", "Press", "Prensa", "Presse", "Stampa"],
        PriceReason::Artist => ["Artiste", "Artist", "Artista", "Künstler", "Artista"],
        PriceReason::Companion => [
            "Accompagnateur",
            "Companion",
            "Acompañante",
            "Begleitperson",
            "Accompagnatore",
        ],
        PriceReason::Partner => ["Partenaire", "Partner", "Socio", "Partner", "Partner"],
        PriceReason::Child => ["Enfant", "Child", "Niño", "Kind", "Bambino"],
    };
    Some(match language {
        Language::Fr => fr,
        Language::En => en,
        Language::Es => es,
        Language::De => de,
        Language::It => it,
    })
}
