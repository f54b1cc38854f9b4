//! People who are logged in, without the way there.

use reqwest::Method;
use serde_json::Value;
use shared::ids::{OrganizerId, UserId, uuid_v7};
use sync_server::accounts::Role;
use sync_server::accounts::session::{self, NewSession, SessionKind};
use sync_server::edge::OsRandom;

use super::{Answer, TestServer};

/// Somebody with a token.
pub(crate) struct Person<'a> {
    server: &'a TestServer,
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) token: String,
}

impl TestServer {
    /// A new account without a password, and a token for it.
    pub(crate) async fn person(&self, name: &str) -> Person<'_> {
        let id = UserId::new(self.now_ms(), &mut OsRandom);
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        sqlx::query(
            "insert into accounts (id, email, name, email_verified_ms, created_ms) values ($1, $2, $3, $4, $4)",
        )
        .bind(id.0)
        .bind(&email)
        .bind(name)
        .bind(self.now_ms())
        .execute(&self.app.pool)
        .await
        .unwrap();
        let token = self.session(id, SessionKind::Api).await.credential;
        Person {
            server: self,
            id,
            email,
            token,
        }
    }

    pub(crate) async fn session(&self, account: UserId, kind: SessionKind) -> NewSession {
        let mut connection = self.app.pool.acquire().await.unwrap();
        session::begin(&self.app, &mut connection, account, kind)
            .await
            .unwrap()
    }

    /// A new organizer without members.
    pub(crate) async fn organizer(&self, slug: &str) -> OrganizerId {
        let new = || uuid_v7(self.now_ms(), &mut OsRandom);
        let id = OrganizerId(new());
        sqlx::query(
            "insert into organizers (id, name, slug, legal_name, root_key_public, root_key_sealed, server_device_id, created_ms)
             values ($1, $2, $2, $2, $3, $3, $4, $5)",
        )
        .bind(id.0)
        .bind(slug)
        .bind([0u8; 32].as_slice())
        .bind(new())
        .bind(self.now_ms())
        .execute(&self.app.pool)
        .await
        .unwrap();
        id
    }

    /// Makes `account` a member; sessions that were used in the last 5 s may not know yet.
    pub(crate) async fn join(&self, organizer: OrganizerId, account: UserId, role: Role) {
        sqlx::query(
            "insert into memberships (organizer_id, account_id, role, created_ms) values ($1, $2, $3, $4)
             on conflict (organizer_id, account_id) do update set role = excluded.role",
        )
        .bind(organizer.0)
        .bind(account.0)
        .bind(role.as_str())
        .bind(self.now_ms())
        .execute(&self.app.pool)
        .await
        .unwrap();
    }

    /// A new account that is a member.
    pub(crate) async fn member(
        &self,
        organizer: OrganizerId,
        role: Role,
        name: &str,
    ) -> Person<'_> {
        let person = self.person(name).await;
        self.join(organizer, person.id, role).await;
        person
    }
}

impl Person<'_> {
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.server.request(method, path).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(body)).await
    }
}
