//! A box office: an event of so many places, a till to enrol, and two clerks who take turns at it.

use std::path::Path;

use serde_json::{Value, json};

use super::eye::{Eye, drawn};
use crate::api::text;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS};

/// Who sells, with their PINs.
const CLERKS: [(&str, &str); 2] = [("Inès Fournier", "73514"), ("Karim Diallo", "40926")];

/// The server with the event on sale, and where all of it is.
pub async fn open(folder: &Path, places: u32) -> anyhow::Result<(Stage, Value)> {
    let stage = Stage::set(folder, &WITHOUT_LIMITS).await?;
    let event = stage.event(&Offer::only(places)).await?;
    let organizer = stage.venue.organizer;
    let clerks = CLERKS.map(|(name, pin)| json!({ "name": name, "pin": pin }));
    for clerk in &clerks {
        let path = format!("/organizers/{organizer}/supervisors");
        stage.venue.owner.post(&path, clerk).await?;
    }
    let offer = json!({
        "organizer_id": organizer, "device_name": "Caisse 1", "events": [event], "gate": 1,
        "rights": { "scan": false, "search": false, "sell": true, "supervise": true },
    });
    let offer = stage.venue.owner.post("/devices/offers", &offer).await?;
    let mut eye = Eye::over(folder.join("pictures"))?;
    eye.sees("offer-1", &drawn(text(&offer, "/qr_text")?)?)?;
    eye.sees_nobody()?;
    let told = json!({
        "server": stage.server.url(), "token": stage.venue.owner.token(), "organizer": organizer, "event": event,
        "offers": [offer], "clerks": clerks, "pictures": eye.folder, "texts": eye.texts,
    });
    Ok((stage, told))
}
