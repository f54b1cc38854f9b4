//! The mails in five languages, French first. A subject, paragraphs, one thing to do and at most one more that can be done
//! instead: nothing else is in any of them.

use serde::Deserialize;
use serde_json::Value;
use shared::clock::UnixMillis;
use shared::language::Language;
use shared::money::{Currency, Money};

use super::when::{amount, date_and_time};

/// What a mail tells, by its template.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "template", content = "payload", rename_all = "snake_case")]
pub enum Content {
    /// A new account: is this your address?
    Verify(Link),
    /// A new password was asked for.
    Reset(Link),
    /// An order is paid and its tickets are there.
    Tickets(Tickets),
    /// Money goes back.
    Refund(Refund),
}

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// The address, secret included.
    pub link: String,
}

/// Payload of `tickets`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Tickets {
    /// Who bought.
    pub name: String,
    /// The order's code.
    pub order_code: String,
    /// The order's page, secret included.
    pub link: String,
    /// The file with its tickets on paper, secret included; not in mails of earlier programs.
    #[serde(default)]
    pub paper: Option<String>,
    /// What for.
    pub event_title: String,
    /// When it starts.
    pub starts_ms: UnixMillis,
    /// Where that is a local time.
    pub time_zone: String,
    /// How many.
    pub tickets: u32,
}

/// Payload of `refund`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// Who bought.
    pub name: String,
    /// The order's code.
    pub order_code: String,
    /// The order's page, secret included.
    pub link: String,
    /// How much, in minor units; 0 = tickets ended, and they had cost nothing or no money goes back.
    pub amount_minor: i64,
    /// Of which money.
    pub currency: Currency,
}

/// A payload that its template does not have.
#[derive(Debug, thiserror::Error)]
#[error("a mail's payload does not fit its template")]
pub struct ParseContentError(#[source] serde_json::Error);

impl Content {
    /// From the two columns of the outbox.
    pub fn parse(template: &str, payload: Value) -> Result<Self, ParseContentError> {
        let tagged = serde_json::json!({"template": template, "payload": payload});
        serde_json::from_value(tagged).map_err(ParseContentError)
    }
}

/// A mail in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// One line.
    pub subject: String,
    /// In order.
    pub paragraphs: Vec<String>,
    /// The one thing to do: a button's text and where it leads.
    pub action: Option<(&'static str, String)>,
    /// Another way to the same.
    pub also: Option<(&'static str, String)>,
}

/// The words for `content`.
pub fn wording(content: &Content, language: Language) -> Wording {
    match content {
        Content::Verify(Link { link }) => verify(link, language),
        Content::Reset(Link { link }) => reset(link, language),
        Content::Tickets(tickets) => tickets_text(tickets, language),
        Content::Refund(refund) if refund.amount_minor == 0 => ended_text(refund, language),
        Content::Refund(refund) => refund_text(refund, language),
    }
}

fn fixed(subject: &str, paragraphs: [&str; 2], action: &'static str, link: &str) -> Wording {
    Wording {
        subject: subject.into(),
        paragraphs: paragraphs.map(String::from).into(),
        action: Some((action, link.into())),
        also: None,
    }
}

fn verify(link: &str, language: Language) -> Wording {
    let (subject, paragraphs, action) = match language {
        Language::Fr => (
            "Confirmez votre adresse",
            [
                "Un compte Ticket Hub vient d'être créé avec cette adresse. Confirmez qu'elle est bien la vôtre ; le lien est valable 7\u{a0}jours.",
                "Si ce n'était pas vous, ne faites rien.",
            ],
            "Confirmer mon adresse",
        ),
        Language::En => (
            "Confirm your address",
            [
                "A Ticket Hub account has just been made with this address. Confirm that it is yours; the link is good for 7\u{a0}days.",
                "If it wasn't you, do nothing.",
            ],
            "Confirm my address",
        ),
        Language::Es => (
            "Confirme su dirección",
            [
                "Se acaba de crear una cuenta de Ticket Hub con esta dirección. Confirme que es suya; el enlace es válido durante 7\u{a0}días.",
                "Si no ha sido usted, no haga nada.",
            ],
            "Confirmar mi dirección",
        ),
        Language::De => (
            "Bestätigen Sie Ihre Adresse",
            [
                "Mit dieser Adresse wurde soeben ein Konto bei Ticket Hub angelegt. Bestätigen Sie, dass es Ihre ist; der Link gilt 7\u{a0}Tage.",
                "Wenn Sie das nicht waren, brauchen Sie nichts zu tun.",
            ],
            "Adresse bestätigen",
        ),
        Language::It => (
            "Confermi il suo indirizzo",
            [
                "È appena stato creato un account Ticket Hub con questo indirizzo. Confermi che è il suo; il link vale 7\u{a0}giorni.",
                "Se non è stato lei, non faccia nulla.",
            ],
            "Conferma il mio indirizzo",
        ),
    };
    fixed(subject, paragraphs, action, link)
}

fn reset(link: &str, language: Language) -> Wording {
    let (subject, paragraphs, action) = match language {
        Language::Fr => (
            "Votre nouveau mot de passe",
            [
                "Un nouveau mot de passe a été demandé pour votre compte. Choisissez-le par ce lien, valable une heure, une seule fois.",
                "Si ce n'était pas vous, ne faites rien : l'ancien reste valable.",
            ],
            "Choisir un mot de passe",
        ),
        Language::En => (
            "Your new password",
            [
                "A new password was asked for your account. Choose it by this link, good for one hour, once.",
                "If it wasn't you, do nothing: the old one stays good.",
            ],
            "Choose a password",
        ),
        Language::Es => (
            "Su nueva contraseña",
            [
                "Se ha pedido una nueva contraseña para su cuenta. Elíjala con este enlace, válido una hora y una sola vez.",
                "Si no ha sido usted, no haga nada: la anterior sigue siendo válida.",
            ],
            "Elegir una contraseña",
        ),
        Language::De => (
            "Ihr neues Passwort",
            [
                "Für Ihr Konto wurde ein neues Passwort angefordert. Wählen Sie es über diesen Link; er gilt eine Stunde und nur einmal.",
                "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Das alte gilt weiter.",
            ],
            "Passwort wählen",
        ),
        Language::It => (
            "La sua nuova password",
            [
                "È stata chiesta una nuova password per il suo account. La scelga con questo link, valido un'ora e una sola volta.",
                "Se non è stato lei, non faccia nulla: la vecchia resta valida.",
            ],
            "Scegli una password",
        ),
    };
    fixed(subject, paragraphs, action, link)
}

fn tickets_text(told: &Tickets, language: Language) -> Wording {
    let Tickets {
        name,
        order_code,
        link,
        event_title: title,
        tickets: count,
        paper,
        ..
    } = told;
    let when = date_and_time(told.starts_ms, &told.time_zone, language);
    let one = *count == 1;
    let (subject, hello, what, present, action, print) = match language {
        Language::Fr => (
            format!("Vos billets pour {title}"),
            format!("Bonjour {name},"),
            format!(
                "{count}\u{a0}{} pour {title}, {when}. Commande {order_code}.",
                if one { "billet" } else { "billets" }
            ),
            "À l'entrée, montrez le code sur votre téléphone ou sur papier. Une seule entrée par billet : ne le partagez pas.",
            "Voir mes billets",
            "Billets à imprimer (PDF)",
        ),
        Language::En => (
            format!("Your tickets for {title}"),
            format!("Hello {name},"),
            format!(
                "{count}\u{a0}{} for {title}, {when}. Order {order_code}.",
                if one { "ticket" } else { "tickets" }
            ),
            "At the door, show the code on your phone or on paper. One entry a ticket: don't share it.",
            "See my tickets",
            "Tickets to print (PDF)",
        ),
        Language::Es => (
            format!("Sus entradas para {title}"),
            format!("Hola, {name}:"),
            format!(
                "{count}\u{a0}{} para {title}, {when}. Pedido {order_code}.",
                if one { "entrada" } else { "entradas" }
            ),
            "En la puerta, muestre el código en su teléfono o en papel. Un solo acceso por entrada: no la comparta.",
            "Ver mis entradas",
            "Entradas para imprimir (PDF)",
        ),
        Language::De => (
            format!("Ihre Tickets für {title}"),
            format!("Guten Tag {name},"),
            format!(
                "{count}\u{a0}{} für {title}, {when}. Bestellung {order_code}.",
                if one { "Ticket" } else { "Tickets" }
            ),
            "Zeigen Sie am Eingang den Code auf dem Telefon oder auf Papier. Ein Einlass je Ticket: Geben Sie es nicht weiter.",
            "Meine Tickets ansehen",
            "Tickets zum Ausdrucken (PDF)",
        ),
        Language::It => (
            format!("I suoi biglietti per {title}"),
            format!("Buongiorno {name},"),
            format!(
                "{count}\u{a0}{} per {title}, {when}. Ordine {order_code}.",
                if one { "biglietto" } else { "biglietti" }
            ),
            "All'ingresso mostri il codice sul telefono o su carta. Un solo ingresso per biglietto: non lo condivida.",
            "Vedi i miei biglietti",
            "Biglietti da stampare (PDF)",
        ),
    };
    Wording {
        subject,
        paragraphs: vec![hello, what, present.into()],
        action: Some((action, link.clone())),
        also: paper.clone().map(|paper| (print, paper)),
    }
}

fn refund_text(told: &Refund, language: Language) -> Wording {
    let Refund {
        name,
        order_code: code,
        link,
        ..
    } = told;
    let sum = amount(Money::new(told.amount_minor, told.currency), language);
    let (subject, hello, what, after, action) = match language {
        Language::Fr => (
            format!("Remboursement de la commande {code}"),
            format!("Bonjour {name},"),
            format!("Nous vous remboursons {sum} pour la commande {code}."),
            "La somme arrive sous quelques jours sur le moyen de paiement utilisé. Les billets remboursés n'ouvrent plus l'entrée.",
            "Voir ma commande",
        ),
        Language::En => (
            format!("Refund for order {code}"),
            format!("Hello {name},"),
            format!("We are refunding {sum} for order {code}."),
            "The money arrives within a few days where it came from. Refunded tickets no longer open the door.",
            "See my order",
        ),
        Language::Es => (
            format!("Reembolso del pedido {code}"),
            format!("Hola, {name}:"),
            format!("Le reembolsamos {sum} por el pedido {code}."),
            "El importe llega en unos días al medio de pago utilizado. Las entradas reembolsadas ya no permiten el acceso.",
            "Ver mi pedido",
        ),
        Language::De => (
            format!("Erstattung der Bestellung {code}"),
            format!("Guten Tag {name},"),
            format!("Wir erstatten Ihnen {sum} für die Bestellung {code}."),
            "Der Betrag kommt in einigen Tagen auf dem benutzten Zahlungsweg an. Erstattete Tickets gelten am Eingang nicht mehr.",
            "Meine Bestellung ansehen",
        ),
        Language::It => (
            format!("Rimborso dell'ordine {code}"),
            format!("Buongiorno {name},"),
            format!("Le rimborsiamo {sum} per l'ordine {code}."),
            "La somma arriva entro qualche giorno sul mezzo di pagamento usato. I biglietti rimborsati non valgono più all'ingresso.",
            "Vedi il mio ordine",
        ),
    };
    Wording {
        subject,
        paragraphs: vec![hello, what, after.into()],
        action: Some((action, link.clone())),
        also: None,
    }
}

fn ended_text(told: &Refund, language: Language) -> Wording {
    let Refund {
        name,
        order_code: code,
        link,
        ..
    } = told;
    let (subject, hello, what, after, action) = match language {
        Language::Fr => (
            format!("Billets annulés de la commande {code}"),
            format!("Bonjour {name},"),
            format!("Des billets de la commande {code} ont été annulés, sans remboursement."),
            "Les billets annulés n'ouvrent plus l'entrée.",
            "Voir ma commande",
        ),
        Language::En => (
            format!("Cancelled tickets of order {code}"),
            format!("Hello {name},"),
            format!("Tickets of order {code} were cancelled, without a refund."),
            "Cancelled tickets no longer open the door.",
            "See my order",
        ),
        Language::Es => (
            format!("Entradas anuladas del pedido {code}"),
            format!("Hola, {name}:"),
            format!("Se han anulado entradas del pedido {code}, sin reembolso."),
            "Las entradas anuladas ya no permiten el acceso.",
            "Ver mi pedido",
        ),
        Language::De => (
            format!("Stornierte Tickets der Bestellung {code}"),
            format!("Guten Tag {name},"),
            format!("Tickets der Bestellung {code} wurden storniert, ohne Erstattung."),
            "Stornierte Tickets gelten am Eingang nicht mehr.",
            "Meine Bestellung ansehen",
        ),
        Language::It => (
            format!("Biglietti annullati dell'ordine {code}"),
            format!("Buongiorno {name},"),
            format!("Alcuni biglietti dell'ordine {code} sono stati annullati, senza rimborso."),
            "I biglietti annullati non valgono più all'ingresso.",
            "Vedi il mio ordine",
        ),
    };
    Wording {
        subject,
        paragraphs: vec![hello, what, after.into()],
        action: Some((action, link.clone())),
        also: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn contents() -> Vec<Content> {
        [
            ("verify", serde_json::json!({"link": "https://x.example/verify?token=abc"})),
            ("reset", serde_json::json!({"link": "https://x.example/reset?token=abc"})),
            ("tickets", serde_json::json!({
                "name": "Ana", "order_code": "K7Q2M", "link": "https://x.example/o/1", "paper": "https://x.example/o/1.pdf",
                "event_title": "Bérénice",
                "starts_ms": 1_795_894_200_000_i64, "time_zone": "Europe/Paris", "tickets": 2,
            })),
            ("refund", serde_json::json!({
                "name": "Ana", "order_code": "K7Q2M", "link": "https://x.example/o/1", "amount_minor": 3400, "currency": "EUR",
            })),
            ("refund", serde_json::json!({
                "name": "Ana", "order_code": "K7Q2M", "link": "https://x.example/o/1", "amount_minor": 0, "currency": "EUR",
            })),
        ]
        .into_iter()
        .map(|(template, payload)| Content::parse(template, payload).unwrap())
        .collect()
    }

    #[test]
    fn every_mail_exists_in_every_language_with_all_that_it_has_to_tell() {
        for content in contents() {
            let told = Language::ALL.map(|language| wording(&content, language));
            let subjects: HashSet<_> = told.iter().map(|mail| &mail.subject).collect();
            assert_eq!(
                subjects.len(),
                5,
                "five languages, five subjects: {subjects:?}"
            );
            for (language, mail) in Language::ALL.iter().zip(&told) {
                assert_eq!(
                    mail.paragraphs.len(),
                    told[0].paragraphs.len(),
                    "{language}"
                );
                let action = mail.action.as_ref().map(|(_, link)| link);
                assert_eq!(
                    action,
                    told[0].action.as_ref().map(|(_, link)| link),
                    "{language}"
                );
                assert!(!mail.subject.contains('\n'), "{language}");
                let text = mail.paragraphs.join(" ");
                for detail in details(&content) {
                    assert!(
                        text.contains(detail),
                        "{language}: {detail} is missing in {text}"
                    );
                }
            }
            let buttons = told.iter().flat_map(|mail| [&mail.action, &mail.also]);
            let buttons: Vec<_> = buttons.flatten().map(|(text, _)| text).collect();
            let different: HashSet<_> = buttons.iter().collect();
            assert_eq!(different.len(), buttons.len(), "{buttons:?}");
            assert_eq!(buttons.len() % 5, 0, "{buttons:?}");
        }
    }

    fn details(content: &Content) -> &'static [&'static str] {
        match content {
            Content::Verify(_) | Content::Reset(_) => &[],
            Content::Tickets(_) => &["Ana", "K7Q2M", "Bérénice", "2026", "2\u{a0}", "30"],
            Content::Refund(refund) if refund.amount_minor == 0 => &["Ana", "K7Q2M"],
            Content::Refund(_) => &["Ana", "K7Q2M", "34"],
        }
    }

    #[test]
    fn one_ticket_is_not_several() {
        let Content::Tickets(mut one) = contents().remove(2) else {
            unreachable!("the third is the tickets");
        };
        let two = wording(&Content::Tickets(one.clone()), Language::Fr);
        assert!(two.paragraphs[1].starts_with("2\u{a0}billets "));
        one.tickets = 1;
        let one = wording(&Content::Tickets(one), Language::Fr);
        assert!(one.paragraphs[1].starts_with("1\u{a0}billet "));
    }

    #[test]
    fn a_payload_of_another_template_is_refused() {
        assert!(Content::parse("tickets", serde_json::json!({"link": "x"})).is_err());
        assert!(Content::parse("nonsense", serde_json::json!({})).is_err());
    }
}
