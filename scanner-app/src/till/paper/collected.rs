//! Tickets of an order of the store on a till's paper.

use shared::ids::FactId;

use super::{Desk, Of, PaperError};
use crate::print::document::Document;
use crate::replica::handed_out;

impl Desk<'_> {
    pub(super) fn collected(&self, of: &Of, fact: FactId) -> Result<Document, PaperError> {
        let order = handed_out::get(self.ledger.tx, self.vault, fact)?;
        let order = order.ok_or(PaperError::NotHere)?;
        let billing = self.billing(order.event)?;
        let sheets = order.tickets.iter().map(|ticket| {
            let paid = (order.code.clone(), order.paid_ms);
            self.on_paper(of, (&billing, &order.paper), ticket, paid)
        });
        let sheets = sheets.collect::<Result<Vec<_>, PaperError>>()?;
        if sheets.is_empty() {
            return Err(PaperError::NotOnPaper);
        }
        Ok(Document::Tickets(sheets))
    }
}
