//! The organizer connects an account of its own at Stripe, in the midst of it all: whose the money is changes from one
//! purchase to the next.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::Scene;
use super::buyer::{browser, stubbornly};
use crate::api::text;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Whatever Stripe tells gets lost now and then; then somebody has it told again. Where the server was not answered when it asked
/// about the account, it asks again after a minute.
const LONGEST: Duration = Duration::from_mins(4);

/// Opens the account, answers Stripe's page, and waits until the server knows.
pub async fn connect(scene: &Scene, organizer: Uuid) -> anyhow::Result<()> {
    let path = format!("/organizers/{organizer}/payout-account");
    let country = json!({"country": "FR"});
    let (status, answer) = stubbornly(&scene.owner, Method::POST, &path, Some(&country)).await?;
    ensure!(
        status.is_success(),
        "POST {path} was answered {status}: {answer}"
    );
    let page = text(&answer, "/url")?;
    let browser = browser()?;
    let opened = browser.get(page).send().await?.status();
    ensure!(opened.is_success(), "Stripe's page was answered {opened}");
    let answered = browser
        .post(page)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("answer=complete")
        .send()
        .await?
        .status();
    ensure!(
        answered.is_redirection(),
        "Stripe's page was answered {answered}"
    );
    let began = Instant::now();
    loop {
        let (status, answer) = stubbornly(&scene.owner, Method::GET, &path, None).await?;
        ensure!(status.is_success(), "GET {path} was answered {status}");
        if text(&answer, "/state")? == "ready" {
            return Ok(());
        }
        ensure!(
            began.elapsed() < LONGEST,
            "the organizer's account is {answer}"
        );
        let events = scene.double.events();
        let told = events
            .iter()
            .rev()
            .find(|event| event["type"] == "account.updated")
            .context("Stripe tells nothing of the account")?;
        scene.double.tell_again(told).await;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
