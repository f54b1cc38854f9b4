//! The guest's own window: what it costs, and tickets to take along where none was printed.

use shared::ticket::qr::Qr;

use super::{BoxOffice, Done, SoldTicket, Stage, shown};
use crate::station::view::{CustomerCodeView, CustomerView, PrintState};

impl BoxOffice {
    /// What the guest sees meanwhile. Nothing of other guests, and nothing of the till.
    pub fn customer(&self) -> CustomerView {
        let nobody = CustomerView {
            step: self.step,
            language: self.language,
            cart: None,
            rest: None,
            change: None,
            paid: false,
            codes: Vec::new(),
        };
        match &self.stage {
            Stage::Sale if !self.cart.is_empty() => CustomerView {
                cart: Some(shown::cart(&self.cart)),
                ..nobody
            },
            Stage::Payment(payment) => CustomerView {
                cart: Some(shown::cart(&self.cart)),
                rest: Some(payment.rest()),
                ..nobody
            },
            Stage::Done(done) => CustomerView {
                language: done.language,
                cart: Some(shown::cart(&done.cart)),
                change: shown::into_hand(done, done.cart.total().currency),
                paid: true,
                codes: codes(done),
                ..nobody
            },
            Stage::LogIn
            | Stage::Open(_)
            | Stage::Sale
            | Stage::Parked
            | Stage::Menu
            | Stage::Cash(_)
            | Stage::Report(_)
            | Stage::Count(_)
            | Stage::Compare(..)
            | Stage::Closed(..)
            | Stage::Past(_)
            | Stage::Collect(_) => nobody,
        }
    }
}

/// Paper that is on its way is enough.
fn codes(done: &Done) -> Vec<CustomerCodeView> {
    match done.sold.print {
        PrintState::NoPrinter | PrintState::Failed => {
            done.sold.tickets.iter().filter_map(code).collect()
        }
        PrintState::Waiting | PrintState::HandedOver | PrintState::Printed => Vec::new(),
    }
}

/// A rotating ticket has no lasting code: it is shown nowhere but on its holder's page.
fn code(ticket: &SoldTicket) -> Option<CustomerCodeView> {
    let qr = Qr::ticket(&ticket.code).ok()?;
    Some(CustomerCodeView {
        number: ticket.number.clone(),
        name: ticket.name.clone(),
        svg: qr.svg(),
    })
}
