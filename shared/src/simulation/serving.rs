//! Requests from devices to the server, and its transactions.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::server::{Claim, Entity};
use super::world::{Item, PageOracle, TIME_OUT_MS, World};
use crate::clock::UnixMillis;
use crate::ids::{FactId, FactName, GateNo, TicketId};
use crate::roster::signed::{SignedKind, SignedObject};
use crate::roster::{Rights, TicketRow};
use crate::sync::backoff::Moment;
use crate::sync::claim::{LAPSES_MS, MAX_OPEN, by_facts};
use crate::sync::effect::{Request, Table};
use crate::sync::event::{CallId, Event, Failure, Grant, Times};
use crate::wire::latest::{ClaimAnswer, ErrorCode};

/// On a long evening one page in so many is compared with what the server had.
const PAGES_PER_LOOK: u64 = 2_000;

/// A request as it left the device.
#[derive(Clone)]
pub(super) enum ServerRequest {
    OpenSession {
        call: CallId,
        objects: Vec<SignedObject>,
    },
    Pull {
        call: CallId,
        cursor: Option<String>,
        wait_s: u32,
        signed_version: u64,
        sent_ms: UnixMillis,
    },
    PullSigned {
        call: CallId,
        have: BTreeMap<SignedKind, u64>,
    },
    Push {
        call: CallId,
        envelopes: Vec<Vec<u8>>,
        sent_ms: UnixMillis,
    },
    Claim {
        ticket: TicketId,
        fact: FactId,
    },
}

#[derive(Clone)]
pub(super) enum Transaction {
    Upload {
        node: u16,
        life: u32,
        call: CallId,
        envelopes: Vec<Vec<u8>>,
        sent_ms: UnixMillis,
    },
    Rows(Vec<TicketRow>),
}

/// A pull that the server holds.
#[derive(Clone)]
pub(super) struct Waiting {
    node: u16,
    life: u32,
    call: CallId,
    cursor: Option<String>,
    signed_version: u64,
    sent_ms: UnixMillis,
    until: Moment,
}

impl World {
    pub(super) fn send_request(&mut self, at: usize, call: CallId, request: Request) {
        let node = &self.nodes[at];
        let (n, life) = (node.n, self.lives[at]);
        let sent_ms = node.wall_ms(self.true_ms());
        let request = match request {
            Request::OpenSession => ServerRequest::OpenSession {
                call,
                objects: node.disk.signed.values().cloned().collect(),
            },
            Request::Pull {
                table,
                wait_s,
                signed_version,
                ..
            } => ServerRequest::Pull {
                call,
                cursor: match table {
                    Table::InUse => node.disk.in_use.cursor.clone(),
                    Table::Shadow => {
                        let shadow = node.disk.shadow.as_ref();
                        shadow.and_then(|roster| roster.cursor.clone())
                    }
                },
                wait_s,
                signed_version,
                sent_ms,
            },
            Request::PullSigned => ServerRequest::PullSigned {
                call,
                have: node.disk.versions(),
            },
            Request::Push { limit, .. } => {
                let most = (limit as usize).min(1 + self.dice.below(12) as usize);
                let envelopes = node.unsent(most);
                if envelopes.is_empty() {
                    let event = Event::NothingToPush { call };
                    let item = Item::Outcome {
                        node: n,
                        life,
                        event,
                        oracle: None,
                    };
                    return self.schedule(1, item);
                }
                ServerRequest::Push {
                    call,
                    envelopes,
                    sent_ms,
                }
            }
        };
        // Whoever hears nothing gives up; a line that is cut is often noticed at once.
        let wait_ms = match &request {
            ServerRequest::Pull { wait_s, .. } => TIME_OUT_MS + u64::from(*wait_s) * 1_000,
            _ if self.cut.contains(&(n, 0)) => 50 + self.dice.below(TIME_OUT_MS),
            _ => TIME_OUT_MS,
        };
        self.fail(at, call, Failure::Network, wait_ms);
        let item = Item::Request {
            node: n,
            life,
            request,
        };
        self.travel(n, 0, item);
    }

    fn answer(&mut self, node: u16, life: u32, event: Event, oracle: Option<Rc<PageOracle>>) {
        let item = Item::Outcome {
            node,
            life,
            event,
            oracle,
        };
        self.travel(0, node, item);
    }

    fn refuse(&mut self, node: u16, life: u32, call: CallId, code: ErrorCode) {
        let failure = Failure::Refused {
            code,
            retry_after_ms: None,
        };
        self.answer(node, life, Event::Failed { call, failure }, None);
    }

    pub(super) fn serve(&mut self, n: u16, life: u32, request: ServerRequest) {
        let Some(at) = self.at(n) else {
            return;
        };
        let id = self.nodes[at].id;
        let now_ms = self.true_ms();
        let is_revoked = self.server.durable.revoked.contains_key(&id);
        let has_session = self.server.sessions.contains(&n);
        match request {
            ServerRequest::OpenSession { call, objects } => {
                let venue = &self.venue;
                self.server.offered(venue, id, &objects, now_ms);
                self.server.sessions.insert(n);
                let grant = Grant {
                    rights: Rights::default(),
                    events: vec![self.venue.event.id],
                    gate: GateNo(0),
                    life: self.server.restores,
                };
                self.answer(n, life, Event::SessionOpened { call, grant }, None);
            }
            ServerRequest::Pull { call, .. } | ServerRequest::PullSigned { call, .. }
                if !has_session =>
            {
                self.refuse(n, life, call, ErrorCode::Unauthenticated);
            }
            ServerRequest::Push { call, .. } if !has_session => {
                self.refuse(n, life, call, ErrorCode::Unauthenticated);
            }
            ServerRequest::Pull { call, .. } if is_revoked => {
                self.refuse(n, life, call, ErrorCode::DeviceRevoked);
            }
            ServerRequest::Pull {
                call,
                cursor,
                wait_s,
                signed_version,
                sent_ms,
            } => {
                let waiting = Waiting {
                    node: n,
                    life,
                    call,
                    cursor,
                    signed_version,
                    sent_ms,
                    until: self.now.after(u64::from(wait_s) * 1_000),
                };
                if !self.answer_pull(&waiting, wait_s == 0) {
                    self.waiting.push(waiting);
                    self.schedule(u64::from(wait_s) * 1_000, Item::Release);
                }
            }
            ServerRequest::PullSigned { call, have } => {
                let objects = self.server.newer_signed(&have);
                self.answer(n, life, Event::SignedReceived { call, objects }, None);
            }
            ServerRequest::Push {
                call,
                envelopes,
                sent_ms,
            } => self.transact(Transaction::Upload {
                node: n,
                life,
                call,
                envelopes,
                sent_ms,
            }),
            ServerRequest::Claim { ticket, fact } => {
                let claimed = FactName { device: id, fact };
                let answer = self.claim(n, ticket, claimed, now_ms);
                let item = Item::ClaimAnswer {
                    node: n,
                    fact,
                    answer,
                };
                self.travel(0, n, item);
            }
        }
    }

    /// Answers a pull if there is news, or if it must.
    fn answer_pull(&mut self, pull: &Waiting, must: bool) -> bool {
        let limit = match self.dice.below(3) {
            _ if self.looks.is_some() => 1_000,
            0 => 1,
            1 => 1 + self.dice.below(6) as usize,
            _ => 1_000,
        };
        let now_ms = self.true_ms();
        match self.server.changes(pull.cursor.as_deref(), limit, now_ms) {
            Err(code) => self.refuse(pull.node, pull.life, pull.call, code),
            Ok(page) => {
                let is_news = page.signed_version > pull.signed_version;
                if page.tickets.is_empty() && page.entries.is_empty() && !is_news && !must {
                    return false;
                }
                let is_looked_at = match self.looks {
                    None => true,
                    Some(_) => self.dice.below(PAGES_PER_LOOK) == 0,
                };
                let oracle =
                    is_looked_at.then(|| Rc::new(self.page_oracle(pull.cursor.as_deref(), &page)));
                let sent_ms = pull.sent_ms;
                let Some(at) = self.at(pull.node) else {
                    return true;
                };
                let received_ms = self.nodes[at].wall_ms(now_ms);
                let event = Event::PageReceived {
                    call: pull.call,
                    page: Box::new(page),
                    times: Times {
                        sent_ms,
                        received_ms,
                    },
                };
                self.answer(pull.node, pull.life, event, oracle);
            }
        }
        true
    }

    /// What must be here once the page is applied: all committed up to its end, whatever its cursor says.
    fn page_oracle(&self, _cursor: Option<&str>, page: &crate::wire::latest::Page) -> PageOracle {
        let durable = &self.server.durable;
        let last = durable
            .feed
            .all()
            .filter(|(_, entity)| match entity {
                Entity::Ticket(id) => page.tickets.iter().any(|row| row.id == *id),
                Entity::Fact(..) => false,
            })
            .max();
        let end = last.filter(|_| page.has_more);
        let is_due = |at: (u64, Entity)| !page.has_more || end.is_some_and(|end| at <= end);
        let mut oracle = PageOracle {
            epoch: durable.epoch,
            rows: BTreeMap::new(),
            facts: std::collections::BTreeSet::new(),
            is_head: !page.has_more,
            head: durable.head,
        };
        for (_, entity) in durable.feed.all().filter(|at| is_due(*at)) {
            match entity {
                Entity::Ticket(id) => {
                    oracle.rows.insert(id, durable.rows[&id]);
                }
                Entity::Fact(journal, seq) => {
                    let stored = &durable.facts.at(journal, seq)[0];
                    oracle.facts.insert(stored.header.hash);
                }
            }
        }
        oracle
    }

    pub(super) fn answer_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        for pull in waiting {
            let must = pull.until <= self.now;
            if !self.answer_pull(&pull, must) {
                self.waiting.push(pull);
            }
        }
    }

    pub(super) fn commit(&mut self, number: Option<u64>, transaction: Transaction) {
        let now_ms = self.true_ms();
        match transaction {
            Transaction::Upload {
                node,
                life,
                call,
                envelopes,
                sent_ms,
            } => {
                let venue = &self.venue;
                let answer = self.server.upload(venue, &envelopes, number, now_ms);
                self.checks.uploaded(&envelopes);
                if let Some(at) = self.at(node) {
                    self.send_till(at);
                    let received_ms = self.nodes[at].wall_ms(now_ms);
                    let times = Times {
                        sent_ms,
                        received_ms,
                    };
                    let event = Event::PushAnswered {
                        call,
                        answer,
                        times,
                    };
                    self.answer(node, life, event, None);
                }
            }
            Transaction::Rows(rows) => {
                let venue = &self.venue;
                self.server.set_rows(venue, &rows, number);
            }
        }
        self.answer_waiting();
    }

    /// First claim wins, until it lapses or its fact arrives.
    fn claim(
        &mut self,
        node: u16,
        ticket: TicketId,
        claimed: FactName,
        now_ms: UnixMillis,
    ) -> ClaimAnswer {
        let claims = &mut self.server.claims;
        claims.retain(|_, claim| claim.lapses_ms > now_ms);
        if let Some(folded) = self.server.view.folded.get(&ticket) {
            let type_no = super::venue::ticket_row(ticket.0).type_no;
            let rules = self.venue.rules();
            if let Some(answer) = by_facts(&rules, type_no, &folded.state, claimed, now_ms) {
                return answer;
            }
        }
        let fact = claimed.fact;
        let claims = &mut self.server.claims;
        match claims.get(&ticket) {
            Some(claim) if claim.fact == fact => ClaimAnswer::Granted,
            Some(claim) => ClaimAnswer::Claimed {
                gate: super::venue::gate_of(claim.node),
            },
            None if claims.values().filter(|claim| claim.node == node).count() >= MAX_OPEN => {
                ClaimAnswer::Unknown
            }
            None => {
                let lapses_ms = now_ms + LAPSES_MS as i64;
                let claim = Claim {
                    fact,
                    node,
                    lapses_ms,
                };
                claims.insert(ticket, claim);
                ClaimAnswer::Granted
            }
        }
    }
}
