//! The words of a printed ticket, French first.

use shared::language::Language;

use super::PaperPlace;

/// Words that hold nothing.
pub(super) struct Texts {
    /// The file's title.
    pub(super) tickets: &'static str,
    pub(super) doors: &'static str,
    pub(super) kind: &'static str,
    pub(super) price: &'static str,
    pub(super) holder: &'static str,
    pub(super) gate: &'static str,
    pub(super) window: &'static str,
    pub(super) organizer: &'static str,
    pub(super) licence: &'static str,
    pub(super) order: &'static str,
    pub(super) series: &'static str,
    pub(super) sold: &'static str,
    pub(super) sold_at: &'static str,
    pub(super) short_code: &'static str,
    pub(super) rotating: &'static str,
    pub(super) test: &'static str,
    pub(super) advice: &'static str,
    box_office: &'static str,
    online: &'static str,
}

pub(super) fn texts(language: Language) -> &'static Texts {
    match language {
        Language::Fr => &FR,
        Language::En => &EN,
        Language::Es => &ES,
        Language::De => &DE,
        Language::It => &IT,
    }
}

static FR: Texts = Texts {
    tickets: "Billets",
    doors: "Ouverture des portes",
    kind: "Catégorie",
    price: "Prix",
    holder: "Nom",
    gate: "Porte",
    window: "Entrée",
    organizer: "Organisateur",
    licence: "Licence d'entrepreneur de spectacles",
    order: "Commande",
    series: "Numéro du billet",
    sold: "Vendu le",
    sold_at: "Lieu de vente",
    short_code: "Code à dicter si la lecture échoue",
    rotating: "Le code de ce billet change toutes les 15\u{a0}secondes. Montrez-le sur votre téléphone, à cette adresse\u{a0}:",
    test: "Billet d'essai\u{a0}: il n'a pas été vendu et n'ouvre pas l'entrée.",
    advice: "Présentez ce code à l'entrée, imprimé ou à l'écran. Il ouvre l'entrée à une seule personne, la première qui le présente\u{a0}: n'en donnez pas de copie. Sur papier, ne pliez pas le code et ne l'agrafez pas.",
    box_office: "Guichet",
    online: "En ligne",
};

static EN: Texts = Texts {
    tickets: "Tickets",
    doors: "Doors open",
    kind: "Type",
    price: "Price",
    holder: "Name",
    gate: "Gate",
    window: "Entry",
    organizer: "Organizer",
    licence: "Event organizer's licence",
    order: "Order",
    series: "Ticket number",
    sold: "Sold on",
    sold_at: "Place of sale",
    short_code: "Code to read out if scanning fails",
    rotating: "The code of this ticket changes every 15\u{a0}seconds. Show it on your phone, at this address:",
    test: "Test ticket: it was not sold and does not open the door.",
    advice: "Show this code at the door, on paper or on a screen. It lets in one person, the first to show it: give nobody a copy. On paper, neither fold nor staple the code.",
    box_office: "Box office",
    online: "Online",
};

static ES: Texts = Texts {
    tickets: "Entradas",
    doors: "Apertura de puertas",
    kind: "Categoría",
    price: "Precio",
    holder: "Nombre",
    gate: "Puerta",
    window: "Acceso",
    organizer: "Organizador",
    licence: "Licencia de organizador de espectáculos",
    order: "Pedido",
    series: "Número de la entrada",
    sold: "Vendida el",
    sold_at: "Lugar de venta",
    short_code: "Código para dictar si la lectura falla",
    rotating: "El código de esta entrada cambia cada 15\u{a0}segundos. Muéstrelo en su teléfono, en esta dirección:",
    test: "Entrada de prueba: no se ha vendido y no da acceso.",
    advice: "Muestre este código en la puerta, impreso o en pantalla. Da acceso a una sola persona, la primera que lo muestre: no entregue copias. En papel, no doble ni grape el código.",
    box_office: "Taquilla",
    online: "En línea",
};

static DE: Texts = Texts {
    tickets: "Tickets",
    doors: "Einlass ab",
    kind: "Kategorie",
    price: "Preis",
    holder: "Name",
    gate: "Eingang",
    window: "Einlass",
    organizer: "Veranstalter",
    licence: "Lizenz des Veranstalters",
    order: "Bestellung",
    series: "Ticketnummer",
    sold: "Verkauft am",
    sold_at: "Verkaufsort",
    short_code: "Code zum Ansagen, falls er sich nicht lesen lässt",
    rotating: "Der Code dieses Tickets wechselt alle 15\u{a0}Sekunden. Zeigen Sie ihn auf dem Telefon, unter dieser Adresse:",
    test: "Probeticket: Es wurde nicht verkauft und öffnet keinen Eingang.",
    advice: "Zeigen Sie diesen Code am Eingang, gedruckt oder auf dem Bildschirm. Er lässt eine Person ein, die erste, die ihn zeigt: Geben Sie keine Kopie weiter. Auf Papier den Code weder knicken noch heften.",
    box_office: "Abendkasse",
    online: "Online",
};

static IT: Texts = Texts {
    tickets: "Biglietti",
    doors: "Apertura porte",
    kind: "Categoria",
    price: "Prezzo",
    holder: "Nome",
    gate: "Ingresso",
    window: "Accesso",
    organizer: "Organizzatore",
    licence: "Licenza dell'organizzatore",
    order: "Ordine",
    series: "Numero del biglietto",
    sold: "Venduto il",
    sold_at: "Luogo di vendita",
    short_code: "Codice da dettare se la lettura non riesce",
    rotating: "Il codice di questo biglietto cambia ogni 15\u{a0}secondi. Lo mostri sul telefono, a questo indirizzo:",
    test: "Biglietto di prova: non è stato venduto e non apre l'ingresso.",
    advice: "Mostri questo codice all'ingresso, stampato o sullo schermo. Fa entrare una sola persona, la prima che lo mostra: non ne dia copie. Su carta, non pieghi e non graffetti il codice.",
    box_office: "Biglietteria",
    online: "Online",
};

/// `2 / 3`.
pub(super) fn which(number: usize, all: usize, language: Language) -> String {
    match language {
        Language::Fr => format!("Billet {number} sur {all}"),
        Language::En => format!("Ticket {number} of {all}"),
        Language::Es => format!("Entrada {number} de {all}"),
        Language::De => format!("Ticket {number} von {all}"),
        Language::It => format!("Biglietto {number} di {all}"),
    }
}

pub(super) fn place(place: &PaperPlace, language: Language) -> String {
    let texts = texts(language);
    match place {
        PaperPlace::Online(host) => format!("{}, {host}", texts.online),
        PaperPlace::BoxOffice => texts.box_office.to_owned(),
    }
}
