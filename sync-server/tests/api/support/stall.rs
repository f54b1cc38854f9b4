//! An event on sale, without the way there.

use serde_json::{Value, json};
use shared::ids::{EventId, OrderId, OrganizerId, uuid_v7};
use sync_server::database::transaction;
use sync_server::edge::OsRandom;
use sync_server::orders::hold::{Held, HoldError, hold};
use sync_server::orders::rules::{HoldRequest, LineRequest};
use sync_server::tickets::keys;

use super::TestServer;

/// A published event of this evening, whose types have the numbers 1, 2, ...
pub(crate) struct Stall<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) organizer: OrganizerId,
    pub(crate) event: EventId,
}

/// Price and quota of a type.
pub(crate) type Type = (i64, i32);

impl TestServer {
    pub(crate) async fn stall(&self, types: &[Type]) -> Stall<'_> {
        let slug = format!("salle-{}", uuid_v7(self.now_ms(), &mut OsRandom).simple());
        let organizer = self.organizer(&slug).await;
        let event = EventId::new(self.now_ms(), &mut OsRandom);
        let now = self.now_ms();
        let mut tx = transaction::begin(&self.app.pool).await.unwrap();
        sqlx::query("insert into feeds (organizer_id, event_id, epoch) values ($1, $2, 1)")
            .bind(organizer.0)
            .bind(event.0)
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query("select begin_change($1, $2)")
            .bind(organizer.0)
            .bind(event.0)
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query(
            "insert into venues (organizer_id, id, name, address, postal_code, city, created_ms)
             values ($1, $2, 'Le Quai', '1 quai de la Loire', '44000', 'Nantes', $3)",
        )
        .bind(organizer.0)
        .bind(event.0)
        .bind(now)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into events (organizer_id, id, venue_id, title, category, time_zone, doors_ms, starts_ms, ends_ms,
                 mode, status, created_ms, updated_ms)
             values ($1, $2, $2, 'Nuit électrique', 'concert', 'Europe/Paris', $3, $3 + 3600000, $3 + 14400000,
                 'real', 'published', $3, $3)",
        )
        .bind(organizer.0)
        .bind(event.0)
        .bind(now)
        .execute(&mut *tx)
        .await
        .unwrap();
        for (no, (price, quota)) in (1i32..).zip(types) {
            sqlx::query(
                "insert into ticket_types (organizer_id, event_id, no, name, price_minor, vat_basis_points)
                 values ($1, $2, $3, 'Tarif ' || $3, $4, 550)",
            )
            .bind(organizer.0)
            .bind(event.0)
            .bind(no)
            .bind(price)
            .execute(&mut *tx)
            .await
            .unwrap();
            sqlx::query(
                "insert into stock (organizer_id, event_id, type_no, quota) values ($1, $2, $3, $4)",
            )
            .bind(organizer.0)
            .bind(event.0)
            .bind(no)
            .bind(quota)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        keys::create_for_event(&mut tx, &self.app.vault, organizer, event, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Stall {
            server: self,
            organizer,
            event,
        }
    }

    /// One number from the database.
    pub(crate) async fn number(&self, query: &'static str, id: uuid::Uuid) -> i64 {
        sqlx::query_scalar(query)
            .bind(id)
            .fetch_one(&self.app.pool)
            .await
            .unwrap()
    }
}

impl Stall<'_> {
    pub(crate) fn ids(&self) -> (OrganizerId, EventId) {
        (self.organizer, self.event)
    }

    /// Something of the event, `$1`, changed as its organizer would.
    pub(crate) async fn change(&self, statement: &'static str) {
        let mut tx = transaction::begin(&self.server.app.pool).await.unwrap();
        sqlx::query("select begin_change($1, $2)")
            .bind(self.organizer.0)
            .bind(self.event.0)
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query(statement)
            .bind(self.event.0)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// What a guest sends for so many places of these types.
    pub(crate) fn request(&self, lines: &[(u16, u32)]) -> HoldRequest {
        HoldRequest {
            id: OrderId::new(self.server.now_ms(), &mut OsRandom),
            event_id: self.event,
            lines: lines
                .iter()
                .map(|(type_no, quantity)| LineRequest {
                    type_no: shared::ids::TypeNo(*type_no),
                    quantity: *quantity,
                    holder_names: Vec::new(),
                })
                .collect(),
            email: "camille@example.org".to_owned(),
            name: "Camille Roux".to_owned(),
            language: "fr".to_owned(),
            promo_code: None,
            access_code: None,
            donation_minor: None,
        }
    }

    pub(crate) async fn hold(&self, lines: &[(u16, u32)]) -> Result<Held, HoldError> {
        hold(&self.server.app, &mut OsRandom, None, &self.request(lines)).await
    }

    /// Held by a guest: its JSON, with the secret.
    pub(crate) async fn held(&self, lines: &[(u16, u32)]) -> Value {
        let body = serde_json::to_value(self.request(lines)).unwrap();
        self.server.post("/api/v1/orders", &body).await.ok()
    }

    /// Held, paid and issued.
    pub(crate) async fn bought(&self, lines: &[(u16, u32)]) -> Value {
        let order = self.held(lines).await;
        let paid = self.pay(&order, "accept").await.ok();
        assert!(paid["issued_ms"].is_i64(), "it was issued: {paid}");
        let mut bought = paid;
        bought["secret"] = order["secret"].clone();
        bought
    }

    pub(crate) async fn pay(&self, order: &Value, method: &str) -> super::Answer {
        let path = format!(
            "/api/v1/orders/{}/pay?secret={}&wait_issued=2000",
            text(&order["id"]),
            text(&order["secret"])
        );
        self.server.post(&path, &json!({ "method": method })).await
    }

    /// Without waiting for the tickets.
    pub(crate) async fn pay_nowait(&self, order: &Value, method: &str) -> super::Answer {
        let (id, secret) = (text(&order["id"]), text(&order["secret"]));
        let path = format!("/api/v1/orders/{id}/pay?secret={secret}");
        self.server.post(&path, &json!({ "method": method })).await
    }

    /// Held, sold and what is left of type 1.
    pub(crate) async fn stock(&self) -> (i32, i32, i32) {
        sqlx::query_as(
            "select held, sold, quota - held - sold - leased from stock where event_id = $1 and type_no = 1",
        )
        .bind(self.event.0)
        .fetch_one(&self.server.app.pool)
        .await
        .unwrap()
    }

    /// Sums of the ledger by kind: sale, platform_fee, refund, platform_fee_returned.
    pub(crate) async fn ledger(&self) -> [i64; 4] {
        let mut sums = [0; 4];
        let kinds = ["sale", "platform_fee", "refund", "platform_fee_returned"];
        for (sum, kind) in sums.iter_mut().zip(kinds) {
            *sum = sqlx::query_scalar(
                "select coalesce(sum(amount_minor), 0)::bigint from ledger where event_id = $1 and kind = $2",
            )
            .bind(self.event.0)
            .bind(kind)
            .fetch_one(&self.server.app.pool)
            .await
            .unwrap();
        }
        sums
    }
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}"))
}

pub(crate) fn order_id(order: &Value) -> OrderId {
    text(&order["id"]).parse().unwrap()
}
