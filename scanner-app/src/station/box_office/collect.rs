//! Orders of the store: found with the server's help, their tickets handed out on paper, and what was reserved put into the cart.

use shared::ids::{EventId, FactId, OrderId};

use super::cart::Cart;
use super::till::{FoundOrders, HandedOut, Reserved, TakenHere, Till};
use super::{BoxOffice, Stage};
use crate::station::view::{
    CollectAct, CollectView, OrderStanding, OrderView, TakenOverView, TillRefusal,
};

/// Looking for an order. Names are forgotten when the screen is left.
#[derive(Clone, Debug, Default)]
pub(super) struct Collect {
    text: String,
    found: Vec<OrderView>,
    more: bool,
    looked_at: Option<LookedAt>,
}

/// An order that is looked at.
#[derive(Clone, Debug)]
struct LookedAt {
    order: OrderView,
    /// What the till writes when its tickets are handed out: asked again, it is the same.
    fact: FactId,
    printing: Option<u32>,
}

impl Collect {
    pub(super) fn view(&self) -> CollectView {
        let looked_at = self.looked_at.as_ref();
        CollectView {
            text: self.text.clone(),
            found: self.found.clone(),
            more: self.more,
            order: looked_at.map(|looked_at| looked_at.order.clone()),
            printing: looked_at.and_then(|looked_at| looked_at.printing),
        }
    }

    fn look(&mut self, order: OrderId, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let found = self.found.iter().find(|one| one.order == order);
        self.looked_at = Some(LookedAt {
            order: found.ok_or(TillRefusal::NotHere)?.clone(),
            fact: till.new_sale(),
            printing: None,
        });
        Ok(())
    }
}

impl BoxOffice {
    pub(super) fn in_collect(
        &mut self,
        act: CollectAct,
        till: &mut dyn Till,
    ) -> Result<(), TillRefusal> {
        let Stage::Collect(collect) = &mut self.stage else {
            return Ok(());
        };
        match act {
            CollectAct::Find { text } => {
                let FoundOrders { orders, more } = till.find_orders(&text)?;
                (collect.text, collect.found, collect.more) = (text, orders, more);
                collect.looked_at = None;
                // Whoever typed a code means this one.
                if let [one] = &collect.found[..] {
                    let order = one.order;
                    collect.look(order, till)?;
                }
            }
            CollectAct::Look { order } => collect.look(order, till)?,
            CollectAct::HandOut => return self.hand_out(false, till),
            CollectAct::Duplicate => return self.hand_out(true, till),
            CollectAct::TakeOver => return self.take_over(till),
            CollectAct::Back => {
                if collect.looked_at.take().is_none() || collect.found.len() == 1 {
                    self.go(Stage::Menu);
                }
            }
        }
        Ok(())
    }

    fn hand_out(&mut self, duplicate: bool, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let Stage::Collect(collect) = &mut self.stage else {
            return Ok(());
        };
        let Some(looked_at) = &mut collect.looked_at else {
            return Ok(());
        };
        // What was handed out is printed once more only by who says so.
        if looked_at.order.collected.is_some() != duplicate {
            return Err(TillRefusal::NotHere);
        }
        match till.hand_out(looked_at.order.order, looked_at.fact, duplicate)? {
            HandedOut::Printing { tickets, collected } => {
                looked_at.printing = Some(tickets);
                looked_at.order.collected.get_or_insert(collected);
                looked_at.fact = till.new_sale();
            }
            // Another till was first.
            HandedOut::Before(collected) => looked_at.order.collected = Some(collected),
        }
        self.step = self.step.wrapping_add(1);
        Ok(())
    }

    /// The guest pays here what they reserved: its places fill the cart, and a cart at hand waits meanwhile.
    fn take_over(&mut self, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let Stage::Collect(collect) = &mut self.stage else {
            return Ok(());
        };
        let Some(looked_at) = &mut collect.looked_at else {
            return Ok(());
        };
        let order = &mut looked_at.order;
        let is_ours = order.taken_over.as_ref().is_some_and(|taken| taken.here);
        if order.state != OrderStanding::Reserved && !is_ours {
            return Err(TillRefusal::NotHere);
        }
        match till.take_over(order.order)? {
            TakenHere::Before(before) => {
                order.state = OrderStanding::TakenOver;
                order.taken_over = Some(TakenOverView {
                    at: before.at,
                    till: before.till,
                    here: false,
                });
                self.step = self.step.wrapping_add(1);
                Ok(())
            }
            TakenHere::Places {
                shows,
                event,
                lines,
            } => {
                self.stock(shows);
                let cart = self.cart_of(event, &lines)?;
                self.put_aside(till);
                self.cart = cart;
                self.event = Some(event);
                self.go(Stage::Sale);
                Ok(())
            }
        }
    }

    fn cart_of(&self, event: EventId, lines: &[Reserved]) -> Result<Cart, TillRefusal> {
        let show = self.shows.iter().find(|show| show.event == event);
        let show = show.ok_or(TillRefusal::NotHere)?;
        let mut cart = Cart::empty(self.setup.currency);
        for line in lines {
            let mut offers = show.offers.iter();
            let offer = offers.find(|offer| offer.type_no == line.type_no);
            let offer = offer.ok_or(TillRefusal::NotHere)?;
            cart = cart.with_reserved(show, offer, line)?;
        }
        Ok(cart)
    }
}
