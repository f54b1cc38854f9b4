//! What the screen shows: every amount is taken from where it is counted with.

use shared::money::{Currency, Money};

use super::cart::{Cart, Rate};
use super::drawer::Counting;
use super::payment::{By, Part, Payment, less};
use super::till::Balance;
use super::{BoxOffice, Done, Stage, coins};
use crate::station::view::{
    AskingView, CartView, CashMoveView, ClosedView, CodeView, CountView, DoneView, ExchangeView,
    GroupView, GuestView, InterruptedView, LentView, LineView, Means, ParkedView, PastDetailView,
    PastTicketView, PastView, PaymentView, PiecesView, SaleView, ShowView, TakenView,
    TicketOutView, TillScreen, TillView, TypeKeyView, VatView, VoucherView,
};

/// Digits that add a place: 1 to 9.
const KEYS: u8 = 9;

impl BoxOffice {
    /// The screen.
    pub fn view(&self) -> TillView {
        TillView {
            step: self.step,
            till: self.setup.name.clone(),
            clerk: self.clerk.as_ref().map(|clerk| clerk.name.clone()),
            opened: self.opened.clone(),
            refusal: self.refusal,
            unprinted: self.unprinted.clone(),
            interrupted: self.interrupted.as_ref().map(|of| InterruptedView {
                at: of.at.clone(),
                taken: self.taken_views(&of.parts),
            }),
            screen: self.screen(),
        }
    }

    fn screen(&self) -> TillScreen {
        match &self.stage {
            Stage::LogIn => TillScreen::LogIn {
                people: self.setup.people.clone(),
                locked_until_ms: self.locked_until_ms,
            },
            Stage::Open(counting) => TillScreen::Open(count(counting)),
            Stage::Sale => TillScreen::Sale(self.sale_view()),
            Stage::Parked => {
                let carts = self.parked.iter().map(|parked| ParkedView {
                    no: parked.no,
                    since: parked.since.clone(),
                    cart: cart(&parked.cart),
                });
                TillScreen::Parked {
                    carts: carts.collect(),
                }
            }
            Stage::Payment(payment) => TillScreen::Payment(self.payment_view(payment)),
            Stage::Done(done) => TillScreen::Done(self.done_view(done)),
            Stage::Menu => TillScreen::Menu,
            Stage::Cash(cash) => TillScreen::Cash(CashMoveView {
                into: cash.into,
                amount: Money::new(cash.typed.minor().unwrap_or(0).into(), self.setup.currency),
                reason: cash.reason,
            }),
            Stage::Report(figures) => TillScreen::Report((**figures).clone()),
            Stage::Count(counting) => TillScreen::Count(count(counting)),
            Stage::Compare(counting, balance) => {
                TillScreen::Compare(closed(counting, balance, None))
            }
            Stage::Closed(counting, balance, z) => {
                TillScreen::Closed(closed(counting, balance, Some(*z)))
            }
            Stage::Collect(collect) => TillScreen::Collect(collect.view()),
            Stage::Past(past) => TillScreen::Past(PastView {
                text: past.text.clone(),
                found: past.found.clone(),
                sale: past.looked_at.as_ref().map(|looked_at| PastDetailView {
                    sale: looked_at.sale.sale.clone(),
                    taken: looked_at
                        .sale
                        .parts
                        .iter()
                        .map(|(part, name)| taken(*part, name.clone()))
                        .collect(),
                    tickets: looked_at
                        .sale
                        .tickets
                        .iter()
                        .enumerate()
                        .map(|(at, ticket)| PastTicketView {
                            number: ticket.number.clone(),
                            name: ticket.name.clone(),
                            price: ticket.price,
                            kept: ticket.kept,
                            marked: looked_at.marked.contains(&at),
                        })
                        .collect(),
                    back_by: looked_at.sale.back_by.clone(),
                    back: looked_at.back(),
                    reprinted: looked_at.reprinted,
                    refund_receipt: looked_at.refund_receipt,
                }),
            }),
        }
    }

    fn sale_view(&self) -> SaleView {
        let shows = self.shows.iter().map(|show| ShowView {
            event: show.event,
            title: show.title.clone(),
            when: show.when.clone(),
            test: show.test,
            current: Some(show.event) == self.event,
            stock_until: show.stock_until.clone(),
            lent: lent(&show.lent),
        });
        let keys = self.show().map_or_else(Vec::new, |show| {
            let keys = show.offers.iter().zip(1_u8..).map(|(offer, no)| {
                let left = self.left(show, offer);
                TypeKeyView {
                    type_no: offer.type_no,
                    key: (no <= KEYS).then_some(no),
                    name: offer.name.clone(),
                    proof: offer.proof.clone(),
                    price: match self.rate {
                        Some(Rate::Reduced(reason)) => offer.at_rate(reason).unwrap_or(offer.price),
                        Some(Rate::Free(_)) | None => offer.price,
                    },
                    group: offer.tariff().group.map(|group| GroupView {
                        from: group.from,
                        price: group.unit,
                    }),
                    own_left: left.own,
                    common_left: left.common,
                    in_cart: self.cart.of_type(show.event, offer.type_no),
                }
            });
            keys.collect()
        });
        SaleView {
            shows: shows.collect(),
            keys,
            cart: cart(&self.cart),
            parked: u32::try_from(self.parked.len()).unwrap_or(u32::MAX),
            free: match self.rate {
                Some(Rate::Free(reason)) => Some(reason),
                Some(Rate::Reduced(_)) | None => None,
            },
            rates: self.rates(),
            reduced: match self.rate {
                Some(Rate::Reduced(reason)) => Some(reason),
                Some(Rate::Free(_)) | None => None,
            },
            choosing_rate: self.choosing_rate,
            choosing_reason: self.choosing_reason,
            ticket_language: self.language,
            guest: self.guest.as_ref().map(|guest| GuestView {
                name: guest.name().to_owned(),
                email: guest.email().to_owned(),
            }),
            asking_guest: self.asking_guest,
            asking_code: self.asking_code,
            code_out: self.code_out.clone(),
            exchange: self.exchange_of_cart(),
        }
    }

    fn payment_view(&self, payment: &Payment) -> PaymentView {
        let amount = payment.amount();
        let rest = payment.rest();
        let asking = match payment.asking() {
            None | Some(Means::Exchange) => AskingView::Means,
            Some(Means::Cash) => AskingView::Cash {
                given: amount,
                change: payment.change(),
                missing: (amount.minor < rest.minor).then(|| less(rest, amount)),
                quick: coins::likely_given(rest),
                pieces: payment.change().map_or_else(Vec::new, change),
            },
            Some(Means::Card) => AskingView::Card { amount },
            Some(Means::Cheque) => AskingView::Cheque { amount },
            Some(Means::Voucher { kind }) => AskingView::Voucher {
                kind,
                name: self.voucher(kind).unwrap_or_default(),
                amount,
            },
        };
        PaymentView {
            places: self.cart.places(),
            due: payment.due(),
            taken: self.taken_views(payment.taken()),
            rest,
            vouchers: self.setup.vouchers.clone(),
            asking,
            exchange: self.exchange_of_cart(),
        }
    }

    fn done_view(&self, done: &Done) -> DoneView {
        let exchange = done.exchange.as_ref();
        let exchange = exchange.map(|(of, went_by)| self.exchange_view(of, &done.cart, *went_by));
        let back = into_hand(done, self.setup.currency);
        let tickets = done.sold.tickets.iter().map(|ticket| TicketOutView {
            number: ticket.number.clone(),
            name: ticket.name.clone(),
        });
        DoneView {
            receipt: done.sold.receipt,
            places: done.cart.places(),
            total: done.cart.total(),
            taken: self.taken_views(&done.parts),
            change: back,
            pieces: back.map_or_else(Vec::new, change),
            print: done.sold.print,
            email: done.email.clone(),
            receipt_asked: done.receipt_asked,
            tickets: tickets.collect(),
            exchange,
        }
    }

    fn exchange_of_cart(&self) -> Option<ExchangeView> {
        let exchange = self.exchange.as_ref();
        exchange.map(|of| self.exchange_view(of, &self.cart, None))
    }

    fn taken_views(&self, parts: &[Part]) -> Vec<TakenView> {
        let views = parts.iter().map(|part| {
            let name = match part.by {
                By::Voucher { kind } => self.voucher(kind),
                By::Cash { .. } | By::Card { .. } | By::Cheque | By::Exchange => None,
            };
            taken(*part, name)
        });
        views.collect()
    }

    pub(super) fn voucher(&self, kind: u16) -> Option<String> {
        let mut vouchers = self.setup.vouchers.iter();
        let found: Option<&VoucherView> = vouchers.find(|voucher| voucher.kind == kind);
        found.map(|voucher| voucher.name.clone())
    }
}

/// Notes and coins that the guest gets: change, or what tickets that came back were dearer by.
pub(super) fn into_hand(done: &Done, currency: Currency) -> Option<Money> {
    let difference = match &done.exchange {
        Some((exchange, Some(Means::Cash))) => exchange.difference(&done.cart).1,
        Some(_) | None => Money::zero(currency),
    };
    let change = given_back(&done.parts, currency).unwrap_or(Money::zero(currency));
    let all = change.plus(difference).unwrap_or(change);
    (all.minor > 0).then_some(all)
}

/// The change of a sale, if there was any.
fn given_back(parts: &[Part], currency: Currency) -> Option<Money> {
    let back = parts
        .iter()
        .fold(Money::zero(currency), |sum, part| match part.by {
            By::Cash { change } => sum.plus(change).unwrap_or(sum),
            By::Card { .. } | By::Cheque | By::Voucher { .. } | By::Exchange => sum,
        });
    (back.minor > 0).then_some(back)
}

fn taken(part: Part, name: Option<String>) -> TakenView {
    TakenView {
        means: part.by.means(),
        name,
        amount: part.amount,
        refused: !part.counts(),
    }
}

pub(super) fn cart(cart: &Cart) -> CartView {
    let first = cart.lines().first().map(|line| line.event);
    let of_one_show = cart.lines().iter().all(|line| Some(line.event) == first);
    let lines = cart.lines().iter().map(|line| LineView {
        title: (!of_one_show).then(|| line.title.clone()),
        name: line.name.clone(),
        quantity: line.quantity,
        unit: line.unit,
        total: line.total,
        off: line.off(),
        proof: line.proof.clone(),
        free: line.free(),
        reduced: line.reduced(),
        group: line.is_group,
    });
    let vat = cart
        .vat()
        .into_iter()
        .map(|(basis_points, vat)| VatView { basis_points, vat });
    CartView {
        lines: lines.collect(),
        places: cart.places(),
        total: cart.total(),
        vat: vat.collect(),
        code: cart.code().map(|code| CodeView {
            code: code.promotion.code.clone(),
            percent_basis_points: code.promotion.percent_basis_points,
            off: Money::new(
                i64::try_from(code.promotion.off()).unwrap_or(i64::MAX),
                cart.total().currency,
            ),
        }),
    }
}

fn change(amount: Money) -> Vec<PiecesView> {
    let pieces = coins::change(amount).into_iter();
    pieces
        .map(|(value, count)| some_pieces(amount.currency, value, count))
        .collect()
}

fn some_pieces(currency: Currency, value: u32, count: u32) -> PiecesView {
    PiecesView {
        value: Money::new(value.into(), currency),
        coin: value < coins::smallest_note(currency),
        count,
        sum: Money::new(i64::from(value) * i64::from(count), currency),
    }
}

fn count(counting: &Counting) -> CountView {
    let total = counting.total();
    let pieces = counting
        .pieces()
        .map(|(value, count)| some_pieces(total.currency, value, count));
    CountView {
        pieces: pieces.collect(),
        total,
    }
}

fn closed(counting: &Counting, balance: &Balance, z: Option<u32>) -> ClosedView {
    ClosedView {
        figures: balance.figures.clone(),
        count: count(counting),
        expected: balance.expected,
        difference: less(counting.total(), balance.expected),
        unsent: balance.unsent,
        z,
    }
}

fn lent(lent: &[(String, u32)]) -> Vec<LentView> {
    let lent = lent.iter().map(|(till, places)| LentView {
        till: till.clone(),
        places: *places,
    });
    lent.collect()
}
