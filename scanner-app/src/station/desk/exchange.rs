//! Tickets for tickets, as the screen asks for it.

use shared::fact::till::{Means, SaleId};
use shared::ids::TicketId;

use super::{Desk, codes, tenders, wanted};
use crate::station::box_office::{Checkout, CheckoutExchange, Sold};
use crate::till::stock::NotTaken;
use crate::till::{Exchange, TillError};

impl Desk {
    pub(super) fn exchanged(
        &self,
        checkout: &Checkout,
        of: &CheckoutExchange,
    ) -> Result<Sold, TillError> {
        let exchange = Exchange {
            id: checkout.sale,
            of: of.of,
            tickets: self.marked(of.of, &of.tickets)?,
            wanted: checkout.lines.iter().map(wanted).collect(),
            tenders: tenders(&checkout.parts),
            back_by: of.back_by.map_or(Means::Cash, codes::means),
            language: checkout.language,
            contact: checkout.guest.clone(),
        };
        // None named would mean all that are left.
        if exchange.tickets.is_empty() {
            return Err(TillError::NothingLeft);
        }
        let make = |exchange| {
            self.till
                .exchange(exchange, Some(checkout.total), self.now_ms())
        };
        let done = match make(exchange.clone()) {
            Err(TillError::Places(NotTaken::TooFew { .. })) if self.fetch(checkout) => {
                make(exchange)?
            }
            done => done?,
        };
        Ok(self.sold(&done.sale))
    }

    /// Tickets of a sale by their index there.
    pub(super) fn marked(
        &self,
        sale: SaleId,
        tickets: &[usize],
    ) -> Result<Vec<TicketId>, TillError> {
        let of_sale = self.till.sale(sale)?;
        let marked = tickets.iter().map(|at| {
            let ticket = of_sale.tickets.get(*at).ok_or(TillError::NothingLeft)?;
            Ok(ticket.ticket)
        });
        marked.collect()
    }
}
