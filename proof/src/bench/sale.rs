//! `sale.*`: from the last key to a sale that is on the disk and whose ticket the printer has; and an hour of 100 sales a
//! minute, at the till of an event whose places the server leases as they are sold: it must not grow.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use scanner_app::door::now_of;
use scanner_app::edge::{OsRandom, SystemClock};
use scanner_app::print::printer::Speaks;
use scanner_app::print::transport::Patience;
use scanner_app::replica::{Replica, ReplicaError};
use scanner_app::till::stock::unsold;
use scanner_app::till::{Printer, Prints, Sale, Till, Wanted};
use serde_json::json;
use shared::fact::till::PriceReason;
use shared::ids::{EventId, FactId, TypeNo, UserId};
use shared::language::Language;
use shared::money::{Currency, Money};
use shared::till::cart::Tender;

use super::cpu::resident_mb;
use super::enrolment::enrol_with;
use super::figures::{Sheet, percentile};
use super::stage::{Offer, PRICE_MINOR, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::api::text;
use crate::in_step::sync;
use crate::organizer::now_ms;
use crate::printer::ReceiptPrinter;
use crate::processes::Device;

const RUNS: usize = 5;
const SALES: usize = 100;
const AN_HOUR: usize = 6_000;
/// Sales after which what a till keeps has its size: those of ten minutes.
const WARM: usize = 1_000;
/// By so much a till may grow in the fifty minutes after. Were each sale kept, it would be some 560 bytes for each: 2.8 MB.
const MOST_GROWTH_MB: f64 = 2.0;
/// The till asks for more places once it has fewer.
const FEW: usize = 40;
const TYPE: TypeNo = TypeNo(1);
const PIN: &str = "73514";

/// Sells, prints and counts.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let event = stage.event(&Offer::only(40_000)).await?;
    let supervisors = format!("/organizers/{}/supervisors", stage.venue.organizer);
    let clerk = json!({"name": "Ana Costa", "pin": PIN});
    let clerk = stage.venue.owner.post(&supervisors, &clerk).await?;
    let clerk = UserId(text(&clerk, "/person")?.parse().context("a person's id")?);
    let device = Device::below(folder.path(), "till");
    let rights = ["scan", "sell", "supervise"];
    let url = stage.server.url();
    enrol_with(&stage.venue, &device, &url, (&[event][..], &rights[..])).await?;
    let replica = Replica::open(&device.data, &device.state).context("opening a till")?;
    sync(&replica).await?;
    let till = Till::open(&replica)?;
    till.open_shift(clerk, PIN, Vec::new(), now_ms())?;
    let mut desk = Desk {
        till,
        replica,
        event: EventId(event),
        left: 0,
        patience: Patience::default(),
    };

    let printer = ReceiptPrinter::on()?;
    desk.prints(&printer.address(), "escpos")?;
    desk.best_of_5(sheet, "sale.ms").await?;
    let leaf = folder.path().join("ticket.pdf");
    desk.prints(&format!("file:{}", leaf.display()), "pdf:a6")?;
    desk.best_of_5(sheet, "sale.pdf_a6_ms").await?;
    desk.prints(&printer.address(), "escpos")?;
    desk.hour(sheet).await?;
    stage.server.stop()
}

struct Desk {
    till: Till,
    replica: Replica,
    event: EventId,
    /// Places that it was lent and did not sell.
    left: usize,
    patience: Patience,
}

impl Desk {
    fn prints(&self, address: &str, speaks: &str) -> anyhow::Result<()> {
        let speaks: Speaks = speaks.parse()?;
        let printer = Printer {
            address: address.parse()?,
            speaks,
        };
        self.till
            .set_printer(Prints::Tickets, Some(printer), now_ms())?;
        Ok(())
    }

    async fn best_of_5(&mut self, sheet: Sheet, name: &str) -> anyhow::Result<()> {
        let mut best: Option<(f64, f64)> = None;
        for _ in 0..RUNS {
            let mut taken = Vec::with_capacity(SALES);
            for _ in 0..SALES {
                taken.push(self.sell(now_ms()).await?);
            }
            let of = (percentile(&mut taken, 0.5), percentile(&mut taken, 0.95));
            best = Some(best.filter(|best| best.0 <= of.0).unwrap_or(of));
        }
        let (p50, p95) = best.unwrap_or_default();
        sheet.put(format!("{name}.p50"), p50, "ms", SALES as u64);
        sheet.put(format!("{name}.p95"), p95, "ms", SALES as u64);
        Ok(())
    }

    /// An hour in which a sale is made each 600 ms; the time between two is not waited for.
    async fn hour(&mut self, sheet: Sheet) -> anyhow::Result<()> {
        let began_ms = now_ms();
        // SQLite keeps up to 32 MB of the database's pages in memory, and no more: here so few that they are all there before
        // the first look, so that they hide nothing that grows.
        self.replica.read(|tx| {
            tx.execute_batch("pragma cache_size = -1024")?;
            Ok::<_, ReplicaError>(())
        })?;
        let (mut taken, mut warm) = (Vec::with_capacity(AN_HOUR), 0.0);
        for n in 0..AN_HOUR {
            if n == WARM {
                warm = resident_mb(std::process::id())?;
            }
            taken.push(self.sell(began_ms + 600 * n as i64).await?);
        }
        let n = AN_HOUR as u64;
        sheet.put("sale.hour.ms.p50", percentile(&mut taken, 0.5), "ms", n);
        sheet.put("sale.hour.ms.p95", percentile(&mut taken, 0.95), "ms", n);
        sheet.put("sale.hour.resident_mb", warm, "MB", WARM as u64);
        let grown = resident_mb(std::process::id())? - warm;
        sheet.put("sale.hour.growth_mb", grown, "MB", n);
        self.till.last_sales(1)?;
        let began = Instant::now();
        let again = Till::open(&self.replica)?;
        again.last_sales(1)?;
        let opened = began.elapsed().as_secs_f64() * 1e3;
        sheet.put("sale.hour.open_ms", opened, "ms", n);
        ensure!(
            grown < MOST_GROWTH_MB,
            "a till of an hour has grown by {grown:.1} MB"
        );
        Ok(())
    }

    /// Sells a ticket for cash and prints it; milliseconds from the sale to the printer's word.
    async fn sell(&mut self, now_ms: i64) -> anyhow::Result<f64> {
        if self.left < FEW {
            sync(&self.replica).await?;
            let event = self.event;
            let now = now_of(self.replica.time().now(now_ms));
            let unsold = self.replica.read(move |tx| unsold(tx, event, now))?;
            self.left = unsold.get(&TYPE).copied().unwrap_or(0) as usize;
            ensure!(self.left > 0, "the server lends nothing");
        }
        let sale = Sale {
            id: FactId::new(now_ms, &mut OsRandom),
            wanted: vec![Wanted {
                event: self.event,
                type_no: TYPE,
                quantity: 1,
                reason: PriceReason::Full,
            }],
            tenders: vec![Tender::Cash {
                given: Money::new(PRICE_MINOR + 600, Currency::Eur),
            }],
            language: Language::Fr,
            contact: None,
            promotion: None,
        };
        let began = Instant::now();
        self.till.sell(sale, now_ms)?;
        let job = self.till.print_next(&self.patience, &SystemClock).await?;
        let taken = began.elapsed().as_secs_f64() * 1e3;
        let job = job.context("nothing was to be printed")?;
        ensure!(job.state == "printed", "not printed: {job:?}");
        self.left -= 1;
        Ok(taken)
    }
}
