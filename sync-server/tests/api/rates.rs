//! Reduced rates at tills: stated by the organizer, told with what tills may sell.

use serde_json::{Value, json};
use shared::wire::latest::{StockGroup, StockRate};
use sync_server::accounts::Role;
use sync_server::database::transaction::begin;

use crate::backoffice::Clerk;
use crate::store::says;
use crate::support::TestServer;
use crate::support::till::Till;

#[tokio::test]
async fn reduced_rates_and_the_stores_group_price_are_told_to_tills() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let path = format!("/api/v1/events/{}/rates", event.id);
    let rate =
        |reason: &str, price: i64| json!({ "type_no": 1, "reason": reason, "price_minor": price });
    let rates = json!({ "rates": [rate("student", 2_400), rate("job_seeker", 2_000)] });
    assert_eq!(event.owner.put(&path, &rates).await.ok(), rates);
    for wrong in [
        rate("press", 1_000),
        rate("group", 1_000),
        rate("youth", 3_400),
        rate("youth", 0),
        json!({ "type_no": 9, "reason": "youth", "price_minor": 100 }),
    ] {
        let answer = event.owner.put(&path, &json!({ "rates": [wrong] })).await;
        answer.error(400, "invalid_request");
    }
    let twice = json!({ "rates": [rate("senior", 2_000), rate("senior", 2_100)] });
    event
        .owner
        .put(&path, &twice)
        .await
        .error(400, "invalid_request");
    assert_eq!(
        event.owner.get(&path).await.ok(),
        rates,
        "nothing was changed"
    );
    let viewer = server
        .member(event.organizer, Role::Viewer, "Luc Morel")
        .await;
    viewer.put(&path, &rates).await.error(403, "forbidden");

    let mut tx = begin(event.pool()).await.unwrap();
    event.begin_change(&mut tx).await;
    sqlx::query("update ticket_types set group_from = 10, group_price_minor = 2800 where event_id = $1 and no = 1")
        .bind(event.id.0)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let till = Till::of(&event, "Caisse 1").await;
    let answer = till.device.top_up().await;
    let of_type = answer.types.iter().find(|row| row.type_no.0 == 1).unwrap();
    assert_eq!(
        of_type.group,
        Some(StockGroup {
            from: 10,
            price_minor: 2_800
        })
    );
    let told = |reason: &str, price_minor| StockRate {
        reason: reason.into(),
        price_minor,
    };
    assert_eq!(
        of_type.rates,
        [told("student", 2_400), told("job_seeker", 2_000)]
    );

    // By the form: every field is sent, an empty one is no rate.
    let office = Clerk::of(&server, event.owner.id).await;
    let page = format!("/fr/office/events/{}/rates", event.id);
    let shown = office.see(&page).await;
    says(&shown, "Dès 10 places");
    says(&shown, "24,00");
    let wrong = office
        .send(&page, &[("student-1", "34,00"), ("senior-1", "abc")])
        .await;
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    office
        .send(
            &page,
            &[
                ("student-1", "22,50"),
                ("job_seeker-1", ""),
                ("senior-1", "25"),
            ],
        )
        .await;
    let list: Value = event.owner.get(&path).await.ok();
    let prices: Vec<(&str, i64)> = list["rates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rate| {
            (
                rate["reason"].as_str().unwrap(),
                rate["price_minor"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(prices, [("student", 2_250), ("senior", 2_500)]);
}
