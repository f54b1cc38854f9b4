//! The box office's act: two tills sell without the server while guests buy online, one dies in the middle of a sale; then all
//! comes together, and every count of the money must agree to the cent.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures::StreamExt as _;
use scanner_app::replica::{Replica, identity};
use scanner_app::till::Till;
use serde_json::{Value, json};
use uuid::Uuid;

use super::stage::{Sold, Stage};
use super::telling::Telling;
use crate::api::{number, text};
use crate::bench::enrolment::enrol_with;
use crate::organizer::{buy, new_id, now_ms};
use crate::printer::ReceiptPrinter;
use crate::processes::{Device, json_lines};

const PLACES: u32 = 100;
const PRICE: i64 = 3_400;
/// A twentieth of the places.
const LENT: i64 = 5;
const FLOAT: i64 = 10_000;
const PIN: &str = "73514";
const DAY_MS: i64 = 24 * 3_600_000;
/// Guests at once, each for so many places; more than there are.
const RUSH: usize = 40;
const WANTED: u32 = 3;

/// Two tills with their clerk, and what was sold.
pub struct BoxOffice {
    event: Uuid,
    clerk: String,
    tills: [Device; 2],
    /// What each till must have taken and given back: counted here.
    taken: [i64; 2],
    /// How long the last sale took.
    took: Duration,
    online: i64,
    printer: ReceiptPrinter,
}

/// Enrolled, with a clerk's PIN, a printer and places.
pub async fn open(tell: &mut Telling, stage: &Stage, sold: &Sold) -> anyhow::Result<BoxOffice> {
    tell.step("tills");
    let venue = &sold.venue;
    let event = venue.publish("Nuit au guichet", PLACES).await?;
    let people = format!("/organizers/{}/supervisors", venue.organizer);
    let clerk = venue
        .owner
        .post(&people, &json!({"name": "Ana Costa", "pin": PIN}))
        .await?;
    let office = BoxOffice {
        event,
        clerk: text(&clerk, "/person")?.to_owned(),
        tills: ["till-a", "till-b"].map(|name| Device::below(stage.folder.path(), name)),
        taken: [0; 2],
        took: Duration::ZERO,
        online: 0,
        printer: ReceiptPrinter::on()?,
    };
    for till in &office.tills {
        let rights = ["scan", "sell", "supervise"];
        let rights = if tell.breaks("tills") {
            &rights[..1]
        } else {
            &rights[..]
        };
        let url = stage.server.url();
        enrol_with(venue, till, &url, (&[event][..], rights)).await?;
        till.run_well(&["sync"])?;
        let lent = till.run_well(&["leases"])?;
        let lent = lent
            .first()
            .map_or(&Value::Null, |row| &row["lease"]["can_sell"]);
        let unsold = lent.as_i64().unwrap_or(0);
        tell.check("places that the till may sell alone", unsold, LENT)?;
    }
    for n in 0..2 {
        office.open_shift(n)?;
    }
    Ok(office)
}

/// Tills that don't hear the server; guests who do; a death in between.
pub async fn sell(tell: &mut Telling, stage: &Stage, office: &mut BoxOffice) -> anyhow::Result<()> {
    tell.step("till-sales");
    let sold = office.sell(0, 2, "cash", new_id())?;
    office.sell(1, 1, "card", new_id())?;
    let printed = office.done(0, &["print"])?;
    tell.check(
        "the ticket printer's word",
        text(&printed, "/state")?.to_owned(),
        "printed".into(),
    )?;
    if tell.breaks("till-sales") {
        office.sell(0, 1, "cash", new_id())?;
        office.taken[0] -= PRICE;
    }
    let x = office.done(0, &["x"])?;
    tell.check(
        "taken at till A, in cents",
        number(&x, "/sums/sold")?,
        office.taken[0],
    )?;

    tell.step("till-kill");
    let id = new_id();
    let begun = office.sell_and_die(0, id, tell.breaks("till-kill"))?;
    tell.note(&format!("killed {begun} ms after it began"));
    let again = office.sell(0, 1, "cash", id)?;
    let before = again["made_before"] == true;
    tell.note(if before {
        "the sale was whole, and is not made again"
    } else {
        "the sale was not there, and is made"
    });
    let x = office.done(0, &["x"])?;
    tell.check("sales at till A", number(&x, "/sums/sales")?, 2)?;
    tell.check(
        "taken at till A, in cents",
        number(&x, "/sums/sold")?,
        office.taken[0],
    )?;

    tell.step("till-rush");
    let came = if tell.breaks("till-rush") { 3 } else { RUSH };
    let event = office.event;
    let guests = futures::stream::iter(0..came).map(|n| async move {
        let email = format!("rush-{n}@example.org");
        buy(&stage.guest, event, WANTED, &email)
            .await
            .map_or(0, |bought| bought.tickets.len())
    });
    let got: Vec<usize> = guests.buffer_unordered(8).collect().await;
    let online = got.iter().sum::<usize>() as i64;
    office.online = online * PRICE;
    let free = i64::from(PLACES) - 2 * LENT;
    tell.check(
        "tickets sold online, of the places that no till holds",
        online,
        free - free % i64::from(WANTED),
    )?;

    tell.step("till-refund");
    let sale = text(&sold, "/sale")?.to_owned();
    let ticket = text(&sold, "/tickets/0/ticket")?.to_owned();
    let refund = ["refund", &sale, "--reason", "guest", "--by", "cash"];
    // Without a ticket all of the sale go back.
    let one = ["--ticket", &ticket];
    let one = if tell.breaks("till-refund") {
        &[]
    } else {
        &one[..]
    };
    let back = office.done(0, &[&refund[..], one].concat())?;
    office.taken[0] -= PRICE;
    tell.check("given back, in cents", number(&back, "/amount")?, PRICE)
}

/// All comes together.
pub async fn close(
    tell: &mut Telling,
    stage: &Stage,
    sold: &Sold,
    office: &BoxOffice,
) -> anyhow::Result<()> {
    tell.step("till-z");
    for n in 0..2 {
        let cash = if n == 0 { office.taken[0] } else { 0 };
        let off = i64::from(tell.breaks("till-z"));
        let z = office.done(
            n,
            &["close", "--count", &format!("1x{}", FLOAT + cash - off)],
        )?;
        tell.check(
            "difference of the counted drawer, in cents",
            number(&z, "/difference")?,
            0,
        )?;
        let kept = number(&z, "/sums/sold")? - number(&z, "/sums/refunded")?;
        tell.check("the Z, in cents", kept, office.taken[n])?;
    }

    tell.step("till-sync");
    for till in &office.tills {
        till.run_well(&["leases", "return"])?;
        if !tell.breaks("till-sync") {
            till.run_well(&["sync"])?;
        }
        let status = till.run_well(&["till", "status"])?;
        let journals = status.first().context("no status")?["journals"].clone();
        let unsent = journals.as_array().into_iter().flatten();
        let unsent: i64 = unsent.map(|row| row["unsent"].as_i64().unwrap_or(0)).sum();
        tell.check("facts of the till that wait to be sent", unsent, 0)?;
    }

    tell.step("statement");
    let owner = &sold.venue.owner;
    let path = format!("/events/{}/takings", office.event);
    let statement = settled(stage, owner, &path).await?;
    let all = office.taken[0] + office.taken[1] + office.online;
    let told = number(&statement, "/kept_minor")? + i64::from(tell.breaks("statement"));
    tell.check(
        "the statement of takings: tills and store, in cents",
        told,
        all,
    )?;
    tell.check(
        "difference of tickets and ledger, in cents",
        number(&statement, "/difference_minor")?,
        0,
    )?;
    let lines = statement["lines"].as_array().cloned().unwrap_or_default();
    let of_tills = lines.iter().filter(|line| line["channel"] != "W");
    let of_tills: i64 = of_tills
        .map(|line| line["total_minor"].as_i64().unwrap_or(0))
        .sum();
    tell.check(
        "of it the tills', in cents",
        of_tills,
        office.taken[0] + office.taken[1],
    )?;
    let closings = format!("/organizers/{}/tills/closings", sold.venue.organizer);
    let closings = owner.get(&closings).await?;
    let zs = closings.as_array().into_iter().flatten();
    let agreeing = zs
        .filter(|row| row["kind"] == "shift" && row["agrees"] == true)
        .count();
    tell.check("Zs that agree with the server's own sums", agreeing, 2)?;
    let types = owner
        .get(&format!("/events/{}/types", office.event))
        .await?;
    let types = types.pointer("/types/0").context("no type")?.clone();
    let (held, lent) = (number(&types, "/held")?, number(&types, "/leased")?);
    let sold = number(&types, "/sold")?;
    tell.check("places sold, all", sold, all / PRICE)?;
    tell.check("places still held or lent", held + lent, 0)
}

/// The day's archive, by two readers that know the till's key alone.
pub async fn archive(tell: &mut Telling, sold: &Sold, office: &BoxOffice) -> anyhow::Result<()> {
    tell.step("archive");
    let till = &office.tills[0];
    let (day, me) = {
        let replica = Replica::open(&till.data, &till.state).context("opening the till")?;
        // Its day ends tomorrow at six: nothing of tomorrow is sent.
        let closings = Till::open(&replica)?.closings(now_ms() + 2 * DAY_MS)?;
        let day = closings.first().context("no day was closed")?;
        let identity = replica.read(identity::load)?.context("not enrolled")?;
        (day.period.clone(), identity.device.to_string())
    };
    let folder = till.data.with_file_name("archive");
    let folder = folder.to_string_lossy().into_owned();
    let made = office.done(0, &["archive", "make", &day, "--to", &folder])?;
    let file = text(&made, "/file")?.to_owned();
    let devices = format!("/organizers/{}/devices", sold.venue.organizer);
    let devices = sold.venue.owner.get(&devices).await?;
    let rows = devices.as_array().into_iter().flatten();
    let mut rows = rows.filter(|row| row["id"] == me.as_str());
    let key = text(
        rows.next().context("the till is not listed")?,
        "/public_key",
    )?
    .to_owned();
    let broken = if tell.breaks("archive") {
        spoil(&file)?
    } else {
        0
    };
    let verified = ["archive", "verify", &file, "--key", &key];
    tell.check(
        "`door till archive verify` finds it sound",
        office.run(0, &verified)?.0,
        true,
    )?;
    let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/../tools/till_archive.py");
    let second = || -> anyhow::Result<bool> {
        let run = Command::new("python3").args([reader, &file, &key]).output();
        Ok(run.context("running python3")?.status.success())
    };
    tell.check("the second reader finds it sound", second()?, true)?;
    let line = spoil(&file)?.max(broken);
    let (sound, report) = office.run(0, &verified)?;
    tell.check("with a flipped bit it is sound", sound || second()?, false)?;
    tell.check(
        "the first broken line",
        number(&report, "/problem/line")?,
        line,
    )
}

/// Flips one bit of the second line, where the first fact stands; which line that is.
fn spoil(file: &str) -> anyhow::Result<i64> {
    let mut bytes = std::fs::read(file)?;
    let first = bytes.iter().position(|byte| *byte == b'\n');
    let at = first.context("an archive of one line")? + 50;
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
    std::fs::write(file, bytes)?;
    Ok(2)
}

/// The statement, once the server has made orders of what the tills sent.
async fn settled(stage: &Stage, owner: &crate::api::Api, path: &str) -> anyhow::Result<Value> {
    for _ in 0..100 {
        let statement = owner.get(path).await?;
        let lines = statement["lines"].as_array().map_or(0, Vec::len);
        if number(&statement, "/difference_minor")? == 0 && lines >= 3 {
            return Ok(statement);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    super::telling::say(&stage.server.last_log_lines());
    owner.get(path).await
}

impl BoxOffice {
    fn command(&self, till: usize, arguments: &[&str]) -> anyhow::Result<Command> {
        let till = &self.tills[till];
        let data = till.data.to_string_lossy().into_owned();
        till.command(&[&["till"], arguments, &["--data", &data]].concat())
    }

    fn run(&self, till: usize, arguments: &[&str]) -> anyhow::Result<(bool, Value)> {
        let output = self
            .command(till, arguments)?
            .output()
            .context("running door till")?;
        let line = json_lines(&output.stdout).pop().unwrap_or_default();
        Ok((output.status.success(), line))
    }

    fn done(&self, till: usize, arguments: &[&str]) -> anyhow::Result<Value> {
        let (succeeded, line) = self.run(till, arguments)?;
        if !succeeded {
            bail!("door till {} failed: {line}", arguments.join(" "));
        }
        Ok(line)
    }

    fn open_shift(&self, till: usize) -> anyhow::Result<()> {
        let float = format!("1000x{}", FLOAT / 1000);
        let open = ["open", "--clerk", &self.clerk, "--float", &float];
        let mut child = self.command(till, &open)?.stdin(Stdio::piped()).spawn()?;
        writeln!(child.stdin.take().context("its input")?, "{PIN}")?;
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!(
                "the shift is not opened: {}",
                String::from_utf8_lossy(&output.stdout)
            );
        }
        let address = self.printer.address();
        let printer = [
            "printer",
            "tickets",
            "--printer",
            &address,
            "--speaks",
            "escpos",
        ];
        self.done(till, &printer).map(drop)
    }

    fn sale(&self, quantity: i64, means: &str, id: Uuid) -> [String; 7] {
        let line = format!("{}:1:{quantity}", self.event);
        let paid = format!("{means}:{}", quantity * PRICE);
        [
            "sell",
            "--line",
            &line,
            "--pay",
            &paid,
            "--id",
            &id.to_string(),
        ]
        .map(str::to_owned)
    }

    /// Sells, and counts it.
    fn sell(&mut self, till: usize, quantity: i64, means: &str, id: Uuid) -> anyhow::Result<Value> {
        let sale = self.sale(quantity, means, id);
        let began = Instant::now();
        let sold = self.done(till, &sale.each_ref().map(String::as_str))?;
        self.took = began.elapsed();
        self.taken[till] += quantity * PRICE;
        Ok(sold)
    }

    /// Sells one ticket for cash and dies by `kill -9` somewhere in it; after how long. Spoilt, it is another sale.
    fn sell_and_die(&self, till: usize, id: Uuid, spoilt: bool) -> anyhow::Result<u128> {
        let id = if spoilt { new_id() } else { id };
        let sale = self.sale(1, "cash", id);
        let began = Instant::now();
        let mut child = self
            .command(till, &sale.each_ref().map(String::as_str))?
            .spawn()?;
        if spoilt {
            child.wait()?;
        } else {
            // Some moment of it, by the last byte of its random id.
            let share = u32::from(id.as_bytes()[15]);
            std::thread::sleep(self.took * share / u32::from(u8::MAX));
            child.kill()?;
            child.wait()?;
        }
        Ok(began.elapsed().as_millis())
    }
}
