//! What can be bought and where.

use crate::support::{TestServer, fixtures};

#[tokio::test]
async fn an_organizers_event_has_a_feed_a_key_and_its_two_types() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 100).await;
    let other = fixtures::another_event(&server, &fixture, 5).await;
    assert_ne!(fixture.event, other.event);
    let (head, keys, places): (i64, i64, i64) = sqlx::query_as(
        "select (select head from feeds where event_id = $1),
                (select count(*) from signing_keys where event_id = $1),
                (select sum(quota) from stock where event_id = $1)",
    )
    .bind(fixture.event.0)
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    assert_eq!((head, keys, places), (4, 1, 200));
    let (types, gates): (Vec<i32>, Vec<i32>) = sqlx::query_as(
        "select array(select no from ticket_types where event_id = $1 order by no),
                array(select no from gates where event_id = $1)",
    )
    .bind(fixture.event.0)
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    assert_eq!(types, fixture.types.map(|no| i32::from(no.0)));
    assert_eq!(gates, [i32::from(fixture.gate.0)]);
}
