//! Tickets for the wallets of phones, checked by programs of others: openssl, unzip, sha1sum, node.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use sync_server::config::{AppleWalletSettings, GoogleWalletSettings};
use tempfile::TempDir;

use crate::store::says;
use crate::support::stall::{Stall, text};
use crate::support::{Answer, TestServer};

fn run(command: &mut Command) -> Output {
    command.output().expect("the program is there")
}

#[track_caller]
fn done(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Keys and certificates as Apple and Google give them out.
struct Authority {
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let made = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let subject = "/UID=pass.org.example.billets/CN=Pass Type ID: pass.org.example.billets/OU=A1B2C3D4E5/O=Example/C=FR";
        made.openssl("req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 30 -subj /CN=Root");
        std::fs::write(made.at("ca.ext"), "basicConstraints=critical,CA:TRUE\n").unwrap();
        made.signed("wwdr", "/CN=WWDR", "root", &["-extfile", "ca.ext"]);
        made.signed("pass", subject, "wwdr", &[]);
        let read = |name: &str| std::fs::read_to_string(made.at(name)).unwrap();
        let chain = format!("{}{}", read("pass.pem"), read("wwdr.pem"));
        std::fs::write(made.at("chain.pem"), chain).unwrap();
        made.openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out google.key");
        made.openssl("pkey -in google.key -pubout -out google.pub");
        let account = json!({ "type": "service_account", "client_email": "wallet@example.iam.gserviceaccount.com",
            "private_key": std::fs::read_to_string(made.at("google.key")).unwrap() });
        std::fs::write(made.at("account.json"), account.to_string()).unwrap();
        made
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        done(
            command
                .args(arguments.split(' '))
                .current_dir(self.folder.path()),
        );
    }

    /// `name.key` and `name.pem`, for which `by` vouches.
    fn signed(&self, name: &str, subject: &str, by: &str, more: &[&str]) {
        let mut asked = Command::new("openssl");
        let keep = format!("req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj");
        asked.args(keep.split(' ')).arg(subject);
        done(asked.current_dir(self.folder.path()));
        let mut signed = Command::new("openssl");
        let sign = format!(
            "x509 -req -in {name}.csr -CA {by}.pem -CAkey {by}.key -CAcreateserial -days 30 -out {name}.pem"
        );
        signed.args(sign.split(' ')).args(more);
        done(signed.current_dir(self.folder.path()));
    }

    async fn server(&self) -> TestServer {
        TestServer::start_with(|config| {
            config.wallet.apple = Some(AppleWalletSettings {
                certificate: self.at("chain.pem"),
                key: self.at("pass.key"),
            });
            config.wallet.google = Some(GoogleWalletSettings {
                account: self.at("account.json"),
                issuer: "3388000000022000001".to_owned(),
            });
        })
        .await
    }
}

/// A ticket of an order: where its page is, without the language, and what opens it.
struct Held {
    ticket: String,
    secret: String,
}

impl Held {
    async fn of(stall: &Stall<'_>) -> (Self, Value) {
        let order = stall.bought(&[(1, 1)]).await;
        let held = Self {
            ticket: text(&order["tickets"][0]).to_owned(),
            secret: text(&order["secret"]).to_owned(),
        };
        (held, order)
    }

    fn at(&self, language: &str, file: &str) -> String {
        let (ticket, secret) = (&self.ticket, &self.secret);
        format!("/{language}/tickets/{ticket}{file}?secret={secret}")
    }
}

async fn bytes(server: &TestServer, path: &str) -> Vec<u8> {
    let answer = server.client.get(server.url(path)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    assert_eq!(
        answer.headers()["content-type"],
        "application/vnd.apple.pkpass"
    );
    answer.bytes().await.unwrap().to_vec()
}

fn unpacked(pass: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ticket.pkpass");
    std::fs::write(&file, pass).unwrap();
    let tested = done(Command::new("unzip").arg("-t").arg(&file));
    assert!(tested.contains("No errors"), "{tested}");
    done(
        Command::new("unzip")
            .arg("-q")
            .arg(&file)
            .arg("-d")
            .arg(folder.path()),
    );
    folder
}

/// Whether openssl believes the signature over the manifest, by that authority alone.
fn is_signed(pass: &Path, authority: &Path) -> bool {
    let verify =
        "cms -verify -binary -inform DER -in signature -content manifest.json -out checked";
    let mut command = Command::new("openssl");
    command
        .args(verify.split(' '))
        .arg("-CAfile")
        .arg(authority);
    run(command.current_dir(pass)).status.success()
}

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

#[tokio::test]
async fn a_ticket_goes_into_the_wallets_with_the_code_of_its_page() {
    let authority = Authority::new();
    let server = authority.server().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let (held, order) = Held::of(&stall).await;
    let page = Answer::of(server.request(reqwest::Method::GET, &held.at("fr", ""))).await;
    let (apple, google) = (held.at("fr", "/apple.pkpass"), held.at("fr", "/google"));
    says(&page, &format!("href=\"{apple}\""));
    says(&page, &format!("href=\"{google}\""));
    let api = format!("/api/v1/tickets/{}?secret={}", held.ticket, held.secret);
    let told = Answer::of(server.request(reqwest::Method::GET, &api))
        .await
        .ok();
    let code = text(&told["code"]);
    assert_eq!(code.len(), 195);

    let unpacked = unpacked(&bytes(&server, &apple).await);
    let folder = unpacked.path();
    assert!(is_signed(folder, &authority.at("root.pem")));
    let manifest = read(folder, "manifest.json");
    let sums = manifest.as_object().unwrap().iter();
    let sums: Vec<String> = sums
        .map(|(name, sum)| format!("{}  {name}\n", text(sum)))
        .collect();
    std::fs::write(folder.join("sums"), sums.concat()).unwrap();
    done(
        Command::new("sha1sum")
            .args(["-c", "--strict", "sums"])
            .current_dir(folder),
    );
    let packed = done(
        Command::new("unzip")
            .args(["-Z1", "ticket.pkpass"])
            .current_dir(folder),
    );
    let mut listed: Vec<&str> = manifest
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    listed.extend(["manifest.json", "signature"]);
    let mut packed: Vec<&str> = packed.lines().collect();
    listed.sort_unstable();
    packed.sort_unstable();
    assert_eq!(
        listed, packed,
        "nothing lies in it that the manifest does not name"
    );
    for (name, width, height) in [
        ("icon.png", 29, 29),
        ("icon@3x.png", 87, 87),
        ("logo@2x.png", 100, 100),
        ("thumbnail@2x.png", 144, 180),
    ] {
        let picture = image::open(folder.join(name)).unwrap();
        assert_eq!(
            (picture.width(), picture.height()),
            (width, height),
            "{name}"
        );
    }
    let shown = read(folder, "pass.json");
    assert_eq!(shown["passTypeIdentifier"], "pass.org.example.billets");
    assert_eq!(shown["teamIdentifier"], "A1B2C3D4E5");
    assert_eq!(shown["serialNumber"], held.ticket.as_str());
    assert_eq!(shown["barcodes"][0]["message"], code);
    assert_eq!(shown["barcodes"][0]["altText"], told["short_code"]);
    assert_eq!(shown["relevantDate"], "2026-11-22T20:00:00+01:00");
    let ticket = &shown["eventTicket"];
    assert_eq!(ticket["primaryFields"][0]["value"], "Nuit électrique");
    assert_eq!(ticket["secondaryFields"][0]["value"], "Le Quai");
    for (language, doors) in [
        ("fr", "Portes"),
        ("en", "Doors"),
        ("es", "Puertas"),
        ("de", "Einlass"),
        ("it", "Porte"),
    ] {
        let strings = folder.join(format!("{language}.lproj/pass.strings"));
        let strings = std::fs::read_to_string(strings).unwrap();
        assert!(
            strings.contains(&format!("\"wallet-doors\" = \"{doors}\";")),
            "{strings}"
        );
    }
    std::fs::write(folder.join("manifest.json"), "{}").unwrap();
    assert!(
        !is_signed(folder, &authority.at("root.pem")),
        "of another manifest"
    );

    let away = Answer::of(server.request(reqwest::Method::GET, &google)).await;
    assert_eq!(away.status, 303);
    let link = away.header("location");
    let token = link
        .strip_prefix("https://pay.google.com/gp/v/save/")
        .unwrap();
    assert!(link.len() < 2_400, "{} letters", link.len());
    let claims: Value =
        serde_json::from_str(&verified(token, &authority.at("google.pub"))).unwrap();
    assert_eq!(claims["aud"], "google");
    assert_eq!(claims["iss"], "wallet@example.iam.gserviceaccount.com");
    let saved = &claims["payload"]["eventTicketObjects"][0];
    assert_eq!(saved["id"], format!("3388000000022000001.{}", held.ticket));
    assert_eq!(saved["barcode"]["value"], code);
    assert_eq!(saved["reservationInfo"]["confirmationCode"], order["code"]);
    let class = &claims["payload"]["eventTicketClasses"][0];
    assert_eq!(class["id"], saved["classId"]);
    assert_eq!(class["dateTime"]["doorsOpen"], "2026-11-22T20:00:00+01:00");
    assert_eq!(
        class["eventName"]["defaultValue"]["value"],
        "Nuit électrique"
    );
}

/// The claims, if node believes the signature.
fn verified(token: &str, key: &Path) -> String {
    const SCRIPT: &str = "const [token, key] = process.argv.slice(1); const [h, p, s] = token.split('.');
        const header = JSON.parse(Buffer.from(h, 'base64url'));
        const good = require('crypto').verify('RSA-SHA256', Buffer.from(h + '.' + p), require('fs').readFileSync(key), Buffer.from(s, 'base64url'));
        if (!good || header.alg !== 'RS256') throw new Error('not signed by this key');
        process.stdout.write(Buffer.from(p, 'base64url'));";
    done(Command::new("node").args(["-e", SCRIPT, token]).arg(key))
}

#[tokio::test]
async fn only_who_has_a_ticket_that_enters_takes_it_into_a_wallet() {
    let authority = Authority::new();
    let server = authority.server().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let (held, order) = Held::of(&stall).await;
    for file in ["/apple.pkpass", "/google"] {
        let status = async |path: &str| {
            let request = server.request(reqwest::Method::GET, path);
            Answer::of(request.header("accept", "text/html"))
                .await
                .status
        };
        let path = held.at("de", file);
        assert_ne!(status(&path).await, 404);
        let (bare, _) = path.split_once('?').unwrap();
        assert_eq!(status(bare).await, 404, "a stranger");
        let other = path.replace(&held.secret, &"x".repeat(held.secret.len()));
        assert_eq!(status(&other).await, 404, "a guess");
    }
    let order = text(&order["id"]);
    stall
        .change("update tickets set status = 2 where event_id = $1")
        .await;
    for file in ["/apple.pkpass", "/google"] {
        let request = server.request(reqwest::Method::GET, &held.at("fr", file));
        assert_eq!(
            Answer::of(request).await.status,
            404,
            "{order} was refunded"
        );
    }
    let page = Answer::of(server.request(reqwest::Method::GET, &held.at("fr", ""))).await;
    assert!(!page.text.contains("apple.pkpass"), "{}", page.text);
}

#[tokio::test]
async fn without_keys_no_wallet_is_offered() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let (held, _) = Held::of(&stall).await;
    let page = Answer::of(server.request(reqwest::Method::GET, &held.at("fr", ""))).await;
    assert!(
        !page.text.contains("pkpass") && !page.text.contains("Wallet"),
        "{}",
        page.text
    );
    for file in ["/apple.pkpass", "/google"] {
        let request = server.request(reqwest::Method::GET, &held.at("fr", file));
        assert_eq!(Answer::of(request).await.status, 404);
    }
}
