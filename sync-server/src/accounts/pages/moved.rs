//! Addresses without a language: of pages that send strangers to the log-in, and of links in older mails.

use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{encode, next_query};
use crate::web::Query;
use crate::web::language::PageLanguage;
use crate::web::store::private;

#[derive(Deserialize)]
pub(super) struct LoginQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct LinkQuery {
    token: Option<String>,
}

pub(super) async fn to_login(
    PageLanguage(language): PageLanguage,
    Query(query): Query<LoginQuery>,
) -> Response {
    to(&format!("/{language}/login{}", next_query(&query.next)))
}

pub(super) async fn to_verify(
    PageLanguage(language): PageLanguage,
    Query(query): Query<LinkQuery>,
) -> Response {
    to(&format!("/{language}/verify{}", token_query(query)))
}

pub(super) async fn to_reset(
    PageLanguage(language): PageLanguage,
    Query(query): Query<LinkQuery>,
) -> Response {
    to(&format!("/{language}/reset{}", token_query(query)))
}

fn token_query(query: LinkQuery) -> String {
    let token = query.token;
    token.map_or_else(String::new, |token| format!("?token={}", encode(&token)))
}

fn to(path: &str) -> Response {
    private(Redirect::to(path).into_response())
}
