//! The demo's concert, and all that a door's steward may be shown at it.

use std::path::Path;

use serde_json::{Value, json};
use uuid::Uuid;

use super::eye::{Eye, drawn};
use crate::api::{Api, text};
use crate::organizer::{Bought, buy_of_type, log_in, new_id};
use crate::pictures::forged;
use crate::processes::Server;

/// Of the demo, whose ids are fixed: see `sync-server/src/demo`.
const ORGANIZER: Uuid = Uuid::from_u128(0x0197_e2a0_0000_7000_8000_de30_0000_0100);
/// Whose doors are open.
const CONCERT: Uuid = Uuid::from_u128(0x0197_e2a0_0000_7000_8000_de30_0000_0301);
/// Who may decide against the rules, and the PIN.
const SUPERVISOR: (&str, &str) = ("Inès Fournier", "73514");
const OWNER: (&str, &str) = ("camille@nuits-de-loire.example", "nuits-de-loire");

/// Full price, at home at gate 1.
const FULL: u16 = 1;
/// At home at gate 1, with something to check.
const REDUCED: u16 = 2;
/// At home at gate 2.
const BALCONY: u16 = 3;

/// Sells tickets, makes offers to two doors and a till, and draws what a webcam sees of each. Where all of it is.
pub async fn set_up(server: &Server, folder: &Path) -> anyhow::Result<Value> {
    let guest = Api::guest(&server.url());
    let owner = log_in(&guest, OWNER.0, OWNER.1).await?;
    let (name, pin) = SUPERVISOR;
    let path = format!("/organizers/{ORGANIZER}/supervisors");
    let supervisor = json!({ "name": name, "pin": pin });
    owner.post(&path, &supervisor).await?;
    let mut eye = Eye::over(folder.join("pictures"))?;
    let mut offers = Vec::new();
    let door = json!({ "scan": true, "search": true, "sell": false, "supervise": true });
    let till = json!({ "scan": false, "search": false, "sell": true, "supervise": true });
    let devices = [
        ("Tablette 1", 1, &door),
        ("Tablette 2", 2, &door),
        ("Caisse 1", 1, &till),
    ];
    for (no, (name, gate, rights)) in (1..).zip(devices) {
        let offer = json!({ "organizer_id": ORGANIZER, "device_name": name, "events": [CONCERT], "gate": gate, "rights": rights });
        let offer = owner.post("/devices/offers", &offer).await?;
        eye.sees(&format!("offer-{no}"), &drawn(text(&offer, "/qr_text")?)?)?;
        offers.push(offer);
    }
    let lea = ("Léa Martin", "lea@example.org");
    let full = buy_of_type(&guest, CONCERT, (FULL, 8), lea).await?;
    for n in 0..full.tickets.len() {
        eye.sees(&format!("ticket-{n}"), &png(&guest, &full, n).await?)?;
    }
    for (name, type_no, buyer) in [
        ("reduced", REDUCED, ("Zoé Müller", "zoe@example.org")),
        ("balcony", BALCONY, ("Anaïs Le Goff", "anais@example.org")),
        ("balcony-2", BALCONY, ("Yann Kermarrec", "yann@example.org")),
    ] {
        let bought = buy_of_type(&guest, CONCERT, (type_no, 1), buyer).await?;
        eye.sees(name, &png(&guest, &bought, 0).await?)?;
    }
    // Whom a steward looks for by hand.
    let cagla = ("Çağla Öztürk", "cagla@example.org");
    buy_of_type(&guest, CONCERT, (FULL, 1), cagla).await?;
    eye.sees("forged", &forged(&eye.text("ticket-0")?)?)?;
    eye.sees("order", &drawn(&unpaid(&guest).await?)?)?;
    eye.sees("foreign", &drawn("https://example.org/carte")?)?;
    eye.sees_two("two", "ticket-6", "ticket-7")?;
    eye.sees_nobody()?;
    Ok(json!({
        "server": server.url(), "token": owner.token(), "organizer": ORGANIZER, "event": CONCERT, "offers": offers,
        "pictures": eye.folder, "texts": eye.texts, "supervisor": supervisor,
    }))
}

async fn png(guest: &Api, bought: &Bought, n: usize) -> anyhow::Result<Vec<u8>> {
    let (ticket, secret) = (&bought.tickets[n], &bought.secret);
    guest
        .bytes(&format!("/tickets/{ticket}/qr.png?secret={secret}"))
        .await
}

/// The code of an order that nobody has paid.
async fn unpaid(guest: &Api) -> anyhow::Result<String> {
    let order = json!({ "id": new_id(), "event_id": CONCERT, "email": "karim@example.org", "name": "Karim Diallo",
        "language": "fr", "lines": [{ "type_no": FULL, "quantity": 1 }] });
    let held = guest.post("/orders", &order).await?;
    Ok(text(&held, "/code")?.to_owned())
}
