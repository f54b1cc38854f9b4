//! The database goes back two hours while doors and guests go on (done-when 7): every fact, device and revocation comes back,
//! nothing is sold twice, no number is used twice.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use shared::admission::{Direction, Means};
use shared::fact::till::{Means as PaidWith, PaidBy};
use shared::ids::{GateNo, TicketId, TypeNo};
use shared::wire::latest::StockTicket;
use sync_server::accounts::Role;
use sync_server::database::testing::TestDatabase;
use sync_server::database::transaction::begin;
use sync_server::door::online::{self, OnlineScan};
use sync_server::door::{restore, verify};
use sync_server::edge::OsRandom;
use sync_server::tickets::keys;

use crate::support::TestServer;
use crate::support::door::{Device, Event, entry};
use crate::support::stall::{Stall, text};
use crate::support::till::{Till, full};

const HOUR: i64 = 3_600_000;
const CASH: PaidBy = PaidBy::Cash { change: 0 };

/// A backup as an operator makes it.
struct Backup(tempfile::TempDir);

impl Backup {
    fn of(server: &TestServer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        postgres(
            "pg_dump",
            server.database(),
            &["-Fc", "-f", "backup"],
            &folder,
        );
        Self(folder)
    }

    /// All that was written since is gone.
    fn put_back(&self, server: &TestServer) {
        let all = ["--clean", "--if-exists", "--single-transaction", "backup"];
        let database = server.database();
        let name = database
            .connect_options()
            .get_database()
            .unwrap()
            .to_owned();
        postgres(
            "pg_restore",
            database,
            &[&["-d", &name][..], &all].concat(),
            &self.0,
        );
        // The server was stopped meanwhile.
        server.app.door.sessions.forget();
    }
}

fn postgres(
    program: &str,
    database: &TestDatabase,
    arguments: &[&str],
    folder: &tempfile::TempDir,
) {
    let options = database.connect_options();
    let done = Command::new(find(program))
        .current_dir(folder.path())
        .args(["-h", &options.get_socket().unwrap().to_string_lossy()])
        .args([
            "-p",
            &options.get_port().to_string(),
            "-U",
            options.get_username(),
        ])
        .args(arguments)
        .env("PGDATABASE", options.get_database().unwrap())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {arguments:?}: {said}");
}

/// Beside the server that the tests run on.
fn find(program: &str) -> PathBuf {
    let configured = std::env::var_os("TICKETHUB_PG_BIN").map(PathBuf::from);
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let debian = debian.filter_map(|version| Some(version.ok()?.path().join("bin")));
    let mut folders: Vec<PathBuf> = debian.collect();
    folders.sort();
    let found = configured.into_iter().chain(folders.into_iter().rev());
    let mut found = found
        .map(|folder| folder.join(program))
        .filter(|path| path.is_file());
    found.next().unwrap_or_else(|| program.into())
}

impl Event<'_> {
    /// Ten places of type 1 and a key, so that tickets are really sold.
    async fn on_sale(&self) -> Stall<'_> {
        let app = &self.server.app;
        sqlx::query(
            "insert into stock (organizer_id, event_id, type_no, quota) values ($1, $2, 1, 10)",
        )
        .bind(self.organizer.0)
        .bind(self.id.0)
        .execute(&app.pool)
        .await
        .unwrap();
        self.new_key().await;
        Stall {
            server: self.server,
            organizer: self.organizer,
            event: self.id,
        }
    }

    async fn new_key(&self) -> u32 {
        let app = &self.server.app;
        let mut conn = app.pool.acquire().await.unwrap();
        let now = app.now_ms();
        let key = keys::create_for_event(&mut conn, &app.vault, self.organizer, self.id, now).await;
        key.unwrap().0
    }

    async fn online(&self, ticket: TicketId) {
        let scan = OnlineScan {
            organizer: self.organizer,
            event: self.id,
            ticket,
            direction: Direction::In,
            gate: GateNo(2),
            means: Means::ByHand,
        };
        let app = &self.server.app;
        let looked = online::look(app, ticket).await.unwrap();
        online::scan(app, looked, scan).await.unwrap();
    }

    /// Who is in, as every total has it.
    async fn counted(&self) -> [i64; 4] {
        let seen = self.attendance().await;
        ["in", "inside", "entries", "duplicates"].map(|field| seen[field].as_i64().unwrap())
    }

    async fn series(&self) -> BTreeSet<i64> {
        let numbers = sqlx::query_scalar("select series_no from tickets where event_id = $1");
        let numbers: Vec<i64> = numbers
            .bind(self.id.0)
            .fetch_all(self.pool())
            .await
            .unwrap();
        numbers.into_iter().collect()
    }

    async fn verified(&self) -> verify::Verified {
        let app = &self.server.app;
        verify::verify_journals(&app.pool, &app.vault, self.id)
            .await
            .unwrap()
    }
}

async fn buy(stall: &Stall<'_>, places: u32) -> Vec<TicketId> {
    let bought = stall.bought(&[(1, places)]).await;
    let tickets = bought["tickets"].as_array().unwrap().iter();
    tickets
        .map(|ticket| text(ticket).parse().unwrap())
        .collect()
}

async fn admits(device: &mut Device<'_>, ticket: TicketId) {
    let facts = device.write(vec![entry(ticket, 1)]);
    device.upload(&facts).await;
}

/// The organizer's signed objects, as the device holds them.
async fn signed(device: &Device<'_>) -> Value {
    device.get("/api/v1/sync/signed").await.ok()
}

#[tokio::test]
async fn a_server_put_back_two_hours_gets_everything_back_and_gives_nothing_out_twice() {
    let server = TestServer::start().await;
    let event = server.event("restore").await;
    let stall = event.on_sale().await;
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    let before = buy(&stall, 3).await;
    admits(&mut a, before[0]).await;
    event.online(before[1]).await;
    let backup = Backup::of(&server);

    server.clock.advance(2 * HOUR);
    let lives = [a.log_in().await, b.log_in().await];
    assert_eq!(lives[0], lives[1]);
    let mut c = event.device("C").await;
    let lost_key = event.new_key().await;
    let lost = buy(&stall, 4).await;
    admits(&mut a, lost[0]).await;
    admits(&mut c, lost[1]).await;
    event.online(lost[2]).await;
    admits(&mut b, lost[3]).await;
    let held = stall.held(&[(1, 1)]).await;
    let revoke = format!("/api/v1/devices/{}/revoke", b.id);
    event.owner.post(&revoke, &json!({})).await.ok();
    let (oracle, given_out) = (event.counted().await, event.series().await);
    assert_eq!((oracle, given_out.len()), ([6, 6, 6, 0], 7));
    assert!(event.verified().await.sound);
    let (lists, roster) = (signed(&a).await, a.replica(1000).await);
    let cursor = a.page(None, 1000, 0).await.cursor;

    backup.put_back(&server);
    restore::restored(event.pool(), server.now_ms(), &mut OsRandom)
        .await
        .unwrap();
    assert_eq!(event.counted().await, [2, 2, 2, 0], "that much is left");

    // The server lets somebody in before its own former words are back: at the place of its journal where they stand.
    event.online(before[2]).await;

    // Nothing is sold before somebody has counted.
    let order = serde_json::to_value(stall.request(&[(1, 1)])).unwrap();
    server
        .post("/api/v1/orders", &order)
        .await
        .error(409, "sold_out");
    let paid = stall.pay(&held, "accept").await;
    assert!(
        !paid.status.is_success(),
        "an order of later times is not known: {}",
        paid.text
    );

    // The door that was enrolled since is a stranger, until any other brings the organizer's list.
    let nonce = server.get("/api/v1/sync/session").await.ok();
    let nonce: shared::wire::latest::SessionNonce = serde_json::from_value(nonce).unwrap();
    c.open_session(nonce.nonce)
        .await
        .error(401, "unauthenticated");
    a.get("/api/v1/sync/signed")
        .await
        .error(401, "unauthenticated");
    assert_ne!(
        a.log_in().await,
        lives[0],
        "what was acknowledged may be gone"
    );
    let path = a.changes_path(Some(&cursor), 1000, 0);
    a.get(&path).await.error(410, "reset_required");
    let brought = server.post("/api/v1/sync/signed", &lists).await;
    assert_eq!(brought.status, 204, "{}", brought.text);
    c.log_in().await;
    assert_ne!(b.log_in().await, lives[0], "the revoked are told as well");
    let told = b.get("/api/v1/sync/signed").await;
    told.error(403, "device_revoked");
    let again = signed(&a).await;
    for n in 0..2 {
        let version = |lists: &Value| lists["objects"][n]["version"].as_u64().unwrap();
        let (now, held) = (version(&again), version(&lists));
        assert!(now > held, "published above what doors hold: {now}, {held}");
    }

    // One door brings what it holds of all, the server's own journal too.
    let held: Vec<Vec<u8>> = roster.facts.iter().cloned().collect();
    let answer: shared::wire::latest::FactsAnswer =
        serde_json::from_value(a.upload_raw(&held).await.ok()).unwrap();
    for ack in &answer.journals {
        assert_eq!((ack.forked_at, ack.refused.len()), (None, 0), "{ack:?}");
    }
    let and_one_since = oracle.map(|counted| if counted == 6 { 7 } else { counted });
    assert_eq!(
        event.counted().await,
        and_one_since,
        "attendance equals the oracle"
    );
    let unseen = event.alerts().await;
    let unseen = unseen.iter().filter(|alert| alert["kind"] == "row_unseen");
    let unseen: BTreeSet<&str> = unseen.map(|alert| text(&alert["subject"])).collect();
    let lost_names: Vec<String> = lost.iter().map(TicketId::to_string).collect();
    assert_eq!(
        unseen,
        lost_names.iter().map(String::as_str).collect(),
        "told, not refused"
    );

    // The server went on in a journal of its own, and forked nothing.
    let kinds: Vec<Value> = event
        .alerts()
        .await
        .iter()
        .map(|alert| alert["kind"].clone())
        .collect();
    assert!(!kinds.contains(&json!("journal_forked")), "{kinds:?}");

    // Somebody counted: four of the seven places were sold.
    let go_on = format!("/api/v1/events/{}/go-on", event.id);
    let sold = |places: u32| json!({ "sold_meanwhile": [{ "type_no": 1, "places": places }] });
    let viewer = server.member(event.organizer, Role::Viewer, "viewer").await;
    viewer.post(&go_on, &sold(4)).await.error(404, "not_found");
    event
        .owner
        .post(&go_on, &sold(8))
        .await
        .error(400, "invalid_request");
    assert_eq!(event.owner.post(&go_on, &sold(4)).await.status, 204);
    event
        .owner
        .post(&go_on, &sold(4))
        .await
        .error(409, "conflict");
    buy(&stall, 3).await;
    let order = serde_json::to_value(stall.request(&[(1, 1)])).unwrap();
    server
        .post("/api/v1/orders", &order)
        .await
        .error(409, "sold_out");
    let numbers = event.series().await;
    let new: Vec<&i64> = numbers.iter().filter(|number| **number > 3).collect();
    assert_eq!(new.len(), 3);
    assert!(
        new.iter().all(|number| !given_out.contains(number)),
        "{new:?}"
    );
    assert!(event.new_key().await > lost_key, "nor a key's number");
    let seen = event.verified().await;
    assert_eq!((seen.sound, seen.problem), (true, None), "the gap is named");
}

#[tokio::test]
async fn a_strangers_list_is_not_taken_and_an_old_one_changes_nothing() {
    let server = TestServer::start().await;
    let (event, other) = (server.event("one").await, server.event("two").await);
    let device = event.device("A").await;
    let old = signed(&device).await;
    let gone = event.device("B").await;
    let revoke = format!("/api/v1/devices/{}/revoke", gone.id);
    event.owner.post(&revoke, &json!({})).await.ok();
    let now = signed(&device).await;
    let mut forged = now.clone();
    forged["objects"][0]["organizer"] = json!(other.organizer);
    server
        .post("/api/v1/sync/signed", &forged)
        .await
        .error(403, "proof_failed");
    for lists in [&old, &now] {
        assert_eq!(server.post("/api/v1/sync/signed", lists).await.status, 204);
    }
    assert_eq!(signed(&device).await, now);
}

#[tokio::test]
async fn verify_names_the_first_thing_that_is_not_what_its_facts_say() {
    let server = TestServer::start().await;
    let event = server.event("verify").await;
    let tickets = event.tickets(4).await;
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    for ticket in &tickets {
        admits(&mut a, *ticket).await;
    }
    admits(&mut b, tickets[0]).await;
    let seen = event.verified().await;
    assert_eq!(
        (seen.sound, seen.journals, seen.facts, seen.tickets),
        (true, 2, 7, 4)
    );
    let spoil = |statement: &'static str| {
        let event = &event;
        async move {
            let mut tx = begin(event.pool()).await.unwrap();
            event.begin_change(&mut tx).await;
            let safe = sqlx::AssertSqlSafe(format!(
                "set local session_replication_role = replica; {statement}"
            ));
            sqlx::raw_sql(safe).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
            let problem = event.verified().await.problem;
            problem.map_or("none", |problem| problem.code)
        }
    };
    for (statement, code) in [
        (
            "update ticket_states set entries = 2 where entries = 1",
            "state",
        ),
        ("update ticket_states set entries = 1", "none"),
        (
            "delete from fact_labels where labels = '{duplicate_entry}'",
            "labels",
        ),
        ("update journals set head_seq = head_seq - 1", "head"),
        ("update journals set head_seq = head_seq + 1", "labels"),
        ("update facts set gate_no = 9 where kind = 2", "column"),
        ("update facts set gate_no = 1 where kind = 2", "labels"),
        ("delete from facts where kind = 2 and seq = 3", "chain"),
        (
            "update facts set envelope = set_byte(envelope, 100, get_byte(envelope, 100) # 1) where seq = 2",
            "signature",
        ),
    ] {
        assert_eq!(spoil(statement).await, code, "{statement}");
    }
}

/// All that tills sold, as the office has it: orders, payments and what went back, the ledger, closings.
async fn money_of(event: &Event<'_>) -> Vec<String> {
    let rows: Vec<String> = sqlx::query_scalar(
        "select 'order ' || o.state || ' ' || o.total_minor || ' ' || t.sale_id from orders o join till_orders t on t.order_id = o.id
         where o.event_id = $1
         union all select 'paid ' || coalesce(means, '') || ' ' || amount_minor from payments
             where event_id = $1 and till_journal is not null
         union all select 'back ' || coalesce(means, '') || ' ' || amount_minor from refunds
             where event_id = $1 and till_journal is not null
         union all select 'ledger ' || kind || ' ' || amount_minor from ledger where event_id = $1
         union all select 'closing ' || c.kind || ' ' || c.name || ' ' || c.perpetual_sold || ' ' || c.perpetual_refunded || ' ' || c.differences
             from till_closings c join devices d on d.id = c.device_id join device_events m on m.device_id = d.id
             where m.event_id = $1
         union all select 'ticket ' || id || ' ' || status from tickets where event_id = $1
         order by 1",
    )
    .bind(event.id.0)
    .fetch_all(event.pool())
    .await
    .unwrap();
    rows
}

#[tokio::test]
async fn what_tills_sold_after_the_backup_is_made_anew_and_once_and_no_number_twice() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut first = Till::of(&event, "Caisse 1").await;
    let lent = first.device.stock_of(1).await;
    let known: Vec<StockTicket> = first.device.top_up().await.tickets;
    assert_eq!(
        lent.len(),
        known
            .iter()
            .filter(|ticket| ticket.type_no == TypeNo(1))
            .count()
    );
    first.open(clerk, "A");
    let sale = first.sell(&[full(event.id, &lent[..2])], &[(CASH, 6_800)]);
    first.send_tickets().await;
    first.send_money().await;
    let backup = Backup::of(&server);

    server.clock.advance(2 * HOUR);
    first.device.log_in().await;
    let mut second = Till::of(&event, "Caisse 2").await;
    let lent_to_second = second.device.stock_of(1).await;
    assert!(lent_to_second.iter().all(|ticket| ticket.series == "B"));
    second.open(clerk, "B");
    second.sell(&[full(event.id, &lent_to_second[..1])], &[(CASH, 3_400)]);
    first.sell(&[full(event.id, &lent[2..5])], &[(CASH, 10_200)]);
    first.take_back(sale, &[lent[0].ticket], (PaidWith::Cash, 3_400));
    first.close(0);
    for till in [&mut first, &mut second] {
        till.send_tickets().await;
        till.send_money().await;
    }
    let before = money_of(&event).await;
    let sold_before = event.places(1).await.1;
    assert!(
        before
            .iter()
            .any(|row| row.starts_with("closing shift 1 17000 3400")),
        "{before:#?}"
    );
    let lists = signed(&first.device).await;

    backup.put_back(&server);
    restore::restored(event.pool(), server.now_ms(), &mut OsRandom)
        .await
        .unwrap();
    assert_ne!(money_of(&event).await, before);
    // As devices do: the lists first, then all facts.
    let brought = server.post("/api/v1/sync/signed", &lists).await;
    assert_eq!(brought.status, 204, "{}", brought.text);
    for till in [&mut first, &mut second] {
        till.device.log_in().await;
        till.send_all_again().await;
    }
    // Of a lease that the backup didn't have nobody here knows the number and the key: its tickets are not in the office's list.
    let unlisted = format!("ticket {} 0", lent_to_second[0].ticket.to_i64());
    assert!(before.contains(&unlisted));
    let mut made_anew = before.clone();
    made_anew.retain(|row| *row != unlisted);
    assert_eq!(money_of(&event).await, made_anew, "to the cent");
    assert_eq!(event.places(1).await.1, sold_before);
    for till in [&mut first, &mut second] {
        till.send_all_again().await;
    }
    assert_eq!(money_of(&event).await, made_anew, "and once");
    let open: Vec<Value> = event.alerts().await;
    let of_money = [
        "till_unmade",
        "ticket_unlent",
        "till_differs",
        "till_forked",
        "journal_forked",
    ];
    let open = open.iter().filter(|alert| alert["resolved_ms"].is_null());
    let open: Vec<&str> = open
        .map(|alert| text(&alert["kind"]))
        .filter(|kind| of_money.contains(kind))
        .collect();
    assert_eq!(open, ["ticket_unlent"], "what is not in the list is told");

    // Sale goes on: the tills keep their letters, another one has others, and no number is given out again.
    let go_on = format!("/api/v1/events/{}/go-on", event.id);
    let nothing = json!({ "sold_meanwhile": [] });
    assert_eq!(event.owner.post(&go_on, &nothing).await.status, 204);
    let mut numbers: BTreeSet<(String, u64)> = BTreeSet::new();
    for ticket in known.iter().chain(&lent_to_second) {
        numbers.insert((ticket.series.clone(), ticket.number.unwrap()));
    }
    let before = numbers.len();
    let third = Till::of(&event, "Caisse 3").await;
    let lent_to_third = third.device.stock_of(1).await;
    assert!(!lent_to_third.is_empty());
    assert!(
        lent_to_third
            .iter()
            .all(|ticket| !["A", "B"].contains(&ticket.series.as_str()))
    );
    let mut more = lent_to_third;
    // Those of a key that is gone the server can't sign again: the till has them, and gives them back all the same.
    let of_first = first.device.stock_of(1).await;
    for (till, own) in [
        (&mut first, &of_first[..]),
        (&mut second, &lent_to_second[1..]),
    ] {
        let own: Vec<TicketId> = own.iter().map(|ticket| ticket.ticket).collect();
        till.device.give_back(&own).await;
        let anew = till.device.stock_of(1).await;
        assert!(!anew.is_empty());
        assert!(
            anew.iter()
                .all(|ticket| ["A", "B"].contains(&ticket.series.as_str()))
        );
        more.extend(anew);
    }
    let all = more.len() + before;
    for ticket in more {
        numbers.insert((ticket.series, ticket.number.expect("its number")));
    }
    assert_eq!(numbers.len(), all, "each number once");
}
