//! Tickets on paper, read back as a door and a person would: by another reader of codes and by poppler's reader of text.

use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::{OrderId, RefundId};
use shared::language::Language;
use shared::money::{Currency, Money};
use shared::roster::EventMode;
use sync_server::database::transaction;
use sync_server::edge::OsRandom;
use sync_server::messages::sender;
use sync_server::tickets::pdf::{
    self, Paper, PaperCode, PaperEvent, PaperPlace, PaperSale, PaperTicket, PaperWindow,
};

use crate::support::stall::{Stall, text};
use crate::support::{TestServer, until};

/// What a file may weigh, with one ticket.
const MOST_BYTES: usize = 100_000;
const LICENCE: &str = "PLATESV-R-2024-001234";

/// A file that was answered, in a folder of its own.
pub(crate) struct Printed {
    folder: tempfile::TempDir,
    bytes: Vec<u8>,
}

impl Printed {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tickets.pdf"), &bytes).unwrap();
        Self { folder, bytes }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("tickets.pdf")
    }

    /// The words of all pages, blanks as single ones.
    pub(crate) fn words(&self) -> String {
        let text = output(Command::new("pdftotext").arg(self.path()).arg("-"));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn pages(&self) -> usize {
        let info = output(Command::new("pdfinfo").arg(self.path()));
        let pages = info
            .lines()
            .find_map(|line| line.strip_prefix("Pages:"))
            .unwrap();
        pages.trim().parse().unwrap()
    }

    /// What a reader of codes finds on the pages, as they leave an office printer; nothing if there is none.
    fn codes(&self) -> Vec<String> {
        let stem = self.folder.path().join("page");
        let mut print = Command::new("pdftoppm");
        output(
            print
                .args(["-gray", "-png", "-r", "150"])
                .arg(self.path())
                .arg(&stem),
        );
        let mut pages: Vec<_> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "png"))
            .collect();
        pages.sort();
        pages.iter().flat_map(|page| read_codes(page)).collect()
    }

    /// Left, top, right and bottom of each word, in points.
    fn boxes(&self) -> Vec<[f64; 4]> {
        let xml = output(
            Command::new("pdftotext")
                .arg("-bbox")
                .arg(self.path())
                .arg("-"),
        );
        xml.lines()
            .filter(|line| line.trim_start().starts_with("<word "))
            .map(|line| {
                let mut numbers = line.split('"').skip(1).step_by(2).take(4);
                [(); 4].map(|()| numbers.next().unwrap().parse().unwrap())
            })
            .collect()
    }
}

fn output(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| {
        panic!("{command:?} of poppler-utils, which ./hub test installs: {error}")
    });
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.success() && said.is_empty(),
        "{command:?}: {said}"
    );
    // Poppler writes the emoji of a title in its own way.
    String::from_utf8_lossy(&done.stdout).into_owned()
}

fn read_codes(page: &Path) -> Vec<String> {
    let mut reader = Command::new("zbarimg");
    reader.args(["--raw", "-q", "-Sdisable", "-Sqrcode.enable"]);
    let done = reader.arg(page).output().unwrap();
    let found = String::from_utf8(done.stdout).unwrap();
    found.lines().map(ToOwned::to_owned).collect()
}

async fn print(server: &TestServer, order: &Value) -> Printed {
    let path = format!(
        "/api/v1/orders/{}/tickets.pdf?secret={}",
        text(&order["id"]),
        text(&order["secret"])
    );
    let answer = server.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("cache-control"), "private, no-store");
    let name = format!("attachment; filename=\"{}.pdf\"", text(&order["code"]));
    assert_eq!(header("content-disposition"), name);
    Printed::new(answer.bytes().await.unwrap().to_vec())
}

/// A licence, a gate and a window, which the stall has not.
async fn furnish(stall: &Stall<'_>) {
    let pool = &stall.server.app.pool;
    sqlx::query("update organizers set licence = $2, legal_name = 'Association Les Nuits de Loire' where id = $1")
        .bind(stall.organizer.0)
        .bind(LICENCE)
        .execute(pool)
        .await
        .unwrap();
    change(
        stall,
        &[
            "insert into gates (organizer_id, event_id, no, name) values ($1, $2, 1, 'Porte des Antilles')",
            "insert into windows (organizer_id, event_id, no, name, intervals)
             values ($1, $2, 1, 'Premier service', '[[1795374000000, 1795377600000]]')",
            "update ticket_types set home_gate = 1, window_no = 1 where organizer_id = $1 and event_id = $2",
        ],
    )
    .await;
}

/// Writes to the event under its lock.
async fn change(stall: &Stall<'_>, statements: &[&'static str]) {
    let mut tx = transaction::begin(&stall.server.app.pool).await.unwrap();
    for statement in ["select begin_change($1, $2)"].iter().chain(statements) {
        sqlx::query(*statement)
            .bind(stall.organizer.0)
            .bind(stall.event.0)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn bought_by_name(stall: &Stall<'_>, lines: &[(u16, &[&str])]) -> Value {
    let mut request = stall.request(&[(1, 1)]);
    request.lines = lines
        .iter()
        .map(|(type_no, names)| {
            let line = json!({"type_no": type_no, "quantity": names.len(), "holder_names": names});
            serde_json::from_value(line).unwrap()
        })
        .collect();
    let body = serde_json::to_value(request).unwrap();
    let order = stall.server.post("/api/v1/orders", &body).await.ok();
    let mut paid = stall.pay(&order, "accept").await.ok();
    paid["secret"] = order["secret"].clone();
    paid
}

#[tokio::test]
async fn a_ticket_on_paper_says_what_the_law_asks_and_opens_the_door() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 10), (0, 10)]).await;
    furnish(&stall).await;
    let names: [(u16, &[&str]); 2] = [(1, &["Zoé Œuvrard"]), (2, &["Łukasz Żak"])];
    let order = bought_by_name(&stall, &names).await;
    let printed = print(&server, &order).await;
    assert_eq!(printed.pages(), 2, "one ticket a page");
    let words = printed.words();
    let mut codes = Vec::new();
    for ticket in order["tickets"].as_array().unwrap() {
        let path = format!(
            "/api/v1/tickets/{}?secret={}",
            text(ticket),
            text(&order["secret"])
        );
        let ticket = server.get(&path).await.ok();
        codes.push(text(&ticket["code"]).to_owned());
        for field in ["short_code", "series", "holder_name", "type_name"] {
            let told = text(&ticket[field]);
            assert!(words.contains(told), "{field} {told}: {words}");
        }
    }
    assert_eq!(printed.codes(), codes, "as the doors read them");
    for told in [
        "Association Les Nuits de Loire",
        LICENCE,
        "Nuit électrique",
        "dimanche 22 novembre 2026 à 21 h",
        "Ouverture des portes 20 h",
        "Le Quai",
        "1 quai de la Loire",
        "44000 Nantes",
        "34,00 €",
        "TTC, dont TVA 5,5 % : 1,77 €",
        "Exonéré",
        text(&order["code"]),
        "dimanche 22 novembre 2026 à 20 h",
        "En ligne, 127.0.0.1",
        "Porte des Antilles",
        "Premier service, dim. 22 nov., 20 h – 21 h",
        "Billet 2 sur 2",
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
}

#[tokio::test]
async fn one_ticket_weighs_little_and_the_same_content_is_the_same_file() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 10)]).await;
    let order = stall.bought(&[(1, 1)]).await;
    let printed = print(&server, &order).await;
    assert!(
        printed.bytes.len() < MOST_BYTES,
        "{} bytes",
        printed.bytes.len()
    );
    assert_eq!(printed.bytes, print(&server, &order).await.bytes);
    let words = printed.words();
    assert!(
        !words.contains("Licence"),
        "nothing stands in its place: {words}"
    );
    let about = output(Command::new("pdfinfo").arg(printed.path()));
    assert!(about.contains("Billets · Nuit électrique"), "{about}");
    assert!(!about.contains("Camille"), "{about}");
}

#[tokio::test]
async fn only_who_may_see_the_order_gets_its_tickets_on_paper() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 10)]).await;
    let order = stall.bought(&[(1, 1)]).await;
    let other = stall.bought(&[(1, 1)]).await;
    let path = format!("/api/v1/orders/{}/tickets.pdf", text(&order["id"]));
    server.get(&path).await.error(404, "not_found");
    let with_another_secret = format!("{path}?secret={}", text(&other["secret"]));
    server
        .get(&with_another_secret)
        .await
        .error(404, "not_found");
}

#[tokio::test]
async fn what_does_not_open_the_door_is_not_printed() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let hold = json!({
        "id": OrderId::new(server.now_ms(), &mut OsRandom), "event_id": event.id, "email": "ana@example.org",
        "name": "Ana Petit", "lines": [{"type_no": 1, "quantity": 2}],
    });
    let held = server.post("/api/v1/orders", &hold).await.ok();
    let secret = format!("?secret={}", text(&held["secret"]));
    let path = |what: &str| format!("/api/v1/orders/{}{what}", text(&held["id"]));
    let paper = path(&format!("/tickets.pdf{secret}"));
    server.get(&paper).await.error(409, "conflict");
    let pay = path(&format!("/pay{secret}&wait_issued=2000"));
    let mut order = server.post(&pay, &json!({"method": "accept"})).await.ok();
    order["secret"] = held["secret"].clone();
    let refund = |tickets: &Value| {
        json!({
            "id": RefundId::new(server.now_ms(), &mut OsRandom), "amount_minor": 3_400, "reason": "Empêchement",
            "tickets": tickets,
        })
    };
    let one = refund(&json!([order["tickets"][0]]));
    event.owner.post(&path("/refunds"), &one).await.ok();
    let printed = print(&server, &order).await;
    let words = printed.words();
    assert_eq!(printed.pages(), 1);
    assert!(words.contains("W-2") && !words.contains("W-1"), "{words}");
    let other = refund(&json!([order["tickets"][1]]));
    event.owner.post(&path("/refunds"), &other).await.ok();
    server.get(&paper).await.error(409, "conflict");
}

#[tokio::test]
async fn a_rotating_ticket_has_no_code_on_paper_but_the_way_to_it() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 10)]).await;
    let rotating =
        "update ticket_types set rotating = true where organizer_id = $1 and event_id = $2";
    change(&stall, &[rotating]).await;
    let order = stall.bought(&[(1, 1)]).await;
    let printed = print(&server, &order).await;
    assert_eq!(printed.codes(), [""; 0]);
    let words = printed.words().replace(' ', "");
    let way = format!("/orders/{}", text(&order["id"]));
    assert!(words.contains(&way), "{words}");
}

#[tokio::test]
async fn no_text_is_so_long_or_so_foreign_that_it_leaves_the_page_or_vanishes() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 10)]).await;
    let order = stall.bought(&[(1, 1)]).await;
    let path = format!(
        "/api/v1/tickets/{}?secret={}",
        text(&order["tickets"][0]),
        text(&order["secret"])
    );
    let code = server.get(&path).await.ok();
    let presented: shared::ticket::Presented = shared::ticket::read(text(&code["code"])).unwrap();
    for language in Language::ALL {
        for (name, seen) in [
            ("Дмитрий Шостакович".to_owned(), "Дмитрий Шостакович"),
            ("فاطمة الزهراء".to_owned(), "فاطمة"),
            ("עדה לב 12".to_owned(), "עדה"),
            ("Mia 漢 ☂ 😀 👩‍🎤".to_owned(), "Mia ▯ ☂ 😀 ▯"),
            ("W".repeat(10_000), "…"),
            ("Maximiliane ".repeat(900), "…"),
        ] {
            let paper = hostile(&name, language, presented);
            let printed = Printed::new(pdf::make(&paper).unwrap());
            assert!(
                printed.bytes.len() < MOST_BYTES,
                "{} bytes",
                printed.bytes.len()
            );
            let words = printed.words();
            assert!(words.contains(seen), "{seen}: {words}");
            assert_eq!(printed.codes(), [text(&code["code"])]);
            for [left, top, right, bottom] in printed.boxes() {
                // The advice below its rule is never run into.
                let apart = bottom < 757.5 || top > 757.0;
                let inside =
                    left > 50.0 && right < 595.3 - 50.0 && top > 40.0 && bottom < 841.9 - 30.0;
                assert!(
                    inside && apart,
                    "a word at {left} {top} {right} {bottom}: {words}"
                );
            }
        }
    }
}

fn hostile(name: &str, language: Language, presented: shared::ticket::Presented) -> Paper {
    let long: String = name.chars().take(200).collect();
    Paper {
        language,
        event: PaperEvent {
            title: long.clone(),
            mode: EventMode::Test,
            doors_ms: 1_795_890_600_000,
            starts_ms: 1_795_894_200_000,
            time_zone: "Europe/Paris".into(),
            venue: long.clone(),
            address: long.clone(),
            city: format!("44000 {long}"),
            organizer: long.clone(),
            licence: Some(long.clone()),
        },
        sale: PaperSale {
            order_code: "TH-0123456789".into(),
            at_ms: 1_795_374_000_000,
            place: PaperPlace::Online("billets.example".into()),
        },
        tickets: vec![PaperTicket {
            series: "W-12".into(),
            type_name: long.clone(),
            price: Money::new(123_456_700, Currency::Chf),
            vat_basis_points: 550,
            holder_name: name.to_owned(),
            short_code: "ABCDE-FGHJK".into(),
            gate: Some(long.clone()),
            window: Some(PaperWindow {
                name: long,
                intervals: vec![(1_795_890_600_000, 1_795_894_200_000)],
            }),
            code: PaperCode::Fixed(presented),
        }],
        made_ms: 1_795_374_000_000,
    }
}

#[tokio::test]
async fn the_mail_with_the_tickets_says_where_they_are_to_be_printed() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 10)]).await;
    let order = stall.bought(&[(1, 1)]).await;
    until("the mail is sent", async || {
        sender::send_due(&server.app).await.unwrap();
        server.mails().len() == 1
    })
    .await;
    let mail = server.mails().remove(0);
    let link = format!(
        "/api/v1/orders/{}/tickets.pdf?secret={}",
        text(&order["id"]),
        text(&order["secret"])
    );
    assert!(mail.text.contains(&server.url(&link)), "{}", mail.text);
}
