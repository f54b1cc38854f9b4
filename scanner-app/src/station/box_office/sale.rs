//! Choosing places: the cart at hand, and those that wait.

use shared::ids::{EventId, TypeNo};

use super::cart::{Cart, Line, Rate, TooMany};
use super::offer::{Left, Offer, Show};
use super::payment::Payment;
use super::till::Till;
use super::{BoxOffice, Parked, Stage, takes};
use crate::station::view::{ReducedReason, SaleAct, TillRefusal};

impl From<TooMany> for TillRefusal {
    fn from(TooMany: TooMany) -> Self {
        Self::TooMany
    }
}

impl BoxOffice {
    pub(super) fn show(&self) -> Option<&Show> {
        self.shows
            .iter()
            .find(|show| Some(show.event) == self.event)
    }

    /// The reduced rates of the show that is looked at, by their number.
    pub(super) fn rates(&self) -> Vec<ReducedReason> {
        let offers = self.show().map_or(&[][..], |show| &show.offers);
        let all = ReducedReason::ALL.into_iter();
        all.filter(|reason| offers.iter().any(|offer| offer.at_rate(*reason).is_some()))
            .collect()
    }

    /// What is left of a type, less all carts here: a cart that waits keeps its places from the next guest at this till. This
    /// till's own go last.
    pub(super) fn left(&self, show: &Show, offer: &Offer) -> Left {
        let carts = self.parked.iter().map(|parked| &parked.cart);
        let mut wanted = carts
            .chain([&self.cart])
            .map(|cart| cart.of_type(show.event, offer.type_no))
            .fold(0, u32::saturating_add);
        let mut take = |places: u32| {
            let taken = places.min(wanted);
            wanted -= taken;
            places - taken
        };
        let own = take(offer.left.own);
        let common = offer.left.common.map(take);
        Left { own, common }
    }

    pub(super) fn choose(&mut self, act: SaleAct, till: &mut dyn Till) -> Result<(), TillRefusal> {
        self.goes_on(&act)?;
        match act {
            SaleAct::Show { event } => {
                if self.shows.iter().any(|show| show.event == event) {
                    self.event = Some(event);
                }
            }
            SaleAct::Add { type_no } => self.add(type_no, till)?,
            SaleAct::More { line } => self.more(line, till)?,
            SaleAct::Less { line } => {
                let cart = match line {
                    Some(line) => self.cart.without(line)?,
                    None => self.cart.undone()?,
                };
                self.change(cart, till);
            }
            SaleAct::Set { line, quantity } => self.set(line, quantity, till)?,
            SaleAct::Empty => {
                self.change(Cart::empty(self.setup.currency), till);
                self.code_out = None;
                self.rate = None;
                self.guest = None;
                self.language = self.setup.language;
            }
            SaleAct::Reasons => self.choosing_reason = !self.choosing_reason,
            SaleAct::Rates => self.choosing_rate = !self.choosing_rate && !self.rates().is_empty(),
            SaleAct::Reduced { reason } => {
                self.rate = reason.map(Rate::Reduced);
                self.choosing_rate = false;
            }
            SaleAct::Free { reason } => {
                self.rate = reason.map(Rate::Free);
                self.choosing_reason = false;
            }
            SaleAct::TicketLanguage { language } => self.language = language,
            SaleAct::Guest => self.asking_guest = !self.asking_guest,
            SaleAct::GuestIs {
                name,
                email,
                language,
            } => self.guest_is((&name, &email), language)?,
            SaleAct::Code => self.ask_code()?,
            SaleAct::CodeIs { code } => self.code_is(&code, till)?,
            SaleAct::NoCode => self.no_code(till)?,
            SaleAct::Park => self.park(till)?,
            SaleAct::Parked => self.go(Stage::Parked),
            SaleAct::Resume { no } => self.resume(no, till)?,
            SaleAct::Back => self.go(Stage::Sale),
            SaleAct::Pay { means } => {
                if self.cart.is_empty() {
                    return Err(TillRefusal::CartEmpty);
                }
                self.has_time_to_pay(till)?;
                let means = means.filter(|means| takes(&self.setup, *means));
                let (due, back) = self.difference();
                let payment = Payment::of(till.new_sale(), due, means).giving_back(back);
                let costs_nothing = payment.is_settled() && payment.back().is_none();
                self.choosing_reason = false;
                self.choosing_rate = false;
                self.asking_guest = false;
                self.asking_code = false;
                self.go(Stage::Payment(payment));
                if costs_nothing {
                    // Nobody has to be asked for nothing.
                    return self.sell(None, till);
                }
            }
            SaleAct::Menu => self.go(Stage::Menu),
            SaleAct::NoExchange => self.let_exchange_be(),
        }
        Ok(())
    }

    /// So many more places of a type are here, or other tills of the building lend what is lacking while the server is away.
    fn want(
        &mut self,
        (event, type_no): (EventId, TypeNo),
        more: u32,
        till: &mut dyn Till,
    ) -> Result<(), TillRefusal> {
        let left = self
            .left_of(event, type_no)
            .ok_or(TillRefusal::NothingLeft)?;
        let lacks = more.saturating_sub(left.places());
        if lacks > 0
            && left.common.is_none()
            && let Some(shows) = till.borrow(event, type_no, lacks)
        {
            self.stock(shows);
        }
        let left = self
            .left_of(event, type_no)
            .ok_or(TillRefusal::NothingLeft)?;
        if left.places() < more {
            return Err(TillRefusal::NothingLeft);
        }
        Ok(())
    }

    fn left_of(&self, event: EventId, type_no: TypeNo) -> Option<Left> {
        let show = self.shows.iter().find(|show| show.event == event)?;
        let offer = show.offers.iter().find(|offer| offer.type_no == type_no)?;
        Some(self.left(show, offer))
    }

    fn add(&mut self, type_no: TypeNo, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let event = self.event.ok_or(TillRefusal::NothingLeft)?;
        self.want((event, type_no), 1, till)?;
        let show = self.show().ok_or(TillRefusal::NothingLeft)?;
        let offer = show.offers.iter().find(|offer| offer.type_no == type_no);
        let offer = offer.ok_or(TillRefusal::NothingLeft)?;
        let one = Line::one(show, offer, self.rate).ok_or(TillRefusal::NoRate)?;
        let cart = self.cart.with(one)?;
        self.change(cart, till);
        Ok(())
    }

    /// One more of a line's type, at the price of now.
    fn more(&mut self, line: Option<usize>, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let line = match line {
            Some(at) => self.cart.lines().get(at),
            None => self.cart.last(),
        };
        let line = line.cloned().ok_or(TillRefusal::CartEmpty)?;
        self.want((line.event, line.type_no), 1, till)?;
        let (show, offer) = self.offer_of(&line).ok_or(TillRefusal::NothingLeft)?;
        let one = Line::one(show, offer, line.rate).ok_or(TillRefusal::NoRate)?;
        let cart = self.cart.with(one)?;
        self.change(cart, till);
        Ok(())
    }

    /// So many of a line, if there are so many.
    fn set(&mut self, at: usize, quantity: u32, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let Some(line) = self.cart.lines().get(at) else {
            return Ok(());
        };
        let more = quantity.saturating_sub(line.quantity);
        if more > 0 {
            let of = (line.event, line.type_no);
            self.want(of, more, till)?;
        }
        let cart = self.cart.with_quantity(at, quantity)?;
        self.change(cart, till);
        Ok(())
    }

    fn offer_of(&self, line: &Line) -> Option<(&Show, &Offer)> {
        let show = self.shows.iter().find(|show| show.event == line.event)?;
        let mut offers = show.offers.iter();
        let offer = offers.find(|offer| offer.type_no == line.type_no)?;
        Some((show, offer))
    }

    pub(super) fn put_aside(&mut self, till: &dyn Till) {
        if self.cart.is_empty() {
            return;
        }
        self.let_code_go(till);
        let empty = Cart::empty(self.setup.currency);
        let cart = std::mem::replace(&mut self.cart, empty);
        self.parked_so_far = self.parked_so_far.wrapping_add(1);
        self.parked.push(Parked {
            no: self.parked_so_far,
            since: till.clock(),
            // It fitted before its code, too.
            cart: cart.at_full_price().unwrap_or(cart),
            code_out: self.code_out.take(),
            language: std::mem::replace(&mut self.language, self.setup.language),
            guest: self.guest.take(),
        });
        self.rate = None;
    }

    /// The next guest is served first.
    pub(super) fn park(&mut self, till: &dyn Till) -> Result<(), TillRefusal> {
        if self.cart.is_empty() {
            return Err(TillRefusal::CartEmpty);
        }
        self.put_aside(till);
        self.go(Stage::Sale);
        Ok(())
    }

    /// Goes on with a cart that waits; the one at hand is put aside.
    fn resume(&mut self, no: u32, till: &dyn Till) -> Result<(), TillRefusal> {
        let at = self.parked.iter().position(|parked| parked.no == no);
        let at = at.ok_or(TillRefusal::NotHere)?;
        let resumed = self.parked.remove(at);
        self.put_aside(till);
        self.cart = resumed.cart;
        self.language = resumed.language;
        self.guest = resumed.guest;
        self.code_out = resumed.code_out;
        self.go(Stage::Sale);
        Ok(())
    }
}
