//! Who holds which places to sell, as an organizer sees it, and what they do about a silent till.

use super::{Clerk, PageForm};
use crate::store::{location, says};
use crate::support::TestServer;
use serde_json::json;

#[tokio::test]
async fn an_organizer_sees_what_tills_hold_stops_one_and_sells_its_places_again_after_a_warning() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = Clerk::of(&server, event.owner.id).await;
    let path = format!("/fr/office/events/{}/leases", event.id);
    let overview = clerk.see(&format!("/fr/office/events/{}", event.id)).await;
    says(&overview, &path);
    says(&clerk.see(&path).await, "Aucune caisse n’a de places");

    let till = event
        .device_with("Caisse du hall", json!({ "sell": true }))
        .await;
    till.top_up().await;
    let page = clerk.see(&path).await;
    says(&page, "Caisse du hall");
    says(&page, "Série A");
    says(&page, "Plein tarif");
    let stop = PageForm::of(&page, "<form class=\"office-acts\"");
    assert_eq!(location(&clerk.submit(&stop).await), path);
    let page = clerk.see(&path).await;
    says(&page, "Vente arrêtée");
    assert!(!page.text.contains("Arrêter la vente à cette caisse"));
    // Stopped in the meantime by somebody else: said, and nothing is done.
    let again = clerk.submit(&stop).await;
    assert_eq!(again.status, 422);
    says(&again, "il n’y a rien à arrêter");

    let ask = format!("{path}/{}/1", till.id);
    says(&page, &ask);
    let asked = clerk.see(&ask).await;
    says(&asked, "Elle les a peut-être vendues");
    let form = PageForm::of(&asked, "<form class=\"office-refund\"");
    assert_eq!(form.value("places"), "20");
    let wrong = clerk.submit(&form.clone().fill("places", "21")).await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "Écrivez un nombre de 1 à 20.");
    let on = clerk.submit(&form.fill("places", "5")).await;
    assert_eq!(location(&on), path);
    says(&clerk.see(&path).await, "5 remises en vente");
    assert_eq!(event.places(1).await, (0, 0, 20, 5));

    // Whoever only reads figures is offered nothing.
    let reader = server
        .member(event.organizer, sync_server::accounts::Role::Viewer, "Lina")
        .await;
    let reader = Clerk::of(&server, reader.id).await;
    let seen = reader.see(&path).await;
    says(&seen, "Caisse du hall");
    assert!(!seen.text.contains("Ne plus attendre"));
    assert_eq!(reader.see(&ask).await.status, 403);
}
