//! A till that keeps its books: it sells what was lent to it, and uploads its journals when it is told to.

use serde_json::json;
use shared::clock::{Hlc, Stamp};
use shared::fact::journal::{Author, Draft, append};
use shared::fact::kind::OpeningCause;
use shared::fact::till::{
    Counters, GivenBack, Means, PaidBy, Pieces, PriceReason, RefundReason, SaleId, SaleLine,
    TillFact, TillOpening, TillSeries,
};
use shared::fact::{Envelope, FactBody, Head};
use shared::ids::{EventId, FactId, JournalId, TicketId, UserId};
use shared::money::Currency;
use shared::till::Book;
use shared::till::promotion::promote;
use shared::wire::latest::{FactsAnswer, Promotion, StockTicket};
use sync_server::edge::OsRandom;

use super::door::{Device, Event};

/// A device that sells, with its till's journal and books.
pub(crate) struct Till<'a> {
    pub(crate) device: Device<'a>,
    pub(crate) journal: JournalId,
    head: Head,
    pub(crate) book: Option<Book>,
    /// Written and not uploaded: in the till's journal, and in the door journal.
    pub(crate) unsent: Vec<Envelope>,
    pub(crate) unsent_of_door: Vec<Envelope>,
    /// Uploaded, and kept: a server that was put back gets it again.
    sent: Vec<Envelope>,
    sent_of_door: Vec<Envelope>,
}

/// So many of these tickets, at that price, for that reason.
pub(crate) fn line(
    event: EventId,
    tickets: &[StockTicket],
    unit: i64,
    reason: PriceReason,
) -> SaleLine {
    let mut ids: Vec<TicketId> = tickets.iter().map(|ticket| ticket.ticket).collect();
    ids.sort_unstable();
    SaleLine {
        event,
        type_no: tickets[0].type_no,
        unit: u32::try_from(unit).unwrap(),
        vat_bps: 550,
        reason,
        tickets: ids,
    }
}

/// At their price.
pub(crate) fn full(event: EventId, tickets: &[StockTicket]) -> SaleLine {
    line(event, tickets, tickets[0].price_minor, PriceReason::Full)
}

impl<'a> Till<'a> {
    pub(crate) async fn of(event: &'a Event<'a>, name: &str) -> Self {
        let rights = json!({ "sell": true, "scan": true });
        let device = event.device_with(name, rights).await;
        Self {
            device,
            journal: JournalId::new(event.server.now_ms(), &mut OsRandom),
            head: Head::EMPTY,
            book: None,
            unsent: Vec::new(),
            unsent_of_door: Vec::new(),
            sent: Vec::new(),
            sent_of_door: Vec::new(),
        }
    }

    /// Opens the journal, if it isn't, and a shift with 50 euros in the drawer.
    pub(crate) fn open(&mut self, clerk: UserId, series: &str) {
        if self.book.is_none() {
            self.write(TillFact::JournalOpened(TillOpening {
                organizer: self.device.event.organizer,
                series: TillSeries::from_text(series).unwrap(),
                currency: Currency::Eur,
                cause: OpeningCause::First,
                counters: Counters::default(),
                predecessor: None,
            }));
        }
        let (value, count) = (1_000, 5);
        let float = vec![Pieces { value, count }];
        self.write(TillFact::ShiftOpened { clerk, float });
    }

    /// Signs the next fact, by the rules of the books.
    pub(crate) fn write(&mut self, body: TillFact) -> FactId {
        let envelope = self.sign(body);
        let fact = envelope.fact();
        match &mut self.book {
            None => self.book = Some(Book::open(fact).unwrap()),
            Some(book) => book.write(fact).unwrap(),
        }
        let id = fact.id;
        self.unsent.push(envelope);
        id
    }

    /// The same under an id that another fact named before.
    fn write_as(&mut self, id: FactId, body: TillFact) {
        let envelope = self.sign_as(id, body);
        let book = self.book.as_mut().unwrap();
        book.write(envelope.fact()).unwrap();
        self.unsent.push(envelope);
    }

    /// The same, whatever the books say.
    pub(crate) fn write_against_the_books(&mut self, body: TillFact) {
        let envelope = self.sign(body);
        self.unsent.push(envelope);
    }

    /// Another copy of it, which goes on from here.
    pub(crate) fn fork(&self) -> Head {
        self.head
    }

    /// Goes on from an earlier place of its journal, as an old replica would.
    pub(crate) fn go_back(&mut self, head: Head, book: Book) {
        self.head = head;
        self.book = Some(book);
    }

    fn sign(&mut self, body: TillFact) -> Envelope {
        let now_ms = self.device.event.server.now_ms();
        self.sign_as(FactId::new(now_ms, &mut OsRandom), body)
    }

    fn sign_as(&mut self, id: FactId, body: TillFact) -> Envelope {
        let author = Author {
            device: self.device.id,
            journal: self.journal,
            key: &self.device.key,
        };
        let now_ms = self.device.event.server.now_ms();
        let draft = Draft {
            id,
            stamp: Stamp {
                hlc: Hlc::from_raw((now_ms.cast_unsigned() << 16) + self.head.seq),
                wall_ms: now_ms,
                offset_ms: 0,
                offset_err_ms: 20,
            },
            seen: Vec::new(),
            body: FactBody::Till(body),
        };
        let envelope = append(self.head, author, draft).unwrap();
        self.head = Head::from(&envelope.header());
        envelope
    }

    fn receipt(&self) -> u32 {
        self.book.as_ref().unwrap().counters().receipt + 1
    }

    /// Sells in both journals: lines, and what pays them.
    pub(crate) fn sell(&mut self, lines: &[SaleLine], paid: &[(PaidBy, u32)]) -> SaleId {
        let receipt = self.receipt();
        let sale = self.write(TillFact::Sale {
            receipt,
            lines: lines.to_vec(),
        });
        for &(by, amount) in paid {
            self.write(TillFact::Payment { sale, amount, by });
        }
        self.issue(lines);
        sale
    }

    /// Sells by a use of a promo code that the server gave it, for cash.
    pub(crate) fn sell_promoted(
        &mut self,
        (fact, promotion): (FactId, &Promotion),
        lines: Vec<SaleLine>,
    ) -> SaleId {
        let promoted = promote(promotion.event, &promotion.prices, lines).unwrap();
        let sale = FactId::new(self.device.event.server.now_ms(), &mut OsRandom);
        self.write_as(
            fact,
            TillFact::Promotion {
                promo: promotion.promo,
                sale,
                event: promotion.event,
                full: promoted.full,
                off: promoted.off,
            },
        );
        let price = |line: &SaleLine| line.unit * line.tickets.len() as u32;
        let amount = promoted.lines.iter().map(price).sum();
        let (receipt, lines) = (self.receipt(), promoted.lines.clone());
        self.write_as(sale, TillFact::Sale { receipt, lines });
        let by = PaidBy::Cash { change: 0 };
        self.write(TillFact::Payment { sale, amount, by });
        self.issue(&promoted.lines);
        sale
    }

    /// Its door journal is of one event.
    fn issue(&mut self, lines: &[SaleLine]) {
        let own = lines
            .iter()
            .filter(|line| line.event == self.device.event.id);
        let mut tickets: Vec<TicketId> =
            own.flat_map(|line| line.tickets.iter().copied()).collect();
        tickets.sort_unstable();
        let issued = self.device.write(vec![FactBody::Issued { tickets }]);
        self.unsent_of_door.extend(issued);
    }

    /// Takes tickets of a sale back in both journals.
    pub(crate) fn take_back(&mut self, sale: SaleId, tickets: &[TicketId], back: (Means, u32)) {
        let receipt = self.receipt();
        let mut tickets = tickets.to_vec();
        tickets.sort_unstable();
        let (means, amount) = back;
        let given = GivenBack { means, amount };
        self.write(TillFact::Refund {
            receipt,
            sale,
            reason: RefundReason::Guest,
            tickets: tickets.clone(),
            back: (amount > 0).then_some(given).into_iter().collect(),
        });
        let withdrawn = self.device.write(vec![FactBody::Withdrawn { tickets }]);
        self.unsent_of_door.extend(withdrawn);
    }

    /// Exchanges tickets of a sale that cost so much for those of a line, in both journals; the difference is cash.
    pub(crate) fn exchange(
        &mut self,
        (of, tickets, price): (SaleId, &[TicketId], u32),
        line: SaleLine,
    ) -> SaleId {
        let now_ms = self.device.event.server.now_ms();
        let [refund, sale] = [(); 2].map(|()| FactId::new(now_ms, &mut OsRandom));
        self.write(TillFact::Exchange { refund, sale });
        let costs = line.unit * line.tickets.len() as u32;
        let credit = costs.min(price);
        let given = |means, amount| (amount > 0).then_some(GivenBack { means, amount });
        let back = [
            given(Means::Cash, price - credit),
            given(Means::Exchange, credit),
        ];
        let (receipt, new) = (self.receipt(), line.tickets.clone());
        self.write_as(
            refund,
            TillFact::Refund {
                receipt,
                sale: of,
                reason: RefundReason::Exchange,
                tickets: tickets.to_vec(),
                back: back.into_iter().flatten().collect(),
            },
        );
        self.write_as(
            sale,
            TillFact::Sale {
                receipt: receipt + 1,
                lines: vec![line],
            },
        );
        let paid = [
            (PaidBy::Exchange, credit),
            (PaidBy::Cash { change: 0 }, costs - credit),
        ];
        for (by, amount) in paid.into_iter().filter(|(_, amount)| *amount > 0) {
            self.write(TillFact::Payment { sale, amount, by });
        }
        let tickets = tickets.to_vec();
        let both = vec![
            FactBody::Withdrawn { tickets },
            FactBody::Issued { tickets: new },
        ];
        let both = self.device.write(both);
        self.unsent_of_door.extend(both);
        sale
    }

    /// Counts the drawer, which holds `more` than it should, and closes the shift.
    pub(crate) fn close(&mut self, more: i64) {
        let z = self.counted(more);
        self.write(z);
    }

    /// Counts the drawer; the Z that follows.
    pub(crate) fn counted(&mut self, more: i64) -> TillFact {
        let book = self.book.as_ref().unwrap();
        let holds = book.shift().unwrap().expected() + more;
        let (value, count) = (1, u32::try_from(holds).unwrap());
        let count = vec![Pieces { value, count }];
        self.write(TillFact::DrawerCounted { count });
        self.book.as_ref().unwrap().z().unwrap()
    }

    /// Uploads its till's journal.
    pub(crate) async fn send_money(&mut self) -> FactsAnswer {
        let facts = std::mem::take(&mut self.unsent);
        self.sent.extend(facts.iter().cloned());
        self.device.upload(&facts).await
    }

    /// Uploads its door journal.
    pub(crate) async fn send_tickets(&mut self) -> FactsAnswer {
        let facts = std::mem::take(&mut self.unsent_of_door);
        self.sent_of_door.extend(facts.iter().cloned());
        self.device.upload(&facts).await
    }

    /// Uploads both from their first facts on: the server may have lost some.
    pub(crate) async fn send_all_again(&mut self) {
        for facts in [&self.sent, &self.sent_of_door] {
            let answer = self.device.upload(facts).await;
            for ack in &answer.journals {
                assert_eq!((ack.forked_at, ack.refused.len()), (None, 0), "{ack:?}");
            }
        }
    }
}
