//! Tickets that come back, and what is chosen for them. Until it is paid nothing of it is written.

use shared::ids::FactId;
use shared::money::Money;

use super::cart::Cart;
use super::past::LookedAt;
use super::payment::less;
use super::till::Till;
use super::{BoxOffice, Stage};
use crate::station::view::{BackByView, ExchangeView, Means, SaleAct, TillRefusal};

/// Tickets of an own sale that come back for what is in the cart.
#[derive(Clone, Debug)]
pub(super) struct Exchanging {
    sale: FactId,
    receipt: u32,
    /// Which, by their index in the sale.
    tickets: Vec<usize>,
    credit: Money,
    /// The means by which money may go back.
    back_by: Vec<Means>,
}

/// The same, for the till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutExchange {
    /// Whose tickets come back.
    pub of: FactId,
    /// Which, by their index in that sale.
    pub tickets: Vec<usize>,
    /// By what the difference goes back, if it does.
    pub back_by: Option<Means>,
}

impl Exchanging {
    /// The marked tickets, if some are.
    pub(super) fn of(looked_at: &LookedAt) -> Option<Self> {
        (!looked_at.marked.is_empty()).then(|| Self {
            sale: looked_at.sale.sale.sale,
            receipt: looked_at.sale.sale.receipt,
            tickets: looked_at.marked.clone(),
            credit: looked_at.back(),
            back_by: looked_at.sale.back_by.clone(),
        })
    }

    pub(super) fn checkout(&self, back_by: Option<Means>) -> CheckoutExchange {
        CheckoutExchange {
            of: self.sale,
            tickets: self.tickets.clone(),
            back_by,
        }
    }

    pub(super) fn back_by(&self) -> &[Means] {
        &self.back_by
    }

    /// What is to be paid for a cart, and what goes back: one of both is nothing.
    pub(super) fn difference(&self, cart: &Cart) -> (Money, Money) {
        let (total, nothing) = (cart.total(), Money::zero(self.credit.currency));
        if total.minor >= self.credit.minor {
            (less(total, self.credit), nothing)
        } else {
            (nothing, less(self.credit, total))
        }
    }
}

impl BoxOffice {
    /// Other tickets are chosen for the marked ones. A cart at hand waits meanwhile.
    pub(super) fn begin_exchange(&mut self, till: &dyn Till) -> Result<(), TillRefusal> {
        let Stage::Past(past) = &self.stage else {
            return Ok(());
        };
        let exchange = past.looked_at.as_ref().and_then(Exchanging::of);
        let exchange = exchange.ok_or(TillRefusal::NothingAsked)?;
        self.put_aside(till);
        self.exchange = Some(exchange);
        self.go(Stage::Sale);
        Ok(())
    }

    /// The guest keeps the tickets.
    pub(super) fn let_exchange_be(&mut self) {
        if self.exchange.take().is_some() {
            self.cart = Cart::empty(self.setup.currency);
            self.rate = None;
            self.guest = None;
            self.go(Stage::Sale);
        }
    }

    /// While tickets are exchanged, no other guest is served.
    pub(super) fn goes_on(&self, act: &SaleAct) -> Result<(), TillRefusal> {
        let leaves = match act {
            SaleAct::Park
            | SaleAct::Parked
            | SaleAct::Resume { .. }
            | SaleAct::Menu
            | SaleAct::Code
            | SaleAct::CodeIs { .. } => true,
            SaleAct::Show { .. }
            | SaleAct::Add { .. }
            | SaleAct::More { .. }
            | SaleAct::Less { .. }
            | SaleAct::Set { .. }
            | SaleAct::Empty
            | SaleAct::Reasons
            | SaleAct::Free { .. }
            | SaleAct::Rates
            | SaleAct::Reduced { .. }
            | SaleAct::TicketLanguage { .. }
            | SaleAct::Guest
            | SaleAct::GuestIs { .. }
            | SaleAct::Back
            | SaleAct::Pay { .. }
            | SaleAct::NoCode
            | SaleAct::NoExchange => false,
        };
        if leaves && self.exchange.is_some() {
            return Err(TillRefusal::ExchangeOpen);
        }
        Ok(())
    }

    /// What is to be paid for the cart, and what goes back.
    pub(super) fn difference(&self) -> (Money, Money) {
        match &self.exchange {
            Some(exchange) => exchange.difference(&self.cart),
            None => (self.cart.total(), Money::zero(self.setup.currency)),
        }
    }

    /// The difference goes back by this means, and the exchange is made.
    pub(super) fn return_by(
        &mut self,
        means: Means,
        till: &mut dyn Till,
    ) -> Result<(), TillRefusal> {
        let Stage::Payment(payment) = &self.stage else {
            return Ok(());
        };
        let may = self.exchange.as_ref().map(Exchanging::back_by);
        if payment.back().is_none() || !may.is_some_and(|may| may.contains(&means)) {
            return Err(TillRefusal::NothingAsked);
        }
        self.sell(Some(means), till)
    }

    pub(super) fn exchange_view(
        &self,
        exchange: &Exchanging,
        cart: &Cart,
        went_by: Option<Means>,
    ) -> ExchangeView {
        let (due, back) = exchange.difference(cart);
        let means = match went_by {
            Some(means) => vec![means],
            None => exchange.back_by.clone(),
        };
        ExchangeView {
            receipt: exchange.receipt,
            places: u32::try_from(exchange.tickets.len()).unwrap_or(u32::MAX),
            credit: exchange.credit,
            due,
            back,
            back_by: means
                .into_iter()
                .map(|means| BackByView {
                    means,
                    name: match means {
                        Means::Voucher { kind } => self.voucher(kind),
                        Means::Cash | Means::Card | Means::Cheque | Means::Exchange => None,
                    },
                })
                .collect(),
        }
    }
}
