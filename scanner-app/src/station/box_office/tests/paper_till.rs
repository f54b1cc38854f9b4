//! A till that keeps its books in memory, for the screen's tests: it counts what it is told, and can be out of order.

use std::cell::RefCell;

use shared::ids::{EventId, FactId, KeyId, OrderId, PromoId, TicketId, TypeNo, UserId, WindowNo};
use shared::money::{Currency, Money};
use shared::price::{Group, Off, Reduction};
use shared::ticket::{Flags, Presented, SigningKey, TokenFields};
use shared::till::promotion::reduce;
use shared::wire::latest::Promotion;

use crate::station::box_office::{
    Balance, BoxOffice, By, Checkout, CodeAsk, FoundOrders, HandedOut, Interrupted, Left, Offer,
    Part, PastSale, PastTicket, Setup, Show, Sold, SoldTicket, TakenHere, Till,
};
use crate::station::view::{
    CashReason, CollectedView, FiguresView, Means, OrderView, PastSaleView, PrintState,
    ReducedReason, RefundReason, SupervisorView, TillAct, TillKey, TillRefusal, TillScreen,
    TillView, VoucherView,
};

pub(super) const EVENING: EventId = EventId(uuid::Uuid::from_u128(1));
pub(super) const TOMORROW: EventId = EventId(uuid::Uuid::from_u128(2));
pub(super) const PASS_CULTURE: u16 = 2;

pub(super) fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::Eur)
}

/// What it was told, in order, and how it is set to answer.
#[derive(Debug, Default)]
pub(super) struct PaperTill {
    pub(super) sales: Vec<Checkout>,
    pub(super) opened: Vec<Vec<(u32, u32)>>,
    pub(super) clerks: Vec<UserId>,
    pub(super) moved: Vec<(bool, Money, CashReason)>,
    pub(super) counted: Vec<Vec<(u32, u32)>>,
    pub(super) closed: u32,
    pub(super) reprints: Vec<(FactId, bool)>,
    /// Jobs that failed, and whether they are printed once more.
    pub(super) papers: Vec<(i64, bool)>,
    /// Of a sale that is not made yet.
    pub(super) held: Vec<Part>,
    pub(super) refunds: Vec<(FactId, Vec<usize>, Means)>,
    pub(super) print: Option<PrintState>,
    pub(super) out_of_order: Option<TillRefusal>,
    /// Orders of the store: the server has these, or is not there.
    pub(super) orders: Option<Vec<OrderView>>,
    /// What the code NOEL10 takes off; without it the server is not there.
    pub(super) takes_off: Option<Off>,
    /// Codes that it was asked for.
    pub(super) codes: Vec<CodeAsk>,
    /// Uses of codes that were given up.
    pub(super) given_up: RefCell<Vec<FactId>>,
    /// The code's time is nearly over.
    pub(super) is_late: bool,
    /// Orders that were handed out, and whether as a duplicate.
    pub(super) handed_out: Vec<(OrderId, FactId, bool)>,
    /// What is lent of a reservation, and how often that was asked.
    pub(super) reserved: Option<TakenHere>,
    pub(super) taken_over: u32,
    /// Ids of sales that it was told, whatever came of them.
    pub(super) told: Vec<FactId>,
    /// What was borrowed for guests.
    pub(super) asked: Vec<(EventId, TypeNo, u32)>,
    /// What may be sold once another till of the building lent something.
    pub(super) nearby: Option<Vec<Show>>,
    begun: u32,
}

impl PaperTill {
    /// What its sales and moves leave in the drawer, the float included.
    pub(super) fn drawer(&self) -> i64 {
        let float = self.opened.iter().flatten();
        let float: i64 = float.map(|(value, count)| i64::from(value * count)).sum();
        let paid = self.sales.iter().flat_map(|sale| &sale.parts);
        let cash: i64 = paid
            .filter(|part| matches!(part.by, By::Cash { .. }))
            .map(|part| part.amount.minor)
            .sum();
        let moved = self.moved.iter().map(|(into, amount, _)| {
            let sign = if *into { 1 } else { -1 };
            sign * amount.minor
        });
        let back = self.sales.iter().filter_map(|sale| {
            let by = sale.exchange.as_ref()?.back_by?;
            (by == Means::Cash).then(|| self.credit(sale) - sale.total.minor)
        });
        float + cash + moved.sum::<i64>() - back.sum::<i64>()
    }

    /// What the tickets cost that came back for a sale.
    pub(super) fn credit(&self, sale: &Checkout) -> i64 {
        let Some(exchange) = &sale.exchange else {
            return 0;
        };
        let old = self.look(exchange.of).expect("a sale of this till");
        let tickets = exchange.tickets.iter();
        tickets.map(|at| old.tickets[*at].price.minor).sum()
    }

    /// The id that was drawn last.
    pub(super) fn begun(&self) -> FactId {
        FactId(uuid::Uuid::from_u128(1_000 + u128::from(self.begun)))
    }

    fn works(&self) -> Result<(), TillRefusal> {
        self.out_of_order.map_or(Ok(()), Err)
    }

    fn name(no: usize) -> FactId {
        FactId(uuid::Uuid::from_u128(no as u128))
    }
}

impl Till for PaperTill {
    fn clock(&self) -> String {
        "19:42".into()
    }

    fn borrow(&mut self, event: EventId, type_no: TypeNo, places: u32) -> Option<Vec<Show>> {
        self.asked.push((event, type_no, places));
        self.nearby.take()
    }

    fn new_sale(&mut self) -> FactId {
        self.begun += 1;
        FactId(uuid::Uuid::from_u128(1_000 + u128::from(self.begun)))
    }

    fn holds(&mut self, _sale: FactId, parts: &[Part]) {
        self.held = parts.to_vec();
    }

    fn gave_back(&mut self, _interrupted: &Interrupted) {
        self.held.clear();
    }

    fn sell(&mut self, checkout: &Checkout) -> Result<Sold, TillRefusal> {
        self.told.push(checkout.sale);
        self.works()?;
        if let Some(exchange) = &checkout.exchange {
            self.refunds
                .push((exchange.of, exchange.tickets.clone(), Means::Exchange));
        }
        self.sales.push(checkout.clone());
        let places = checkout.lines.iter().map(|line| line.quantity);
        let key = SigningKey::from_seed(&[7; 32]);
        let tickets = (0..places.sum::<u32>()).map(|no| {
            let fields = TokenFields {
                flags: Flags::LEASED,
                key: KeyId(1),
                type_no: TypeNo(1),
                window: WindowNo(0),
                ticket: TicketId(u64::from(no) + 1),
            };
            SoldTicket {
                number: format!("A-{no}"),
                name: "Fosse".into(),
                code: Presented::plain(key.sign(fields)),
            }
        });
        Ok(Sold {
            sale: Self::name(self.sales.len()),
            receipt: u32::try_from(self.sales.len()).unwrap(),
            tickets: tickets.collect(),
            print: self.print.unwrap_or(PrintState::Waiting),
        })
    }

    fn print_again(&mut self, _sale: FactId) -> Result<PrintState, TillRefusal> {
        self.works()?;
        Ok(PrintState::Waiting)
    }

    fn print_job_again(&mut self, job: i64) -> Result<(), TillRefusal> {
        self.works()?;
        self.papers.push((job, true));
        Ok(())
    }

    fn let_paper_be(&mut self, job: i64) -> Result<(), TillRefusal> {
        self.works()?;
        self.papers.push((job, false));
        Ok(())
    }

    fn open_shift(&mut self, clerk: UserId, float: &[(u32, u32)]) -> Result<(), TillRefusal> {
        self.works()?;
        self.clerks.push(clerk);
        self.opened.push(float.to_vec());
        Ok(())
    }

    fn change_clerk(&mut self, clerk: UserId) -> Result<(), TillRefusal> {
        self.works()?;
        self.clerks.push(clerk);
        Ok(())
    }

    fn move_cash(
        &mut self,
        into: bool,
        amount: Money,
        reason: CashReason,
    ) -> Result<(), TillRefusal> {
        self.works()?;
        if !into && amount.minor > self.drawer() {
            return Err(TillRefusal::DrawerTooLow);
        }
        self.moved.push((into, amount, reason));
        Ok(())
    }

    fn report(&self) -> Result<FiguresView, TillRefusal> {
        self.works()?;
        let revenue = self.sales.iter().map(|sale| sale.total.minor).sum();
        Ok(FiguresView {
            day: "samedi 28 novembre".into(),
            sales: u32::try_from(self.sales.len()).unwrap(),
            means: Vec::new(),
            refunds: 0,
            refunded: euros(0),
            revenue: euros(revenue),
            rates: Vec::new(),
            tickets: 0,
            free: 0,
            numbers: Vec::new(),
            float: euros(0),
            moved_in: euros(0),
            moved_out: euros(0),
        })
    }

    fn count_drawer(&mut self, count: &[(u32, u32)]) -> Result<Balance, TillRefusal> {
        self.works()?;
        self.counted.push(count.to_vec());
        Ok(Balance {
            figures: self.report()?,
            expected: euros(self.drawer()),
            unsent: 3,
        })
    }

    fn close_shift(&mut self) -> Result<u32, TillRefusal> {
        self.works()?;
        self.closed += 1;
        Ok(self.closed)
    }

    fn find(&self, _text: &str) -> Result<Vec<PastSaleView>, TillRefusal> {
        let sales = self.sales.iter().enumerate().rev();
        let found = sales.map(|(at, sale)| PastSaleView {
            sale: Self::name(at + 1),
            receipt: u32::try_from(at + 1).unwrap(),
            at: "19:42".into(),
            clerk: "Nadia".into(),
            places: sale.lines.iter().map(|line| line.quantity).sum(),
            total: sale.total,
            taken_back: 0,
        });
        Ok(found.collect())
    }

    fn look(&self, sale: FactId) -> Result<PastSale, TillRefusal> {
        let found = self.find("")?;
        let in_short = found.into_iter().find(|one| one.sale == sale);
        let in_short = in_short.ok_or(TillRefusal::NotHere)?;
        let sold = &self.sales[in_short.receipt as usize - 1];
        let is_back = |at| {
            let mut refunds = self.refunds.iter();
            refunds.any(|(of, all, _)| *of == sale && all.contains(&at))
        };
        let tickets = sold.lines.iter().flat_map(|line| {
            std::iter::repeat_n(line.unit, usize::try_from(line.quantity).unwrap())
        });
        let tickets = tickets.enumerate().map(|(at, price)| PastTicket {
            number: format!("A-{at}"),
            name: "Fosse".into(),
            price,
            kept: is_back(at).then_some(crate::station::view::KeptBecause::TakenBack),
        });
        Ok(PastSale {
            sale: in_short,
            parts: sold.parts.iter().map(|part: &Part| (*part, None)).collect(),
            tickets: tickets.collect(),
            back_by: vec![Means::Cash],
        })
    }

    fn find_orders(&self, text: &str) -> Result<FoundOrders, TillRefusal> {
        let orders = self.orders.as_ref().ok_or(TillRefusal::NoServer)?;
        let found = orders.iter().filter(|order| {
            order.code == text || order.buyer.to_lowercase().starts_with(&text.to_lowercase())
        });
        Ok(FoundOrders {
            orders: found.cloned().collect(),
            more: false,
        })
    }

    fn hand_out(
        &mut self,
        order: OrderId,
        fact: FactId,
        duplicate: bool,
    ) -> Result<HandedOut, TillRefusal> {
        self.works()?;
        let orders = self.orders.as_mut().ok_or(TillRefusal::NoServer)?;
        let found = orders.iter_mut().find(|one| one.order == order);
        let found = found.ok_or(TillRefusal::NotHere)?;
        if let (Some(before), false) = (&found.collected, duplicate) {
            return Ok(HandedOut::Before(before.clone()));
        }
        self.handed_out.push((order, fact, duplicate));
        let collected = CollectedView {
            at: "samedi 28 novembre, 19:42".into(),
            till: "Guichet 2".into(),
        };
        Ok(HandedOut::Printing {
            tickets: 2,
            collected: found.collected.get_or_insert(collected).clone(),
        })
    }

    fn take_over(&mut self, _order: OrderId) -> Result<TakenHere, TillRefusal> {
        self.taken_over += 1;
        self.works()?;
        self.reserved.clone().ok_or(TillRefusal::ReservationOver)
    }

    fn promotion(&mut self, ask: &CodeAsk) -> Result<Promotion, TillRefusal> {
        self.works()?;
        let off = self.takes_off.ok_or(TillRefusal::CodeNeedsServer)?;
        self.codes.push(ask.clone());
        if ask.code != "NOEL10" {
            return Err(TillRefusal::CodeUnknown);
        }
        let reduction = Reduction {
            off,
            types: [TypeNo(1)].into(),
            minimum: None,
        };
        let prices = reduce(Currency::Eur, &ask.places, &reduction);
        Ok(Promotion {
            event: ask.event,
            promo: PromoId(uuid::Uuid::from_u128(7)),
            code: "NOEL10".into(),
            percent_basis_points: match off {
                Off::Percent(points) => Some(points.get()),
                Off::Amount(_) => None,
            },
            expires_ms: 0,
            prices: prices.map_err(|_| TillRefusal::CodeOtherTypes)?,
        })
    }

    fn give_promotion_up(&self, fact: FactId) {
        self.given_up.borrow_mut().push(fact);
    }

    fn has_time(&self, _promotion: &Promotion) -> bool {
        !self.is_late
    }

    fn reprint(&mut self, sale: FactId, receipt: bool) -> Result<(), TillRefusal> {
        self.works()?;
        self.reprints.push((sale, receipt));
        Ok(())
    }

    fn refund(
        &mut self,
        sale: FactId,
        tickets: &[usize],
        _reason: RefundReason,
        means: Means,
    ) -> Result<u32, TillRefusal> {
        self.works()?;
        self.refunds.push((sale, tickets.to_vec(), means));
        Ok(u32::try_from(self.sales.len() + self.refunds.len()).unwrap())
    }
}

fn offer(no: u16, name: &str, minor: i64, own: u32) -> Offer {
    Offer {
        type_no: TypeNo(no),
        name: name.into(),
        proof: (no == 2).then(|| "Pièce d’identité".into()),
        price: euros(minor),
        group: (no == 1).then(|| Group {
            from: 10,
            unit: euros(minor - 400),
        }),
        reduced: match no {
            1 => vec![(ReducedReason::Student, euros(minor - 1_000))],
            _ => Vec::new(),
        },
        vat_bps: 550,
        left: Left { own, common: None },
    }
}

pub(super) fn shows() -> Vec<Show> {
    let show = |event, title: &str, today, offers| Show {
        event,
        title: title.into(),
        when: "20 h".into(),
        today,
        test: false,
        stock_until: None,
        lent: Vec::new(),
        offers,
    };
    vec![
        show(
            TOMORROW,
            "Halo Vert",
            false,
            vec![offer(1, "Fosse", 2_000, 9)],
        ),
        show(
            EVENING,
            "Mirabelle Nord",
            true,
            vec![
                offer(1, "Fosse, debout", 3_400, 4),
                offer(2, "Moins de 26 ans", 2_450, 9),
                offer(3, "Carré or", 5_800, 0),
            ],
        ),
    ]
}

pub(super) fn nadia() -> SupervisorView {
    SupervisorView {
        person: UserId(uuid::Uuid::from_u128(11)),
        name: "Nadia".into(),
    }
}

/// A box office and its till.
pub(super) struct Desk {
    pub(super) screen: BoxOffice,
    pub(super) till: PaperTill,
}

impl Desk {
    /// Before anybody has logged in.
    pub(super) fn locked() -> Self {
        let setup = Setup {
            name: "Guichet 2".into(),
            currency: Currency::Eur,
            language: shared::language::Language::Fr,
            vouchers: vec![
                VoucherView {
                    kind: 1,
                    name: "Chèque-vacances".into(),
                },
                VoucherView {
                    kind: PASS_CULTURE,
                    name: "pass Culture".into(),
                },
            ],
            people: vec![nadia()],
        };
        let mut screen = BoxOffice::new(setup, None);
        screen.stock(shows());
        Self {
            screen,
            till: PaperTill::default(),
        }
    }

    /// Nadia sells, with 150 euros in the drawer.
    pub(super) fn open() -> Self {
        let mut desk = Self::locked();
        desk.screen.log_in(nadia(), &mut desk.till);
        desk.count(5_000, 3);
        desk.keys("Enter");
        desk
    }

    pub(super) fn act(&mut self, act: TillAct) -> TillView {
        let step = self.screen.view().step;
        self.screen.act(step, act, &mut self.till)
    }

    pub(super) fn count(&mut self, value: u32, count: u32) {
        let act = crate::station::view::ShiftAct::Count { value, count };
        self.act(TillAct::Shift(act));
    }

    /// Strikes keys one after the other, as a person does who sees what each of them did.
    pub(super) fn keys(&mut self, keys: &str) -> TillView {
        let mut view = self.screen.view();
        for key in keys.split_whitespace() {
            view = self.screen.press(view.step, named(key), &mut self.till);
        }
        view
    }

    /// Strikes a key twice, the second time before anything of the first is seen.
    pub(super) fn twice(&mut self, key: &str) -> TillView {
        let step = self.screen.view().step;
        self.screen.press(step, named(key), &mut self.till);
        self.screen.press(step, named(key), &mut self.till)
    }
}

fn named(key: &str) -> TillKey {
    match key {
        "Enter" => TillKey::Enter,
        "Escape" => TillKey::Escape,
        "Backspace" => TillKey::Backspace,
        "+" => TillKey::Plus,
        "-" => TillKey::Minus,
        _ => match key.strip_prefix('F') {
            Some(no) => TillKey::Function {
                no: no.parse().unwrap(),
            },
            None => TillKey::Digit {
                digit: key.parse().unwrap(),
            },
        },
    }
}

pub(super) fn total(view: &TillView) -> Option<i64> {
    match &view.screen {
        TillScreen::Sale(sale) => Some(sale.cart.total.minor),
        TillScreen::Payment(payment) => Some(payment.due.minor),
        TillScreen::Done(done) => Some(done.total.minor),
        _ => None,
    }
}
