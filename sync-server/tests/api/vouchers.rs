//! The vouchers that tills take in place of money: an organizer's own list, under numbers that never change.

use serde_json::{Value, json};
use shared::fact::till::PaidBy;
use shared::ids::TypeNo;

use crate::backoffice::Clerk;
use crate::store::says;
use crate::support::TestServer;
use crate::support::till::{Till, full};

#[tokio::test]
async fn an_organizers_own_vouchers_reach_its_tills_and_numbers_keep_their_names() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let path = format!("/api/v1/organizers/{}/vouchers", event.organizer);
    let list = event.owner.get(&path).await.ok();
    let names: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "Chèque-Vacances",
            "pass Culture",
            "Chèque Culture",
            "Ticket Kadéos"
        ]
    );

    let new = json!({ "name": " Carte Tatou " });
    let added = event.owner.post(&path, &new).await.ok();
    assert_eq!(
        added,
        json!({ "number": 5, "name": "Carte Tatou", "taken": true })
    );
    event
        .owner
        .post(&path, &json!({ "name": "carte tatou" }))
        .await
        .error(409, "already_exists");
    event
        .owner
        .post(&path, &json!({ "name": " " }))
        .await
        .error(400, "invalid_request");
    let one = |number: u16| format!("{path}/{number}");
    let off = json!({ "taken": false });
    event.owner.put(&one(5), &off).await.ok();
    event
        .owner
        .put(&one(99), &off)
        .await
        .error(404, "not_found");
    // Its number is gone for good.
    let added = event
        .owner
        .post(&path, &json!({ "name": "Bon maison" }))
        .await
        .ok();
    assert_eq!(added["number"], 6);

    let mut till = Till::of(&event, "Caisse 1").await;
    let answer = till.device.top_up().await;
    let told: Vec<(u16, &str, bool)> = answer
        .terms
        .vouchers
        .iter()
        .map(|kind| (kind.number, kind.name.as_str(), kind.taken))
        .collect();
    assert_eq!(
        told[4..],
        [(5, "Carte Tatou", false), (6, "Bon maison", true)]
    );
    // What was sold by one that is taken no more keeps its name.
    let clerk = server.person("Camille Roux").await.id;
    till.open(clerk, &answer.series);
    let mut tickets = answer.tickets;
    tickets.retain(|ticket| ticket.type_no == TypeNo(1));
    till.sell(
        &[full(event.id, &tickets[..1])],
        &[(PaidBy::Voucher { kind: 5 }, 3_400)],
    );
    till.send_tickets().await;
    till.send_money().await;
    let revenue = format!("/api/v1/organizers/{}/tills/revenue", event.organizer);
    let revenue: Value = event.owner.get(&revenue).await.ok();
    let means = &revenue["means"][0];
    assert_eq!(
        (&means["voucher"], &means["voucher_name"]),
        (&5.into(), &"Carte Tatou".into())
    );

    // Another organizer has its own list, and nobody else writes to this one.
    let stranger = server.person("Luc Morel").await;
    stranger.get(&path).await.error(403, "forbidden");
    let office = Clerk::of(&server, event.owner.id).await;
    let at = format!("/fr/office/{}/tills/vouchers", event.organizer);
    let page = office.see(&at).await;
    for text in ["Carte Tatou", "Bon maison", "N° 6", "Désactivé"] {
        says(&page, text);
    }
}
