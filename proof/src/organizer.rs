//! An organizer set up through the public API, as a person would: register, follow the mail's link, publish.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::{Api, text};

/// Everybody's here.
pub const PASSWORD: &str = "correct horse battery staple";

/// A client-made id.
pub fn new_id() -> Uuid {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).expect("the operating system's random source works");
    uuid::Builder::from_unix_timestamp_millis(now_ms() as u64, &bytes).into_uuid()
}

/// The wall clock.
#[expect(
    clippy::disallowed_methods,
    reason = "this program drives others in real time"
)]
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |d| d.as_millis() as i64)
}

/// A person with a verified account, logged in.
pub async fn person(
    server: &Api,
    server_data: &Path,
    email: &str,
    name: &str,
) -> anyhow::Result<Api> {
    let account = json!({ "email": email, "password": PASSWORD, "name": name, "language": "fr" });
    server.post("/auth/register", &account).await?;
    let token = token_in_mail(server_data, email).await?;
    server
        .post("/auth/verify", &json!({ "token": token }))
        .await?;
    log_in(server, email, PASSWORD).await
}

/// Somebody who has an account.
pub async fn log_in(server: &Api, email: &str, password: &str) -> anyhow::Result<Api> {
    let login = json!({ "email": email, "password": password });
    let login = server.post("/auth/login", &login).await?;
    Ok(server.with_token(text(&login, "/token")?))
}

/// The token in the newest mail to that address; mails are files in the server's folder.
async fn token_in_mail(server_data: &Path, email: &str) -> anyhow::Result<String> {
    let start = Instant::now();
    loop {
        if let Some(token) = mails_to(server_data, email)
            .iter()
            .rev()
            .find_map(|mail| token_of(mail))
        {
            return Ok(token);
        }
        if start.elapsed() > Duration::from_secs(20) {
            bail!("no mail to {email} came within 20 s");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// All mails to an address, oldest first.
pub fn mails_to(server_data: &Path, email: &str) -> Vec<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(server_data.join("mail"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .collect();
    files.sort();
    let mails = files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok());
    mails
        .filter(|mail| {
            mail.lines()
                .any(|line| line.starts_with("To:") && line.contains(email))
        })
        .collect()
}

fn token_of(mail: &str) -> Option<String> {
    let plain = plain(mail);
    let after = plain.split("token=").nth(1)?;
    Some(
        after
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
            .collect(),
    )
}

/// A mail's text as a mail program shows it.
fn plain(mail: &str) -> String {
    let read = MessageParser::default().parse(mail);
    let text = read.as_ref().and_then(|mail| mail.body_text(0));
    text.unwrap_or_default().into_owned()
}

/// The link to an order in the mail to that address, once it has come.
pub async fn mailed_order(server_data: &Path, email: &str) -> anyhow::Result<String> {
    let start = Instant::now();
    loop {
        let link = mails_to(server_data, email)
            .iter()
            .find_map(|mail| order_in(&plain(mail)));
        if let Some(link) = link {
            return Ok(link);
        }
        if start.elapsed() > Duration::from_secs(20) {
            bail!("no mail with an order came to {email} within 20 s");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn order_in(mail: &str) -> Option<String> {
    let mut words = mail.split(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>'));
    // Beside it there is one to the tickets on paper.
    let is_order = |word: &&str| {
        let path = word.split("/orders/").nth(1);
        word.starts_with("http") && path.is_some_and(|id| !id.contains('/'))
    };
    words.find(is_order).map(str::to_owned)
}

/// An organizer's place, through the API.
#[expect(
    clippy::struct_field_names,
    reason = "the field is the id of what the API calls a venue"
)]
pub struct Venue {
    /// The owner, logged in.
    pub owner: Api,
    /// The organizer.
    pub organizer: Uuid,
    /// The place.
    pub venue: Uuid,
}

impl Venue {
    /// A new organizer with one venue.
    pub async fn found(server: &Api, server_data: &Path) -> anyhow::Result<Self> {
        let (organizer, venue) = (new_id(), new_id());
        let email = format!("claire-{}@example.org", organizer.simple());
        let owner = person(server, server_data, &email, "Claire Morvan").await?;
        owner
            .post("/organizers", &json!({ "id": organizer, "name": "Les Nuits de Loire", "slug": organizer.simple().to_string() }))
            .await
            .context("founding an organizer")?;
        let place = json!({ "id": venue, "name": "Le Ferrailleur", "address": "21 quai des Antilles",
            "postal_code": "44200", "city": "Nantes", "capacity": 5000 });
        owner
            .post(&format!("/organizers/{organizer}/venues"), &place)
            .await?;
        Ok(Self {
            owner,
            organizer,
            venue,
        })
    }

    /// A published event whose doors are open now, with one ticket type and a gate.
    pub async fn publish(&self, title: &str, quota: u32) -> anyhow::Result<Uuid> {
        let (event, now) = (new_id(), now_ms());
        let details = json!({ "id": event, "organizer_id": self.organizer, "venue_id": self.venue, "title": title,
            "description": "Une soirée.", "category": "concert", "time_zone": "Europe/Paris",
            "doors_ms": now - 3_600_000, "starts_ms": now + 3_600_000, "ends_ms": now + 4 * 3_600_000,
            "mode": "real", "status": "draft", "hold_seconds": 600 });
        self.owner.post("/events", &details).await?;
        let plain = json!({ "no": 1, "name": "Plein tarif", "price_minor": 3400, "vat_basis_points": 550,
            "quota": quota, "max_per_order": 10 });
        self.owner
            .post(&format!("/events/{event}/types"), &plain)
            .await?;
        self.owner
            .post(
                &format!("/events/{event}/gates"),
                &json!({ "no": 1, "name": "Porte A" }),
            )
            .await?;
        self.owner
            .post(
                &format!("/events/{event}/gates"),
                &json!({ "no": 2, "name": "Porte B" }),
            )
            .await?;
        let published = merged(&details, &json!({ "status": "published" }));
        self.owner
            .put(&format!("/events/{event}"), &published)
            .await?;
        Ok(event)
    }
}

fn merged(base: &Value, over: &Value) -> Value {
    let mut merged = base.clone();
    if let (Some(fields), Some(changes)) = (merged.as_object_mut(), over.as_object()) {
        fields.extend(changes.clone());
    }
    merged
}

/// An order that was paid and whose tickets are there.
pub struct Bought {
    /// The order.
    pub order: Uuid,
    /// What opens it for a guest.
    pub secret: String,
    /// Its tickets, as 13 characters.
    pub tickets: Vec<String>,
}

/// Buys `quantity` tickets of type 1, as whoever asks.
pub async fn buy(buyer: &Api, event: Uuid, quantity: u32, email: &str) -> anyhow::Result<Bought> {
    buy_of_type(buyer, event, (1, quantity), ("Léa Martin", email)).await
}

/// Buys tickets of a type, so many, in somebody's name.
pub async fn buy_of_type(
    buyer: &Api,
    event: Uuid,
    (type_no, quantity): (u16, u32),
    (name, email): (&str, &str),
) -> anyhow::Result<Bought> {
    let order = new_id();
    let wanted = json!({ "id": order, "event_id": event, "email": email, "name": name, "language": "fr",
        "lines": [{ "type_no": type_no, "quantity": quantity }] });
    let held = buyer.post("/orders", &wanted).await?;
    let secret = text(&held, "/secret")?.to_owned();
    let pay = format!("/orders/{order}/pay?wait_issued=2000&secret={secret}");
    buyer.post(&pay, &json!({ "method": "accept" })).await?;
    let tickets = tickets_of(buyer, order, &secret).await?;
    Ok(Bought {
        order,
        secret,
        tickets,
    })
}

/// The tickets of an order, once they are there.
async fn tickets_of(buyer: &Api, order: Uuid, secret: &str) -> anyhow::Result<Vec<String>> {
    let start = Instant::now();
    loop {
        let order = buyer
            .get(&format!("/orders/{order}?secret={secret}"))
            .await?;
        let tickets = order["tickets"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if !tickets.is_empty() {
            return tickets
                .iter()
                .map(|ticket| Ok(text(ticket, "")?.to_owned()))
                .collect();
        }
        if start.elapsed() > Duration::from_secs(10) {
            bail!("the order's tickets were not there within 10 s: {order}");
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
