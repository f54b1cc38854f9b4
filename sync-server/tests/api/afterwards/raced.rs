//! Many who wait, places that come back at once, strangers who want them too, several servers that offer them.

use futures::StreamExt as _;
use sync_server::orders::hold::HoldError;
use sync_server::orders::rules::NotHeld;
use sync_server::orders::waiting_list;

use crate::support::TestServer;
use crate::support::stall::Stall;

const WAITING: i64 = 50;

impl Stall<'_> {
    /// As many as [`WAITING`], each for one place, in the order of their numbers.
    pub(super) async fn line(&self) {
        sqlx::query(
            "insert into waiting_list (organizer_id, event_id, id, type_no, places, email, language, state, asked_ms, joined_ms)
             select $1, $2, gen_random_uuid(), 1, 1, no || '@example.org', 'fr', 'waiting', $3, $3 + no
             from generate_series(1, $4::bigint) as no",
        )
        .bind(self.organizer.0)
        .bind(self.event.0)
        .bind(self.server.now_ms())
        .bind(WAITING)
        .execute(&self.server.app.pool)
        .await
        .unwrap();
    }
}

/// S1: no place is offered twice, and nobody is passed over.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_places_that_come_back_at_once_are_the_first_twos_of_fifty() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 4)]).await;
    let orders = [stall.bought(&[(1, 1)]).await, stall.bought(&[(1, 1)]).await];
    stall.bought(&[(1, 2)]).await;
    stall.line().await;
    let sweeps = async {
        for _ in 0..10 {
            waiting_list::sweep(&server.app).await.unwrap();
        }
    };
    let strangers = futures::stream::iter(0..60)
        .map(|_| stall.hold(&[(1, 1)]))
        .buffer_unordered(6)
        .for_each(async |held| match held {
            Err(HoldError::Refused(NotHeld::SoldOut { .. })) => {}
            other => panic!("a stranger was before fifty who wait: {other:?}"),
        });
    let other_server = async {
        for _ in 0..10 {
            waiting_list::sweep(&server.app).await.unwrap();
        }
    };
    let given_back = async {
        tokio::join!(stall.refund(&orders[0]), stall.refund(&orders[1]));
    };
    tokio::join!(sweeps, other_server, strangers, given_back);
    waiting_list::sweep(&server.app).await.unwrap();

    let offered: Vec<(String, uuid::Uuid)> = sqlx::query_as(
        "select w.email, w.order_id from waiting_list w join orders o on o.id = w.order_id and o.state = 'held'
         where w.event_id = $1 and w.state = 'offered' order by w.joined_ms",
    )
    .bind(stall.event.0)
    .fetch_all(&server.app.pool)
    .await
    .unwrap();
    let emails: Vec<&str> = offered.iter().map(|(email, _)| email.as_str()).collect();
    assert_eq!(emails, ["1@example.org", "2@example.org"]);
    assert_ne!(offered[0].1, offered[1].1);
    assert_eq!(stall.stock().await, (2, 2, 0));
    let mails = "select count(*) from outbox where template = 'offer' and dedupe_key in
        (select 'offer/' || order_id from waiting_list where event_id = $1)";
    assert_eq!(server.number(mails, stall.event.0).await, 2);
}
