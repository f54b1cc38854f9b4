//! Tickets of an order of the store on a till's paper.

use shared::ids::FactId;
use shared::money::Money;
use shared::ticket::{ShortCode, Token};

use super::{Desk, Of, PaperError};
use crate::print::document::{Document, TicketSheet};
use crate::replica::handed_out;

impl Desk<'_> {
    pub(super) fn collected(&self, of: &Of, fact: FactId) -> Result<Document, PaperError> {
        let order = handed_out::get(self.ledger.tx, self.vault, fact)?;
        let order = order.ok_or(PaperError::NotHere)?;
        let billing = self.billing(order.event)?;
        let paper = &order.paper;
        let address = [paper.street.as_str(), paper.city.as_str()];
        let address: Vec<_> = address
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        let sheets = order.tickets.iter().map(|ticket| {
            Ok(TicketSheet {
                language: of.language,
                mark: of.mark,
                event: billing.event.name.clone(),
                starts_ms: billing.event.starts_ms,
                doors_ms: Some(billing.event.doors_ms),
                time_zone: billing.event.time_zone.clone(),
                venue: paper.venue.clone(),
                address: address.join(", "),
                organizer: self.legal_name(paper),
                licence: paper.licence.clone(),
                type_name: billing.type_name(ticket.type_no),
                place: None,
                price: Money::new(ticket.price_minor, self.ledger.setup.currency),
                vat_basis_points: ticket.vat_basis_points,
                series: ticket.number.clone(),
                order: order.code.clone(),
                sold_ms: order.paid_ms,
                sold_at: self.till.clone(),
                holder: None,
                token: Token::from_bytes(&ticket.token)?,
                short_code: ShortCode::of(ticket.ticket).to_string(),
                mentions: Vec::new(),
            })
        });
        let sheets = sheets.collect::<Result<Vec<_>, PaperError>>()?;
        if sheets.is_empty() {
            return Err(PaperError::NotOnPaper);
        }
        Ok(Document::Tickets(sheets))
    }
}
