//! A real mail server beside the test: Debian's aiosmtpd, see `smtp.py`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sync_server::config::{Encryption, Secret, SmtpLogin, SmtpSettings};

use super::mails::ReadMail;

/// Debian's own: that one has its packages.
const PYTHON: &str = "/usr/bin/python3";
const USER: &str = "billets";
const PASSWORD: &str = "trois mots";

/// A mail that it has kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) connection: u64,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) encrypted: bool,
    pub(crate) user: Option<String>,
    pub(crate) mail: ReadMail,
}

/// Ends with the test.
pub(crate) struct SmtpServer {
    child: Child,
    stdin: ChildStdin,
    told: Receiver<()>,
    kept: Arc<Mutex<Vec<Kept>>>,
}

/// An address, and what is needed to stand there.
pub(crate) struct SmtpPlace {
    pub(crate) settings: SmtpSettings,
    folder: tempfile::TempDir,
}

impl SmtpPlace {
    /// With a certificate of an authority that only `settings` know, and a log-in, where it is encrypted.
    pub(crate) fn new(encryption: Encryption) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut settings = SmtpSettings::new("localhost", port, encryption);
        settings.patience = Duration::from_secs(4);
        if encryption != Encryption::None {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            let pem = |name: &str, label: &str, der: &[u8]| {
                let text = STANDARD.encode(der);
                let lines: Vec<_> = text
                    .as_bytes()
                    .chunks(64)
                    .map(String::from_utf8_lossy)
                    .collect();
                let lines = lines.join("\n");
                let text = format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n");
                std::fs::write(folder.path().join(name), text).unwrap();
            };
            pem("cert.pem", "CERTIFICATE", made.cert.der());
            pem("key.pem", "PRIVATE KEY", &made.signing_key.serialize_der());
            settings.authority = Some(folder.path().join("cert.pem"));
            settings.login = Some(SmtpLogin {
                user: USER.into(),
                password: Secret::new(PASSWORD),
            });
        }
        Self { settings, folder }
    }

    /// Somebody stands there from now on.
    pub(crate) fn open(&self) -> SmtpServer {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/support/smtp.py");
        let mut command = Command::new(PYTHON);
        command.arg(script).arg(self.settings.port.to_string());
        let file = |name: &str| -> PathBuf { self.folder.path().join(name) };
        match self.settings.encryption {
            Encryption::None => command.arg("plain"),
            Encryption::StartTls => command.arg("starttls"),
            Encryption::Tls => command.arg("tls"),
        };
        if self.settings.encryption != Encryption::None {
            command.args([file("cert.pem"), file("key.pem")]);
            command.args([USER, PASSWORD]);
        }
        SmtpServer::start(command)
    }
}

impl SmtpServer {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Debian's python3 is there");
        let stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().and_then(Result::ok);
        assert_eq!(
            first.as_deref(),
            Some("ready"),
            "aiosmtpd runs: apt install python3-aiosmtpd"
        );
        let (tell, told) = channel();
        let kept = Arc::<Mutex<Vec<Kept>>>::default();
        let keep = Arc::clone(&kept);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if line == "told" {
                    let _ = tell.send(());
                } else {
                    keep.lock().unwrap().push(Kept::of(&line));
                }
            }
        });
        Self {
            child,
            stdin,
            told,
            kept,
        }
    }

    /// What it does with the next mails, see `smtp.py`; then it takes all.
    pub(crate) fn will(&mut self, script: &[&str]) {
        self.tell(&json!(script));
    }

    /// All that it has kept by now.
    pub(crate) fn kept(&mut self) -> Vec<Kept> {
        self.tell(&Value::Null);
        self.kept.lock().unwrap().clone()
    }

    fn tell(&mut self, told: &Value) {
        writeln!(self.stdin, "{told}").unwrap();
        self.told.recv_timeout(Duration::from_secs(20)).unwrap();
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Kept {
    fn of(line: &str) -> Self {
        let told: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        let content = STANDARD.decode(text("content").unwrap()).unwrap();
        Self {
            connection: told["connection"].as_u64().unwrap(),
            from: text("from").unwrap(),
            to: serde_json::from_value(told["to"].clone()).unwrap(),
            encrypted: told["encrypted"].as_bool().unwrap(),
            user: text("user"),
            mail: ReadMail::of(&content),
        }
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
