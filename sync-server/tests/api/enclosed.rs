//! What goes with the mail of the tickets: codes that the door reads, the tickets on paper, the date for a calendar.

use std::process::Command;

use shared::ticket::Presented;
use sync_server::config::Enclosed;
use sync_server::messages::sender;

use crate::support::mails::ReadMail;
use crate::support::stall::{Stall, text};
use crate::support::{TestServer, until};

async fn start() -> TestServer {
    TestServer::start_with(|config| config.mail.enclosed = Enclosed::Tickets).await
}

async fn mail_of_tickets(stall: &Stall<'_>, places: u32) -> (serde_json::Value, ReadMail) {
    let server = stall.server;
    let order = stall.bought(&[(1, places)]).await;
    let before = server.mails().len();
    until("the mail is sent", async || {
        sender::send_due(&server.app).await.unwrap();
        server.mails().len() > before
    })
    .await;
    (order, server.mails().remove(before))
}

/// What a camera reads of a picture.
fn read(png: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("code.png");
    std::fs::write(&path, png).unwrap();
    let mut reader = Command::new("zbarimg");
    let output = reader.args(["-q", "--raw"]).arg(&path).output();
    let output = output.expect("zbarimg is there: apt install zbar-tools");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn the_mail_of_the_tickets_opens_the_door_without_a_network() {
    let server = start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let (order, mail) = mail_of_tickets(&stall, 2).await;
    let kinds: Vec<_> = mail
        .enclosed
        .iter()
        .map(|file| file.kind.as_str())
        .collect();
    assert_eq!(
        kinds,
        ["image/png", "image/png", "application/pdf", "text/calendar"]
    );
    let secret = text(&order["secret"]);
    for (ticket, file) in order["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .zip(&mail.enclosed)
    {
        let id = file.content_id.as_deref().unwrap();
        assert!(mail.html.contains(&format!("cid:{id}")), "{}", mail.html);
        let link = server.url(&format!("/fr/tickets/{}?secret={secret}", text(ticket)));
        assert!(mail.text.contains(&link), "{}", mail.text);
        let path = format!("/api/v1/tickets/{}?secret={secret}", text(ticket));
        let code = server.get(&path).await.ok()["code"].clone();
        assert_eq!(read(&file.bytes), text(&code));
        assert!(
            shared::ticket::read(text(&code))
                .is_ok_and(|code: Presented| code.rotating_code().is_none())
        );
    }
    let code = text(&order["code"]);
    assert_eq!(mail.enclosed[2].name, format!("billets-{code}.pdf"));
    assert!(mail.enclosed[2].bytes.starts_with(b"%PDF-"));
    assert_eq!(mail.enclosed[3].name, format!("agenda-{code}.ics"));
    let calendar = String::from_utf8(mail.enclosed[3].bytes.clone()).unwrap();
    let calendar = calendar.replace("\r\n ", "");
    for line in [
        "DTSTART:20261122T200000Z",
        "DTEND:20261122T230000Z",
        "SUMMARY:Nuit électrique",
        "LOCATION:Le Quai\\, 1 quai de la Loire\\, 44000 Nantes",
    ] {
        assert!(calendar.contains(line), "{line} is missing in {calendar}");
    }
    assert!(
        mail.html
            .contains("Le Quai, 1 quai de la Loire, 44000 Nantes")
    );
    assert_eq!(
        mail.header("auto-submitted").as_deref(),
        Some("auto-generated")
    );
}

#[tokio::test]
async fn a_mail_of_many_tickets_shows_ten_codes_and_has_all_on_paper() {
    let server = start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    stall
        .change("update ticket_types set max_per_order = 50 where event_id = $1")
        .await;
    let (_, mail) = mail_of_tickets(&stall, 12).await;
    let codes = mail.enclosed.iter().filter(|file| file.kind == "image/png");
    assert_eq!(codes.count(), 10);
    assert!(mail.text.contains("Commande\u{a0}: TH-"), "{}", mail.text);
    assert!(
        mail.text
            .contains("Les autres codes sont dans le fichier PDF joint")
    );
    assert!(mail.raw.len() < 1_000_000, "{}", mail.raw.len());
}
