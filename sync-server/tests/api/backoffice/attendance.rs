//! The page of figures says what the API says, in a page, in a file and as it changes.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;
use shared::fact::FactBody;
use shared::ids::{GateNo, TicketId};
use sync_server::catalog::gates::{self, GateRequest};

use super::Clerk;
use crate::store::says;
use crate::support::door::{Event, entry, exit};
use crate::support::stall::text;
use crate::support::{Answer, TestServer};

/// An evening: four of six came, one left, one was let in twice, four were refused at two devices.
async fn evening(server: &TestServer) -> (Event<'_>, Vec<TicketId>) {
    let event = server.event_on_sale(50).await;
    let gate = GateRequest {
        no: Some(2),
        name: "=HYPERLINK(\"x\")".into(),
        ..GateRequest::default()
    };
    let gate = gate.parse(None).unwrap();
    gates::create(&server.app.pool, (event.organizer, event.id), &gate)
        .await
        .unwrap();
    let mut tickets = Vec::new();
    for _ in 0..6 {
        let (order, _) = event.bought().await;
        tickets.push(text(&order["tickets"][0]).parse().unwrap());
    }
    let (mut a, mut b) = (
        event.device("Tablette A").await,
        event.device("Tablette B").await,
    );
    let now = server.now_ms();
    let of_a = vec![
        entry(tickets[0], 1),
        entry(tickets[1], 1),
        entry(tickets[2], 1),
        FactBody::Refusal {
            ticket: tickets[2],
            gate: GateNo(1),
            reason: 7,
        },
    ];
    let of_b = vec![
        entry(tickets[0], 2),
        entry(tickets[3], 2),
        exit(tickets[3], 2),
        FactBody::Refusals {
            gate: GateNo(2),
            reason: 1,
            count: 3,
        },
    ];
    let of_a = a.write_at(now - 400_000, of_a, &[]);
    a.upload(&of_a).await;
    let of_b = b.write_at(now, of_b, &[]);
    b.upload(&of_b).await;
    (event, tickets)
}

/// The large figure below a label.
#[track_caller]
fn figure(page: &str, label: &str) -> i64 {
    let mark = format!("<p class=\"label\">{label}</p><p class=\"figure\">");
    let (_, rest) = page
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no {label} in {page}"));
    let digits = rest.split('<').next().unwrap().replace('\u{a0}', "");
    digits.parse().unwrap()
}

#[tokio::test]
async fn the_page_and_the_file_say_what_the_api_says() {
    let server = TestServer::start().await;
    let (event, _) = evening(&server).await;
    let clerk = Clerk::of(&server, event.owner.id).await;
    let path = format!("/fr/office/events/{}/attendance", event.id);
    let page = clerk.see(&path).await;
    let api = event.attendance().await;
    let number = |field: &str| api[field].as_i64().unwrap();
    assert_eq!(number("in"), 4, "the evening is as it was meant: {api}");
    assert_eq!(figure(&page.text, "Dans la salle"), number("inside"));
    assert_eq!(figure(&page.text, "Entrés"), number("in"));
    assert_eq!(figure(&page.text, "Refusés"), number("refusals"));
    assert_eq!(
        figure(&page.text, "Encore attendus"),
        number("valid_tickets") - number("in")
    );
    for sentence in [
        "Ressortis\u{a0}: 1",
        "Entrées en double\u{a0}: 1",
        "Billet entré plusieurs fois",
        "Faux billet",
        "Déjà entré",
        "<noscript><meta http-equiv=\"refresh\"",
        "=HYPERLINK(&#34;x&#34;), Tablette B",
        "Porte A, Tablette A",
    ] {
        says(&page, sentence);
    }
    assert!(!page.text.contains(" style="));

    let file = clerk.see(&format!("{path}.csv")).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").contains("attachment"));
    let rows = Rows::of(&file);
    assert_eq!(rows.sum("Total", 3), number("in"));
    assert_eq!(rows.sum("Total", 4), number("out"));
    assert_eq!(rows.sum("Total", 5), number("inside"));
    for (column, field) in [(6, "entries"), (7, "exits"), (8, "refusals")] {
        assert_eq!(rows.sum("Total", column), number(field), "{field}");
        assert_eq!(rows.sum("Porte", column), number(field), "gates' {field}");
    }
    assert_eq!(rows.sum("Tarif", 3), number("in"), "types");
    assert_eq!(rows.sum("Tarif", 5), number("inside"));
    assert_eq!(rows.sum("Tarif", 2), 6, "sold");
    assert_eq!(rows.sum("Appareil", 8), number("refusals"));
    assert_eq!(
        rows.sum("Appareil", 6),
        number("entries") + number("duplicates"),
        "devices tell what they noted"
    );
    assert_eq!(rows.sum("Motif de refus", 8), number("refusals"));
    let flow = "Entrées par 5\u{a0}minutes, à partir de";
    assert_eq!(rows.sum(flow, 6), number("in"));
    assert_eq!(
        rows.0[flow].len(),
        2,
        "two columns of five minutes: {rows:?}"
    );
    assert!(
        file.text.contains("\"'=HYPERLINK(\"\"x\"\")\""),
        "{}",
        file.text
    );
}

/// The file's rows by what they are about.
#[derive(Debug)]
struct Rows(BTreeMap<String, Vec<Vec<String>>>);

impl Rows {
    fn of(file: &Answer) -> Self {
        let mut rows: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for line in file.text.trim_start_matches('\u{feff}').lines().skip(1) {
            let cells: Vec<String> = line
                .split(';')
                .map(|cell| cell.trim_matches('"').to_owned())
                .collect();
            rows.entry(cells[0].clone()).or_default().push(cells);
        }
        Self(rows)
    }

    #[track_caller]
    fn sum(&self, what: &str, column: usize) -> i64 {
        let rows = self.0.get(what);
        let rows = rows.unwrap_or_else(|| panic!("no {what:?} in {:?}", self.0.keys()));
        let numbers = rows
            .iter()
            .filter_map(|row| row[column].parse::<i64>().ok());
        numbers.sum()
    }
}

#[tokio::test]
async fn whoever_listens_sees_the_figures_change() {
    let server = TestServer::start().await;
    let (event, tickets) = evening(&server).await;
    let clerk = Clerk::of(&server, event.owner.id).await;
    let path = format!("/fr/office/events/{}/attendance/live", event.id);
    let mut stream = clerk.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let mut heard = String::new();
    let mut until = async |holds: &dyn Fn(&str) -> bool| {
        let waited = tokio::time::timeout(std::time::Duration::from_secs(30), async {
            while !holds(&heard) {
                let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
                heard += &String::from_utf8_lossy(&chunk);
            }
        });
        assert!(waited.await.is_ok(), "not heard within 30 seconds");
    };
    until(&|heard| heard.contains("Dans la salle</p><p class=\"figure\">3")).await;
    let mut c = event.device("Tablette C").await;
    let facts = c.write_at(server.now_ms(), vec![entry(tickets[4], 1)], &[]);
    c.upload(&facts).await;
    until(&|heard| heard.contains("Dans la salle</p><p class=\"figure\">4")).await;
}

#[tokio::test]
async fn an_alert_names_both_devices_and_is_settled_by_who_may() {
    let server = TestServer::start().await;
    let (event, tickets) = evening(&server).await;
    let clerk = Clerk::of(&server, event.owner.id).await;
    let path = format!("/fr/office/events/{}/alerts", event.id);
    let shown = clerk.see(&path).await;
    for sentence in [
        "Billet entré plusieurs fois".to_owned(),
        format!("Billet {}", tickets[0]),
        "Porte A, Tablette A".to_owned(),
        "Tablette B".to_owned(),
        "C’est réglé".to_owned(),
    ] {
        says(&shown, &sentence);
    }
    let subject = tickets[0].to_string();
    let settle = [("kind", "duplicate_entry"), ("subject", subject.as_str())];
    let viewer = server
        .member(
            event.organizer,
            sync_server::accounts::Role::Viewer,
            "Viewer",
        )
        .await;
    let viewer = Clerk::of(&server, viewer.id).await;
    assert!(!viewer.see(&path).await.text.contains("C’est réglé"));
    assert_eq!(viewer.send(&path, &settle).await.status, 403);
    assert_eq!(clerk.send(&path, &settle).await.status, 303);
    let alerts: Vec<Value> = event.alerts().await;
    assert!(
        alerts.len() == 1 && alerts[0]["resolved_ms"].is_i64(),
        "{alerts:?}"
    );
    says(&clerk.see(&path).await, "Réglé");
    let unknown = [("kind", "duplicate_entry"), ("subject", "0000000000000")];
    assert_eq!(clerk.send(&path, &unknown).await.status, 404);
}

#[tokio::test]
async fn figures_of_others_are_not_there() {
    let server = TestServer::start().await;
    let mine = server.event_on_sale(5).await;
    let theirs = server.event_on_sale(5).await;
    let clerk = Clerk::of(&server, mine.owner.id).await;
    for end in [
        "attendance",
        "attendance.csv",
        "attendance/live",
        "alerts",
        "doors",
    ] {
        let path = format!("/fr/office/events/{}/{end}", theirs.id);
        assert_eq!(clerk.see(&path).await.status, 404, "{path}");
    }
    for end in ["alerts", "doors"] {
        let path = format!("/fr/office/events/{}/{end}", theirs.id);
        let fields = [
            ("kind", "duplicate_entry"),
            ("subject", "x"),
            ("do", "gate"),
        ];
        assert_eq!(clerk.send(&path, &fields).await.status, 404, "{path}");
    }
}
