//! What a type asks besides its price: a code that opens it, another type, a number of places; and its price for groups.

use serde_json::{Value, json};

use super::{see, send};
use crate::backoffice::{Clerk, PageForm};
use crate::store::{location, says};
use crate::support::fixtures::published_event;
use crate::support::stall::Stall;
use crate::support::{Answer, TestServer};

impl Stall<'_> {
    async fn post_lines(&self, lines: &[(u16, u32)], more: Value) -> Answer {
        let mut body = serde_json::to_value(self.request(lines)).unwrap();
        let fields = body.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        self.server.post("/api/v1/orders", &body).await
    }
}

#[tokio::test]
async fn a_hidden_type_is_neither_shown_nor_sold_without_its_code() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (500, 50)]).await;
    stall
        .change("update ticket_types set access_code = 'AMIS' where event_id = $1 and no = 2")
        .await;
    let page = format!("/fr/events/{}", stall.event);
    let api = format!("/api/v1/events/{}", stall.event);
    for path in [page.clone(), format!("{page}?code=faux"), api.clone()] {
        let shown = see(&server, &path).await;
        assert_eq!(shown.status, 200);
        assert!(!shown.text.contains("Tarif 2"), "{path}");
        assert!(!shown.text.contains("AMIS"), "{path}");
    }
    let opened = server.get(&format!("{api}?access_code=amis")).await;
    let types = opened.ok()["types"].clone();
    assert_eq!(types.as_array().unwrap().len(), 2);
    assert_eq!(opened.header("cache-control"), "private, no-store");
    assert!(!opened.text.contains("AMIS"), "a code is told to nobody");

    for more in [
        json!({}),
        json!({"access_code": "faux"}),
        json!({"access_code": ""}),
    ] {
        stall
            .post_lines(&[(2, 1)], more)
            .await
            .error(400, "invalid_request");
    }
    let held = stall
        .post_lines(&[(2, 1)], json!({"access_code": " amis "}))
        .await
        .ok();
    assert_eq!(held["total_minor"], 500);

    let shown = see(&server, &format!("{page}?code=amis")).await;
    says(&shown, "Ce code ouvre\u{a0}: Tarif 2.");
    assert!(
        shown.text.find("Tarif 2").unwrap() < shown.text.find(">Tarif 1<").unwrap(),
        "it comes first"
    );
    let fields = |code| {
        [
            ("type", "2"),
            ("places", "1"),
            ("code", code),
            ("step", "reserve"),
        ]
    };
    let refused = send(&server, &page, &fields("")).await;
    assert_eq!(refused.status, 400);
    let checkout = location(&send(&server, &page, &fields("amis")).await);
    says(&see(&server, &checkout).await, "1 × Tarif 2");
}

#[tokio::test]
async fn a_code_may_open_a_type_and_take_something_off_it() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (1_000, 50)]).await;
    stall
        .change("update ticket_types set access_code = 'VIP' where event_id = $1 and no = 2")
        .await;
    stall
        .code("VIP", json!({"percent_basis_points": 5000}))
        .await;
    let page = format!("/fr/events/{}", stall.event);
    says(
        &see(&server, &format!("{page}?code=vip")).await,
        "50\u{a0}% de réduction",
    );
    let fields = [
        ("type", "2"),
        ("places", "1"),
        ("code", "vip"),
        ("step", "reserve"),
    ];
    let checkout = location(&send(&server, &page, &fields).await);
    says(&see(&server, &checkout).await, "Payer 5,00\u{a0}€");
}

#[tokio::test]
async fn a_group_pays_its_price_and_whoever_takes_too_few_is_told() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(2_000, 100)]).await;
    stall
        .change(
            "update ticket_types set min_per_order = 2, max_per_order = 20, group_from = 10, group_price_minor = 1500
             where event_id = $1",
        )
        .await;
    let total = async |places| stall.held(&[(1, places)]).await["total_minor"].clone();
    assert_eq!(total(9).await, 18_000);
    assert_eq!(total(10).await, 15_000);
    let few = stall.post_lines(&[(1, 1)], json!({})).await;
    assert_eq!(few.error(409, "over_limit")["fields"]["min_per_order"], "2");

    let page = format!("/fr/events/{}", stall.event);
    let shown = see(&server, &format!("{page}?places=10")).await;
    for sentence in [
        "2 places au moins",
        "15,00\u{a0}€ la place dès 10 places",
        "150,00\u{a0}€",
    ] {
        says(&shown, sentence);
    }
    says(
        &see(&server, &format!("{page}?places=1")).await,
        "<output>2</output>",
    );
    let fields = [("type", "1"), ("places", "1"), ("step", "reserve")];
    let few = send(&server, &page, &fields).await;
    assert_eq!(few.status, 409);
    says(&few, "2 places au moins par commande");
}

#[tokio::test]
async fn what_goes_with_a_place_is_chosen_beside_it_and_never_alone() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (600, 50)]).await;
    stall
        .change("update ticket_types set needs_other = true where event_id = $1 and no = 2")
        .await;
    let alone = stall.post_lines(&[(2, 1)], json!({})).await;
    assert_eq!(alone.error(409, "conflict")["fields"]["type_no"], "2");
    let both = stall.post_lines(&[(2, 3), (1, 1)], json!({})).await.ok();
    assert_eq!(both["total_minor"], 5_200);

    let page = format!("/fr/events/{}", stall.event);
    let shown = see(&server, &page).await;
    says(&shown, "Avec vos places");
    says(&shown, "name=\"with-2\"");
    assert_eq!(shown.text.matches("type=\"radio\"").count(), 1);
    let fields = |step| {
        [
            ("type", "1"),
            ("places", "2"),
            ("with-2", "2"),
            ("step", step),
        ]
    };
    let more = location(&send(&server, &page, &fields("more")).await);
    assert_eq!(more, format!("{page}?type=1&places=3&with-2=2#choose"));
    let shown = see(&server, more.trim_end_matches("#choose")).await;
    says(&shown, "<option value=\"2\" selected>");
    says(&shown, "114,00\u{a0}€");
    let checkout = location(&send(&server, &page, &fields("reserve")).await);
    let asked = see(&server, &checkout).await;
    for sentence in ["2 × Tarif 1", "2 × Tarif 2", "Payer 80,00\u{a0}€"] {
        says(&asked, sentence);
    }
    let back = checkout.replace("/checkout?", "/checkout/give-back?");
    let given = location(&send(&server, &back, &[]).await);
    assert_eq!(given, format!("{page}?type=1&places=2&with-2=2"));
}

#[tokio::test]
async fn an_organizer_sets_all_of_it_beside_the_price() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let prices = format!("/fr/office/events/{}/prices", event.event);
    let form = PageForm::of(&clerk.see(&prices).await, "<form class=\"wizard-form\"");
    let wrong = clerk
        .submit(
            &form
                .clone()
                .fill("least-1", "11")
                .fill("group-1", "10")
                .fill("access-2", "x")
                .press("do", "next"),
        )
        .await;
    assert_eq!(wrong.status, 422);
    for sentence in [
        "Écrivez un nombre de 1 au maximum par commande",
        "Écrivez un prix comme 15,00, avec le nombre de places",
        "Écrivez de 3 à 40 lettres",
    ] {
        says(&wrong, sentence);
    }
    let good = form
        .fill("least-1", "2")
        .fill("group-1", "10")
        .fill("each-1", "30")
        .fill("access-2", "amis")
        .press("needs-2", "on")
        .press("donation", "on")
        .press("do", "next");
    location(&clerk.submit(&good).await);
    let api = format!("/api/v1/events/{}", event.event);
    let shown = server.get(&api).await.ok();
    assert_eq!(shown["asks_donation"], true);
    let row = &shown["types"][0];
    assert_eq!(row["min_per_order"], 2);
    assert_eq!(
        row["group"],
        json!({"from": 10, "price": {"minor": 3000, "currency": "EUR"}})
    );
    assert_eq!(shown["types"].as_array().unwrap().len(), 1);
    let form = PageForm::of(&clerk.see(&prices).await, "<form class=\"wizard-form\"");
    assert_eq!(form.value("access-2"), "AMIS");
    assert_eq!(form.value("needs-2"), "on");
    assert_eq!(form.value("donation"), "on");
    // The title of the event is changed elsewhere: what was set here stays.
    let what = format!("/fr/office/events/{}/what", event.event);
    let form = PageForm::of(&clerk.see(&what).await, "<form class=\"wizard-form\"");
    clerk.submit(&form.fill("title", "Autre titre")).await;
    assert_eq!(server.get(&api).await.ok()["asks_donation"], true);
}
