//! The restore drill: the server's data goes back to a copy while real doors go on. At the end every fact, device and
//! revocation is back, nothing is sold twice, and the journals verify.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row as _;
use uuid::Uuid;

use crate::api::{number, text};
use crate::bench::buyer::Bought;
use crate::bench::enrolment::enrol;
use crate::bench::figures::Sheet;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::organizer::new_id;
use crate::pictures::{Pose, seen_by_camera};
use crate::processes::Device;

/// Places of the event.
const PLACES: u32 = 10;
/// Sold before the copy, and after it.
const SOLD: [u32; 2] = [4, 4];

/// One drill.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let drill = drill(&mut stage, folder.path()).await;
    let drill = drill
        .with_context(|| format!("the server's log ends: {}", stage.server.last_log_lines()))?;
    stage.server.stop()?;
    sheet.put(
        "restore.facts_back".to_owned(),
        drill.facts as f64,
        "count",
        1,
    );
    sheet.put(
        "restore.entries_back".to_owned(),
        drill.entries as f64,
        "count",
        1,
    );
    Ok(())
}

struct Drill {
    facts: i64,
    entries: i64,
}

async fn drill(stage: &mut Stage, folder: &Path) -> anyhow::Result<Drill> {
    let event = stage.event(&Offer::only(PLACES)).await?;
    let door = |name: &str| Device::below(folder, name);
    let (a, b, c) = (door("a"), door("b"), door("c"));
    for device in [&a, &b] {
        come(stage, device, event).await?;
    }
    let early = stage.fill(event, &[1], SOLD[0]).await?;
    let early = pictures(stage, folder, &early).await?;
    for device in [&a, &b] {
        device.run_well(&["sync"])?;
    }
    admit(&a, event, &early[0])?;
    a.run_well(&["sync"])?;
    online(stage, &early[3]).await?;

    let copy = folder.join("copy");
    stage.server.stop()?;
    copy_tree(stage.server.data(), &copy)?;
    stage.server.start().await?;

    come(stage, &c, event).await?;
    let late = stage.fill(event, &[1], SOLD[1]).await?;
    let late = pictures(stage, folder, &late).await?;
    for device in [&a, &b, &c] {
        device.run_well(&["sync"])?;
    }
    admit(&a, event, &late[0])?;
    admit(&b, event, &late[1])?;
    admit(&c, event, &late[2])?;
    online(stage, &late[3]).await?;
    for device in [&a, &b, &c] {
        device.run_well(&["sync"])?;
    }
    revoke(stage, &b).await?;
    for device in [&a, &c] {
        device.run_well(&["sync"])?;
    }
    let oracle = entries(stage, event).await?;
    ensure!(oracle == 6, "before the restore {oracle} are in and not 6");

    stage.server.stop()?;
    std::fs::remove_dir_all(stage.server.data()).context("losing the server's data")?;
    copy_tree(&copy, stage.server.data())?;
    stage.server.run(&["restored"])?;
    // Doors go on without it.
    admit(&a, event, &early[1])?;
    stage.server.start().await?;
    let left = entries(stage, event).await?;
    ensure!(left == 2, "the copy has {left} entries and not 2");
    // At the place of its own journal where its lost words stand.
    online(stage, &early[2]).await?;
    ensure!(
        sale(stage, event).await? == 409,
        "nothing is sold before somebody has counted"
    );

    // The one that was enrolled since comes first: the server has never heard of it.
    for device in [&c, &a] {
        device.run_well(&["sync"])?;
    }
    let revoked = b.run(&["sync"])?;
    ensure!(
        states(stage).await?.contains(&"revoked".to_owned()),
        "the revocation is not back; the revoked door was told {:?}",
        revoked.lines.last()
    );
    let back = entries(stage, event).await?;
    ensure!(
        back == oracle + 2,
        "{back} entries are back and not {}",
        oracle + 2
    );
    // What went in once is refused at the other door, whoever let it in.
    let again = scan(&c, event, &late[0])?;
    ensure!(
        again == "already_entered",
        "a ticket of the lost time is answered {again}"
    );

    let sold = json!({ "sold_meanwhile": [{ "type_no": 1, "places": SOLD[1] }] });
    let go_on = format!("/events/{event}/go-on");
    stage.venue.owner.post(&go_on, &sold).await?;
    let places = PLACES - SOLD.iter().sum::<u32>();
    stage.fill(event, &[1], places).await?;
    ensure!(
        sale(stage, event).await? == 409,
        "more than {PLACES} places are sold"
    );
    for device in [&a, &c] {
        device.run_well(&["sync"])?;
    }
    let seen = stage
        .server
        .run(&["verify-journals", &event.to_string(), "--json"])?;
    let seen = seen.last().context("verify-journals said nothing")?;
    ensure!(seen["sound"] == true, "{seen}");
    Ok(Drill {
        facts: number(seen, "/facts")?,
        entries: back,
    })
}

async fn come(stage: &Stage, device: &Device, event: Uuid) -> anyhow::Result<()> {
    enrol(&stage.venue, device, &stage.server.url(), &[event]).await
}

/// A folder with the picture of each ticket.
async fn pictures(
    stage: &Stage,
    folder: &Path,
    orders: &[Bought],
) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let mut shown = Vec::new();
    for order in orders {
        for (n, ticket) in order.tickets.iter().enumerate() {
            let path = format!("/tickets/{ticket}/qr.png?secret={}", order.secret);
            let png = stage.guest.bytes(&path).await?;
            let folder = folder.join("pictures").join(ticket);
            std::fs::create_dir_all(&folder).context("making a folder of pictures")?;
            let picture = seen_by_camera(&png, Pose::numbered(n as u32))?;
            std::fs::write(folder.join("ticket.png"), picture)?;
            shown.push(folder);
        }
    }
    Ok(shown)
}

/// `admit`, or the reason why not.
fn scan(device: &Device, event: Uuid, picture: &Path) -> anyhow::Result<String> {
    let (event, camera) = (event.to_string(), format!("dir:{}", picture.display()));
    let lines = device.run_well(&["scan", "--event", &event, "--camera", &camera])?;
    let line = lines.iter().find(|line| line.get("decision").is_some());
    let line = line.context("no verdict")?;
    let said = text(line, "/reason").or_else(|_| text(line, "/decision"))?;
    Ok(said.to_owned())
}

fn admit(device: &Device, event: Uuid, picture: &Path) -> anyhow::Result<()> {
    let said = scan(device, event, picture)?;
    ensure!(said == "admit", "{} was answered {said}", picture.display());
    Ok(())
}

/// Lets the ticket of a picture in by the API: a fact in the server's own journal.
async fn online(stage: &Stage, picture: &Path) -> anyhow::Result<()> {
    let ticket = picture.file_name().context("a picture's folder")?;
    let said = stage.enter(&ticket.to_string_lossy()).await?;
    ensure!(said == "admit", "{} was answered {said}", picture.display());
    Ok(())
}

/// The device of this journal: nothing but the server knows whose it is.
async fn revoke(stage: &Stage, device: &Device) -> anyhow::Result<()> {
    let lines = device.run_well(&["status"])?;
    let journal = text(
        lines.first().context("no status")?,
        "/enrolled/journals/0/id",
    )?;
    let mut database = super::kill::audit::connect(stage.server.data()).await?;
    let row = sqlx::query("select device_id::text from journals where id = $1::text::uuid")
        .bind(journal)
        .fetch_one(&mut database)
        .await?;
    let id: String = row.try_get(0)?;
    let owner = &stage.venue.owner;
    owner
        .post(&format!("/devices/{id}/revoke"), &json!({}))
        .await?;
    Ok(())
}

async fn states(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let path = format!("/organizers/{}/devices", stage.venue.organizer);
    let devices = stage.venue.owner.get(&path).await?;
    let devices = devices.as_array().context("no list of devices")?;
    devices
        .iter()
        .map(|row| Ok(text(row, "/state")?.to_owned()))
        .collect()
}

async fn entries(stage: &Stage, event: Uuid) -> anyhow::Result<i64> {
    let path = format!("/events/{event}/attendance");
    let seen = stage.venue.owner.get(&path).await?;
    number(&seen, "/entries")
}

/// The status of an order for one more place.
async fn sale(stage: &Stage, event: Uuid) -> anyhow::Result<u16> {
    let order: Value = json!({
        "id": new_id(), "event_id": event, "email": "zoe@example.org", "name": "Zoé", "language": "fr",
        "lines": [{ "type_no": 1, "quantity": 1 }],
    });
    let answer = stage.guest.call(Method::POST, "/orders", Some(&order));
    Ok(answer.await?.0.as_u16())
}

/// With owners and times, as a backup keeps them.
fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status();
    ensure!(status.context("running cp")?.success(), "the copy failed");
    Ok(())
}
