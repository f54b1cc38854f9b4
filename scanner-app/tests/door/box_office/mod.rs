//! The till on real files: the program itself, from the float to the archive, and killed in between.

mod acts;
mod collected;
mod contacts;
mod exchanges;
mod hour;
mod inspected;
pub(crate) mod kills;
mod printing;
mod promoted;
mod pushed;
mod put_back;
mod terms;

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rusqlite::{Connection, params};
use scanner_app::replica::Replica;
use scanner_app::vault::Vault;
use serde_json::Value;
use shared::fact::kind::RightKind;
use shared::ids::{TicketId, TypeNo};
use shared::lease::{Cause, Lease, LeaseList};
use shared::roster::Rights;
use shared::roster::signed::SignedKind;
use shared::ticket::{Flags, Presented, Token, TokenFields};
use shared::till::contact::ContactOpener;
use shared::wire::latest::{TillTerms, VoucherKind};

use crate::run::{Run, command, json_lines, now};
use crate::supervisors::{ANA, row};
use crate::venue::{Device, KEY, Venue};

/// A till with places of two types: 1 at 22.00 with 5.5 % VAT, 2 at 15.00 with 2.1 %.
pub(crate) struct Office {
    pub(crate) venue: Venue,
    pub(crate) device: Device,
}

/// Of the organizer's server, for what guests leave.
pub(crate) const CONTACT_SECRET: [u8; 32] = [5; 32];

/// Two kinds of vouchers that the organizer takes.
pub(crate) fn vouchers() -> Vec<VoucherKind> {
    let kinds = [(1, "Chèque-Vacances"), (2, "pass Culture")].into_iter();
    kinds
        .map(|(number, name)| VoucherKind {
            number,
            name: name.into(),
            taken: true,
        })
        .collect()
}

const PRICES: [(u16, i64, u32); 2] = [(1, 2200, 550), (2, 1500, 210)];

/// The ticket of a place: those of type 1 are below 1000.
fn ids(type_no: u16, places: u64) -> Vec<TicketId> {
    let first = u64::from(type_no - 1) * 1000 + 1;
    (first..first + places).map(TicketId).collect()
}

/// What a device seals with.
pub(crate) fn vault_of(device: &Device) -> Vault {
    let keys = std::fs::read_dir(device.state().join("keys")).expect("keys");
    let files: Vec<_> = keys.map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files.len(), 1, "one replica");
    let text = std::fs::read_to_string(&files[0]).expect("a key");
    let key = STANDARD.decode(text.trim()).expect("base64");
    Vault::with_key(key.try_into().expect("32 bytes"))
}

impl Office {
    /// With so many places of each type.
    pub(crate) fn with_places(places: u64) -> Self {
        let mut venue = Venue::at(now());
        venue.rights = Rights {
            scan: true,
            sell: true,
            supervise: true,
            ..Rights::default()
        };
        let office = Self {
            venue,
            device: Device::new(31),
        };
        let replica = office.venue.door(&office.device, now(), &[]);
        let leases = PRICES.map(|(type_no, _, _)| Lease {
            event: office.venue.event,
            right: RightKind::Sell,
            term: 1,
            device: office.device.id,
            cause: Cause::First,
            after: Vec::new(),
            type_no: Some(TypeNo(type_no)),
            ends_ms: None,
            is_stopped: false,
            tickets: ids(type_no, places),
        });
        let list = LeaseList {
            leases: leases.into(),
            ..LeaseList::default()
        };
        let signed = office.venue.sign(SignedKind::Leases, 1, now(), &list);
        Venue::tell(&replica, signed);
        drop(replica);
        office.fill(places);
        office
    }

    /// What the server hands out with a lease, and whose PIN is 7351: as the replica keeps them.
    fn fill(&self, places: u64) {
        let connection = self.database();
        let event: i64 = connection
            .query_row("select no from event", [], |row| row.get(0))
            .expect("the event");
        connection
            .execute(
                "insert into till_event (event, series, currency, types, said_ms) values (?1, 'B', 'EUR', '[]', 0)",
                [event],
            )
            .expect("written");
        let vault = self.vault();
        for (type_no, price, vat) in PRICES {
            for (number, ticket) in (1i64..).zip(ids(type_no, places)) {
                let sealed = vault.seal(&format!("leased_ticket/{ticket}"), &self.token(ticket));
                connection
                    .execute(
                        "insert into leased_ticket (event, ticket, type_no, series, number, price_minor, vat_basis_points, token)
                         values (?1, ?2, ?3, 'B', ?4, ?5, ?6, ?7)",
                        params![event, ticket.to_i64(), type_no, i64::from(type_no) * 100 + number, price, vat, sealed],
                    )
                    .expect("written");
            }
        }
        let terms = TillTerms {
            contact_key: ContactOpener::from_secret(CONTACT_SECRET).key().to_bytes(),
            vouchers: vouchers(),
        };
        let terms = serde_json::to_string(&terms).expect("JSON");
        connection
            .execute(
                "insert into till_terms (only_row, terms) values (1, ?1)",
                [terms],
            )
            .expect("written");
        let list = [row(ANA, "Ana Costa", "7351")];
        let list = serde_json::to_vec(&list).expect("JSON");
        connection
            .execute(
                "insert into supervisor_list (only_row, version, sealed) values (1, 1, ?1)",
                [vault.seal("supervisors", &list)],
            )
            .expect("written");
    }

    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.device.data().join("replica.db")).expect("the replica's file")
    }

    fn replica(&self) -> Replica {
        Replica::open(&self.device.data(), self.device.state()).expect("opens")
    }

    fn vault(&self) -> Vault {
        vault_of(&self.device)
    }

    fn signed(&self, ticket: TicketId) -> Token {
        self.venue.key.sign(TokenFields {
            flags: Flags::LEASED,
            ..Venue::fields(ticket.0, KEY)
        })
    }

    fn token(&self, ticket: TicketId) -> [u8; 80] {
        self.signed(ticket).to_bytes()
    }

    /// The code of a ticket of type 1.
    pub(crate) fn code(&self, ticket: TicketId) -> String {
        Presented::plain(self.signed(ticket)).to_string()
    }

    /// `door till ARGUMENTS`.
    pub(crate) fn till(&self, arguments: &[&str]) -> Command {
        let data = self.device.data().display().to_string();
        let arguments = [&["till"][..], arguments, &["--data", &data]].concat();
        command(&self.device, &arguments)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        crate::run::run(&mut self.till(arguments))
    }

    /// What it told, of a command that must do it.
    pub(crate) fn done(&self, arguments: &[&str]) -> Value {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {run:?}");
        run.lines.last().cloned().expect("a line")
    }

    /// The code of the error, of a command that must not do it.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}: {run:?}");
        run.error().to_owned()
    }

    /// Opens a shift with a float.
    pub(crate) fn open_with(&self, float: &str) {
        let run = self.with_pin(
            &["open", "--clerk", &ANA.to_string(), "--float", float],
            "7351",
        );
        assert_eq!(run.code, Some(0), "{run:?}");
    }

    pub(crate) fn with_pin(&self, arguments: &[&str], pin: &str) -> Run {
        let mut child = self
            .till(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut stdin = child.stdin.take().expect("its input");
        writeln!(stdin, "{pin}").expect("typed");
        drop(stdin);
        let output = child.wait_with_output().expect("ended");
        Run {
            code: output.status.code(),
            lines: json_lines(&output.stdout),
        }
    }

    /// `EVENT:TYPE:QUANTITY`.
    pub(crate) fn line(&self, type_no: u16, quantity: u16) -> String {
        format!("{}:{type_no}:{quantity}", self.venue.event)
    }
}
