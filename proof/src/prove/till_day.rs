//! A whole day at a box office, with the real server, a real replica and the till's own screen, which keys alone drive: sales
//! with and without the network, refused cards, mixed payments, free places, refunds, money to the bank, another clerk, the Z.
//!
//! What was sold, paid and given back is added up here from what the guests did, and asked of nobody.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scanner_app::edge::SystemClock;
use scanner_app::replica::{Replica, till};
use scanner_app::station::box_office::BoxOffice;
use scanner_app::station::desk::Desk;
use scanner_app::station::view::{
    ClosedView, Means, PastAct, RefundReason, ShiftAct, SupervisorView, TillAct, TillKey,
    TillScreen, TillView,
};
use scanner_app::supervisor::{self, Duty};
use serde_json::{Value, json};
use shared::ids::FactId;
use shared::language::Language;
use shared::till::Book;
use uuid::Uuid;

use super::leases::row;
use crate::api::number;
use crate::bench::enrolment::enrol_with;
use crate::bench::figures::Sheet;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::in_step::sync;
use crate::organizer::now_ms;
use crate::processes::Device;

const PLACES: u32 = 2_000;
/// Who sells, with their PINs: the second takes over at half time.
const CLERKS: [(&str, &str); 2] = [("Inès Fournier", "73514"), ("Karim Diallo", "40926")];
/// 150 euros in the drawer: pieces of each value.
const FLOAT: [(u32, u32); 2] = [(5_000, 2), (1_000, 5)];
/// Of euros, in cents.
const PIECES: [u32; 15] = [
    50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1,
];
/// The server makes orders of sales beside what it answers.
const SETTLED_WITHIN: Duration = Duration::from_secs(30);
/// So many sales in a row without the network, and as many with it.
const STRETCH: usize = 5;

/// How long the day is.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Sales.
    pub sales: usize,
    /// Draws the same day again.
    pub seed: u64,
}

/// What the guests did.
#[derive(Debug, Default)]
struct Sum {
    sales: u32,
    tickets: u32,
    free: u32,
    paid: BTreeMap<&'static str, i64>,
    refunds: u32,
    back: i64,
    banked: i64,
    offline: u64,
    /// Sales that can be taken back, with the price of one ticket.
    open: Vec<(FactId, i64)>,
}

impl Sum {
    fn taken(&self) -> i64 {
        self.paid.values().sum()
    }

    /// Everything goes back in cash.
    fn drawer(&self) -> i64 {
        let float = FLOAT.iter().map(|(value, count)| i64::from(value * count));
        let cash = self.paid.get("cash").copied().unwrap_or(0);
        float.sum::<i64>() + cash - self.back - self.banked
    }
}

struct Counter {
    screen: BoxOffice,
    desk: Desk,
    replica: Replica,
    price: i64,
    sum: Sum,
}

pub async fn run(sheet: Sheet, plan: Plan) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let (sum, z) = day(&stage, folder.path(), plan).await.with_context(|| {
        let log = stage.server.last_log_lines();
        format!(
            "the day of seed {}; the server's log ends: {log}",
            plan.seed
        )
    })?;
    stage.server.stop()?;
    let n = u64::from(sum.sales);
    sheet.put("till_day.sales", f64::from(sum.sales), "count", n);
    sheet.put("till_day.offline", sum.offline as f64, "count", n);
    sheet.put("till_day.refunds", f64::from(sum.refunds), "count", n);
    sheet.put("till_day.takings", sum.taken() as f64 / 100.0, "EUR", n);
    sheet.put("till_day.difference", z.difference.minor as f64, "cents", n);
    Ok(())
}

async fn day(stage: &Stage, folder: &Path, plan: Plan) -> anyhow::Result<(Sum, ClosedView)> {
    let event = stage.event(&Offer::only(PLACES)).await?;
    for (name, pin) in CLERKS {
        let path = format!("/organizers/{}/supervisors", stage.venue.organizer);
        let clerk = json!({ "name": name, "pin": pin });
        stage.venue.owner.post(&path, &clerk).await?;
    }
    let mut counter = opened(stage, folder, event).await?;
    let mut dice = StdRng::seed_from_u64(plan.seed);
    for no in 0..plan.sales {
        let is_offline = no / STRETCH % 2 == 1;
        if !is_offline {
            counter.in_step().await?;
        }
        if no == plan.sales / 2 {
            counter.hand_over()?;
        }
        let quantity = dice.random_range(1..=4);
        if !counter.has(quantity)? {
            // A till that was lent too little for its guests finds the network.
            counter.in_step().await?;
            ensure!(counter.has(quantity)?, "no places come from the server");
        } else if is_offline {
            counter.sum.offline += 1;
        }
        counter.sells(quantity, &mut dice)?;
        if no % 25 == 24 {
            counter.takes_back(&mut dice)?;
        }
        if no % 50 == 49 {
            counter.banks(2_000)?;
        }
    }
    let z = counter.closes()?;
    counter.in_step().await?;
    counter.agrees(&z)?;
    as_the_server_has_it(stage, event, &counter.sum).await?;
    Ok((counter.sum, z))
}

/// Each sale is an order, with what it cost and what went back, and its places are sold.
async fn as_the_server_has_it(stage: &Stage, event: Uuid, sum: &Sum) -> anyhow::Result<()> {
    let until = Instant::now() + SETTLED_WITHIN;
    loop {
        let (mut orders, mut total, mut refunded) = (0, 0, 0);
        let path = format!("/organizers/{}/orders", stage.venue.organizer);
        let mut page = path.clone();
        loop {
            let answer = stage.venue.owner.get(&page).await?;
            let of_page = answer.pointer("/orders").and_then(Value::as_array);
            for order in of_page.context("a list of orders")? {
                orders += 1;
                total += number(order, "/total_minor")?;
                refunded += number(order, "/refunded_minor")?;
            }
            match answer.pointer("/cursor").and_then(Value::as_str) {
                Some(next) => page = format!("{path}?cursor={next}"),
                None => break,
            }
        }
        let row = row(stage, event).await?;
        let sold = number(&row, "/sold")?;
        let here = (orders, total, refunded, sold);
        let there = (
            sum.sales,
            sum.taken(),
            sum.back,
            i64::from(sum.tickets) - i64::from(sum.refunds),
        );
        if here == there {
            return Ok(());
        }
        ensure!(
            Instant::now() < until,
            "the server has {here:?} (orders, total, given back, places), the guests {there:?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn opened(stage: &Stage, folder: &Path, event: Uuid) -> anyhow::Result<Counter> {
    let device = Device::below(folder, "till");
    let rights = ["sell", "supervise"];
    let at = (&[event][..], &rights[..]);
    enrol_with(&stage.venue, &device, &stage.server.url(), at).await?;
    let replica = Replica::open(&device.data, &device.state).context("opening the till")?;
    sync(&replica).await.context("the till's first sync")?;
    let clock = Arc::new(SystemClock);
    let desk = Desk::open(&replica, &device.data, clock, Language::Fr)?;
    let screen = desk
        .screen()
        .map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let mut counter = Counter {
        screen,
        desk,
        replica,
        price: 0,
        sum: Sum::default(),
    };
    counter.logs_in(CLERKS[0])?;
    for (value, count) in FLOAT {
        counter.act(TillAct::Shift(ShiftAct::Count { value, count }));
    }
    let TillScreen::Sale(sale) = counter.keys("Enter")?.screen else {
        bail!("the shift is not open");
    };
    counter.price = sale.keys.first().context("a type")?.price.minor;
    Ok(counter)
}

impl Counter {
    fn act(&mut self, act: TillAct) -> TillView {
        let step = self.screen.view().step;
        self.screen.act(step, act, &mut self.desk)
    }

    /// `1 1 F1 Enter`, one after the other; each must do something.
    fn keys(&mut self, keys: &str) -> anyhow::Result<TillView> {
        let mut view = self.screen.view();
        for key in keys.split_whitespace() {
            view = self.screen.press(view.step, named(key)?, &mut self.desk);
            ensure!(
                view.refusal.is_none(),
                "{key} of {keys} was refused: {:?} on {:?}",
                view.refusal,
                view.screen
            );
        }
        Ok(view)
    }

    /// By the PIN, as the window checks it.
    fn logs_in(&mut self, (name, pin): (&str, &str)) -> anyhow::Result<()> {
        let people = supervisor::people(&self.replica, Duty::Sell)?;
        let person = people.iter().find(|one| one.name == name);
        let person = person.context("nobody of that name has a PIN here")?.person;
        let clerk = supervisor::unlock(&self.replica, (person, Duty::Sell), pin, now_ms())?;
        self.screen
            .log_in(SupervisorView::from(clerk), &mut self.desk);
        let clerk = self.screen.view().clerk;
        ensure!(clerk.as_deref() == Some(name), "{clerk:?} sells");
        Ok(())
    }

    fn hand_over(&mut self) -> anyhow::Result<()> {
        self.keys("F9 5")?;
        self.logs_in(CLERKS[1])
    }

    async fn in_step(&mut self) -> anyhow::Result<()> {
        sync(&self.replica).await?;
        self.screen.stock(self.desk.shows()?);
        Ok(())
    }

    fn has(&mut self, quantity: u32) -> anyhow::Result<bool> {
        self.screen.stock(self.desk.shows()?);
        let TillScreen::Sale(sale) = self.screen.view().screen else {
            bail!("no sale can begin: {:?}", self.screen.view());
        };
        let key = sale.keys.first().context("a type")?;
        Ok(key.own_left >= quantity)
    }

    /// A guest buys, and pays as the dice say.
    fn sells(&mut self, quantity: u32, dice: &mut StdRng) -> anyhow::Result<()> {
        let due = self.price * i64::from(quantity);
        let places = "1 ".repeat(usize::try_from(quantity)?);
        let how = dice.random_range(0..20);
        let is_free = how == 19;
        let view = match how {
            0..8 => self.paid("cash", due, &format!("{places} F1 Enter"))?,
            // A larger note.
            8..10 => self.paid("cash", due, &format!("{places} F1 F7 Enter"))?,
            10..15 => self.paid("card", due, &format!("{places} F2 Enter"))?,
            15..17 => self.paid("card", due, &format!("{places} F2 F4 F2 Enter"))?,
            17..19 => {
                // Five euros in cash, the rest by card.
                self.keys(&format!("{places} F1 5 0 0 F3"))?;
                *self.sum.paid.entry("cash").or_default() += 500;
                self.paid("card", due - 500, "F2 Enter")?
            }
            _ => {
                self.sum.free += quantity;
                self.keys(&format!("F4 1 {places} F1"))?
            }
        };
        let TillScreen::Done(done) = &view.screen else {
            bail!("nothing was sold: {view:?}");
        };
        let expected = if is_free { 0 } else { due };
        ensure!(
            done.total.minor == expected && done.places == quantity,
            "{done:?} is not {quantity} places for {expected}"
        );
        self.sum.sales += 1;
        self.sum.tickets += quantity;
        if !is_free {
            let sale = self.screen.just_sold().context("the sale")?;
            self.sum.open.push((sale, self.price));
        }
        self.keys("Enter")?;
        Ok(())
    }

    fn paid(&mut self, by: &'static str, minor: i64, keys: &str) -> anyhow::Result<TillView> {
        *self.sum.paid.entry(by).or_default() += minor;
        self.keys(keys)
    }

    /// A ticket of a sale that nobody has taken back yet.
    fn takes_back(&mut self, dice: &mut StdRng) -> anyhow::Result<()> {
        let at = dice.random_range(0..self.sum.open.len());
        let (sale, price) = self.sum.open.swap_remove(at);
        self.keys("F9 1")?;
        self.act(TillAct::Past(PastAct::Look { sale }));
        self.act(TillAct::Past(PastAct::Mark { ticket: 0 }));
        let back = self.act(TillAct::Past(PastAct::Refund {
            reason: RefundReason::Guest,
            means: Means::Cash,
        }));
        ensure!(back.refusal.is_none(), "not taken back: {back:?}");
        self.sum.refunds += 1;
        self.sum.back += price;
        self.keys("Escape Escape Escape")?;
        Ok(())
    }

    fn banks(&mut self, minor: i64) -> anyhow::Result<()> {
        let digits: Vec<String> = minor.to_string().chars().map(String::from).collect();
        self.keys(&format!("F9 3 {} Enter Escape", digits.join(" ")))?;
        self.sum.banked += minor;
        Ok(())
    }

    /// Counts what must lie there by what the guests did, and closes.
    fn closes(&mut self) -> anyhow::Result<ClosedView> {
        self.keys("F9 6")?;
        let mut rest = self.sum.drawer();
        for value in PIECES {
            let count = u32::try_from(rest / i64::from(value))?;
            rest %= i64::from(value);
            self.act(TillAct::Shift(ShiftAct::Count { value, count }));
        }
        match self.keys("Enter Enter")?.screen {
            TillScreen::Closed(closed) => Ok(closed),
            other => bail!("no Z: {other:?}"),
        }
    }

    /// The Z and the journal say what the guests did, to the cent, and the server has all of it.
    fn agrees(&self, z: &ClosedView) -> anyhow::Result<()> {
        let (sum, figures) = (&self.sum, &z.figures);
        ensure!(z.difference.minor == 0, "the drawer is off: {z:?}");
        ensure!(z.expected.minor == sum.drawer(), "the drawer: {z:?}");
        let counted = (
            figures.sales,
            figures.tickets,
            figures.free,
            figures.refunds,
        );
        let expected = (sum.sales, sum.tickets, sum.free, sum.refunds);
        ensure!(counted == expected, "{counted:?} is not {expected:?}");
        ensure!(
            figures.revenue.minor == sum.taken() - sum.back && figures.refunded.minor == sum.back,
            "the revenue: {figures:?}, and {sum:?}"
        );
        for means in &figures.means {
            let by = match means.means {
                Means::Cash => "cash",
                Means::Card => "card",
                Means::Cheque | Means::Voucher { .. } | Means::Exchange => {
                    bail!("nobody paid so: {means:?}")
                }
            };
            let paid = sum.paid.get(by).copied().unwrap_or(0);
            ensure!(means.sum.minor == paid, "{means:?}, and guests paid {paid}");
        }
        let books = self.replica.read(|connection| {
            let newest = till::newest(connection)?;
            let newest = newest.expect("a till that sold has a journal");
            let unsent = till::unsent_count(connection)?;
            Ok::<_, scanner_app::replica::ReplicaError>((
                till::facts(connection, newest.id)?,
                unsent,
            ))
        })?;
        let (facts, unsent) = books;
        ensure!(unsent == 0, "{unsent} facts are not with the server");
        let book = Book::read(&facts).map_err(|(place, broken)| {
            anyhow::anyhow!("the journal breaks a rule at {place}: {broken}")
        })?;
        let perpetual = book.counters().perpetual;
        ensure!(
            (perpetual.sold, perpetual.refunded)
                == (sum.taken().cast_unsigned(), sum.back.cast_unsigned()),
            "the journal says {perpetual:?}, the guests {sum:?}"
        );
        Ok(())
    }
}

fn named(key: &str) -> anyhow::Result<TillKey> {
    Ok(match key {
        "Enter" => TillKey::Enter,
        "Escape" => TillKey::Escape,
        _ => match key.strip_prefix('F') {
            Some(no) => TillKey::Function { no: no.parse()? },
            None => TillKey::Digit {
                digit: key.parse()?,
            },
        },
    })
}
