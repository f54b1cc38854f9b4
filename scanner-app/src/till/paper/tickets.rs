//! Tickets on paper.

use std::collections::BTreeMap;

use shared::clock::UnixMillis;
use shared::fact::till::SaleId;
use shared::ids::TicketId;
use shared::ticket::{ShortCode, Token};
use shared::till::{Sold, SoldLine};
use shared::wire::latest::{HandOutTicket, StockPaper};

use super::{Billing, Desk, Of, PaperError, words};
use crate::print::document::{Document, TicketSheet};
use crate::replica::stock::{self, SealedTicket};

impl Desk<'_> {
    /// The tickets of a sale that were not taken back, or one of them.
    pub(super) fn tickets(
        &self,
        of: &Of,
        sale: SaleId,
        only: Option<TicketId>,
    ) -> Result<Document, PaperError> {
        let sold = self.sold(of.journal, sale, u64::MAX)?;
        // By their numbers, which their ids don't follow.
        let mut sheets = BTreeMap::new();
        for line in &sold.lines {
            let billing = self.billing(line.event)?;
            let wanted = line.left.iter().copied();
            for ticket in wanted.filter(|ticket| only.is_none_or(|only| only == *ticket)) {
                let place = stock::get(self.ledger.tx, billing.no, ticket)?;
                let place = place.ok_or(PaperError::NoTicket(ticket))?;
                let sheet = self.sheet(of, (&sold, line), &billing, &place)?;
                sheets.insert((place.series, place.number), sheet);
            }
        }
        if sheets.is_empty() {
            return Err(PaperError::NotOnPaper);
        }
        Ok(Document::Tickets(sheets.into_values().collect()))
    }

    fn sheet(
        &self,
        of: &Of,
        (sold, line): (&Sold, &SoldLine),
        billing: &Billing,
        place: &SealedTicket,
    ) -> Result<TicketSheet, PaperError> {
        let ticket = place.ticket;
        let printed = HandOutTicket {
            ticket,
            type_no: line.type_no,
            number: format!("{}-{}", place.series, place.number),
            price_minor: line.unit.into(),
            vat_basis_points: line.vat_bps.into(),
            token: self
                .vault
                .unseal_array(&stock::purpose(ticket), &place.token)?,
        };
        let sale = (self.receipt_number(sold.receipt), sold.at_ms);
        let sheet = self.on_paper(of, (billing, &billing.paper), &printed, sale)?;
        Ok(TicketSheet {
            holder: of.holder.clone(),
            mentions: words::reason(line.reason, of.language)
                .map(str::to_owned)
                .into_iter()
                .collect(),
            ..sheet
        })
    }

    /// A ticket of an order, or of a receipt, that was paid then.
    pub(super) fn on_paper(
        &self,
        of: &Of,
        (billing, paper): (&Billing, &StockPaper),
        ticket: &HandOutTicket,
        (order, sold_ms): (String, UnixMillis),
    ) -> Result<TicketSheet, PaperError> {
        let address = [paper.street.as_str(), paper.city.as_str()];
        let address: Vec<_> = address
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
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
            price: self.money(ticket.price_minor),
            vat_basis_points: ticket.vat_basis_points,
            series: ticket.number.clone(),
            order,
            sold_ms,
            sold_at: self.till.clone(),
            holder: None,
            token: Token::from_bytes(&ticket.token)?,
            short_code: ShortCode::of(ticket.ticket).to_string(),
            mentions: Vec::new(),
        })
    }
}
