//! That nothing of what the law asks of a ticket is cut, whatever its names are: the tickets are drawn on a surface that
//! only listens.

use paper::{Ink, Shaped, Surface, Type, price};
use shared::language::Language;
use shared::ticket::Qr;

use super::document::{Mark, TicketSheet};
use super::{pdf, rows, sample, stock};

const NOW: i64 = 1_795_894_200_000;

/// What was drawn, in its order, and where the lowest line stands.
#[derive(Default)]
struct Said {
    text: String,
    lowest: f32,
}

impl Said {
    /// Each blank alike.
    fn text(&self) -> String {
        let blanks = self.text.replace('\u{a0}', " ");
        blanks.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Surface for Said {
    fn line(&mut self, line: &Shaped, _: Type, (_, y): (f32, f32), _: Ink) {
        self.text
            .extend(line.glyphs.iter().map(|glyph| glyph.text.as_str()));
        self.text.push(' ');
        self.lowest = self.lowest.max(y);
    }

    fn rule(&mut self, _: (f32, f32), _: f32, _: f32, _: Ink) {}

    fn code(&mut self, _: &Qr, _: (f32, f32), _: f32) {}
}

/// As long as names get.
fn long(language: Language) -> TicketSheet {
    let mut ticket = sample::ticket(language, Mark::Duplicate, NOW, 123_456);
    ticket.event = "Festival international des musiques actuelles et des arts de la rue".into();
    ticket.organizer = "Association pour le rayonnement des spectacles vivants en Bretagne".into();
    ticket.licence = Some("PLATESV-R-2024-001234, PLATESV-D-2024-005678".into());
    ticket.type_name = "Tarif réduit, demandeurs d'emploi et moins de 26 ans".into();
    ticket.sold_at = "Guichet du hall d'entrée, caisse 2".into();
    ticket
}

fn asked_for(ticket: &TicketSheet) -> Vec<String> {
    let mut asked = vec![
        ticket.event.clone(),
        ticket.type_name.clone(),
        ticket.series.clone(),
        ticket.order.clone(),
        ticket.organizer.clone(),
        ticket.sold_at.clone(),
        ticket.short_code.clone(),
        price::price(ticket.price, ticket.language),
        price::vat(ticket.price, ticket.vat_basis_points, ticket.language),
    ];
    asked.extend(ticket.licence.clone());
    asked.extend(ticket.place.clone());
    asked
        .iter()
        .map(|text| text.replace('\u{a0}', " "))
        .collect()
}

fn held_to(ticket: &TicketSheet, said: &str, on: &str) {
    for text in asked_for(ticket) {
        assert!(
            said.contains(&text),
            "{on}, {}: {text} in {said}",
            ticket.language
        );
    }
}

#[test]
fn what_the_law_asks_of_a_ticket_stands_whole_on_stock_a_leaf_and_a_roll() {
    for language in Language::ALL {
        let paid = long(language);
        let mut free = paid.clone();
        free.price.minor = 0;
        for ticket in [paid, free] {
            let mut leaf = Said::default();
            pdf::draw_ticket(&mut leaf, &ticket).unwrap();
            held_to(&ticket, &leaf.text(), "a leaf");
            assert!(leaf.lowest < 146.0, "{language}: {} mm", leaf.lowest);
            for stock in [stock::Stock::BOCA, stock::Stock::ZEBRA] {
                let mut said = Said::default();
                stock.draw_on(&mut said, &ticket).unwrap();
                held_to(&ticket, &said.text(), "stock");
                assert!(said.lowest < stock.height, "{language}: {}", said.lowest);
            }
            let roll = format!("{:?}", rows::ticket(&ticket)).replace("\\u{a0}", " ");
            held_to(&ticket, &roll, "a roll");
            if ticket.price.minor == 0 {
                assert!(leaf.text().contains("Exonéré"), "{language}");
            }
        }
    }
}
