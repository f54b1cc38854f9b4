//! Where somebody who is to be paid says who they are: a form, no script.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::Shared;
use crate::error::Refusal;
use crate::pay_page::html;
use crate::world::Answer;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage<'a> {
    name: &'a str,
    email: &'a str,
}

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new().route("/setup/{link}", get(show).post(answer))
}

async fn show(State(shared): State<Arc<Shared>>, Path(link): Path<String>) -> Response {
    let mut world = shared.world();
    match world.open_link(&link) {
        Ok(Ok(account)) => html(
            SetupPage {
                name: account.name(),
                email: account.email(),
            }
            .render(),
        ),
        Ok(Err(refresh_url)) => Redirect::to(&refresh_url).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    Path(link): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let pressed = fields.iter().find(|(name, _)| name == "answer");
    let Some(answer) = pressed.and_then(|(_, value)| Answer::parse(value)) else {
        return Refusal::missing("answer").into_response();
    };
    let mut world = shared.world();
    let to = world.answer_link(&link, answer);
    let fresh = world.take_fresh();
    drop(world);
    shared.send(fresh);
    match to {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}
