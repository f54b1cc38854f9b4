//! A promo code of the store: typed or read for the cart at hand. The server says what the places cost with it; whatever changes the
//! cart takes it out again, and it is said.

use shared::ids::{EventId, FactId};
use shared::till::promotion::FullPrice;

use super::cart::Cart;
use super::till::Till;
use super::{BoxOffice, Stage};
use crate::station::view::TillRefusal;

/// What the server is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeAsk {
    /// The fact that the till will write of it.
    pub fact: FactId,
    /// Of which event the places are.
    pub event: EventId,
    /// As it was typed.
    pub code: String,
    /// Those that a code may take something off.
    pub places: Vec<FullPrice>,
}

impl BoxOffice {
    pub(super) fn ask_code(&mut self) -> Result<(), TillRefusal> {
        if self.cart.is_empty() && !self.asking_code {
            return Err(TillRefusal::CartEmpty);
        }
        self.asking_code = !self.asking_code;
        Ok(())
    }

    pub(super) fn code_is(&mut self, code: &str, till: &mut dyn Till) -> Result<(), TillRefusal> {
        if self.cart.is_empty() {
            return Err(TillRefusal::CartEmpty);
        }
        let (event, places) = self.for_code().ok_or(TillRefusal::CodeOtherTypes)?;
        let ask = CodeAsk {
            fact: till.new_sale(),
            event,
            code: code.trim().to_owned(),
            places,
        };
        let promotion = till.promotion(&ask)?;
        let Some(cart) = self.cart.promoted(ask.fact, promotion) else {
            till.give_promotion_up(ask.fact);
            return Err(TillRefusal::TooMany);
        };
        // Another one that it had.
        self.let_code_go(till);
        self.cart = cart;
        self.code_out = None;
        self.asking_code = false;
        Ok(())
    }

    /// One cart has one code, for the places of one event: of the show that is looked at, else of the first that has some.
    fn for_code(&self) -> Option<(EventId, Vec<FullPrice>)> {
        let events = self.cart.lines().iter().map(|line| line.event);
        self.event.into_iter().chain(events).find_map(|event| {
            let places = self.cart.reducible(event);
            (!places.is_empty()).then_some((event, places))
        })
    }

    /// The guest pays the full price after all.
    pub(super) fn no_code(&mut self, till: &dyn Till) -> Result<(), TillRefusal> {
        let cart = self.cart.at_full_price()?;
        self.change(cart, till);
        self.code_out = None;
        Ok(())
    }

    /// The cart becomes another one: a code that it had is asked for anew, by who still wants it.
    pub(super) fn change(&mut self, cart: Cart, till: &dyn Till) {
        if cart != self.cart {
            self.let_code_go(till);
            self.cart = cart;
        }
    }

    /// The cart's code is given up; its word is remembered.
    pub(super) fn let_code_go(&mut self, till: &dyn Till) {
        if let Some(code) = self.cart.code() {
            till.give_promotion_up(code.fact);
            self.code_out = Some(code.promotion.code.clone());
        }
    }

    /// Before somebody pays: a code whose time is nearly over is taken out, and asked for anew.
    pub(super) fn has_time_to_pay(&mut self, till: &dyn Till) -> Result<(), TillRefusal> {
        let Some(code) = self.cart.code() else {
            return Ok(());
        };
        if till.has_time(&code.promotion) {
            return Ok(());
        }
        let cart = self.cart.at_full_price()?;
        self.change(cart, till);
        self.go(Stage::Sale);
        Err(TillRefusal::CodeAgain)
    }
}
