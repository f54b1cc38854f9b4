//! Tickets without a code: found by a name, and let in by hand.

use std::sync::Arc;

use shared::admission::RefuseReason;
use shared::clock::UnixMillis;
use shared::ids::TicketId;
use shared::language::Language;
use shared::roster::TicketStatus;

use super::common::{Common, locked};
use super::recent::Presented;
use super::stage::{Post, at_no_door};
use super::view::{HandHit, HitState, UiError, UiErrorCode, VerdictView};
use crate::door::TicketStanding;
use crate::search::{Hit, HitTicket, Index, MOST_HITS};

impl Common {
    /// Tickets by a name, an order's code or a short code, the best first.
    pub(super) fn search(&self, text: &str) -> Result<Vec<HandHit>, UiError> {
        let post = self.post().ok_or_else(at_no_door)?;
        let hits = self.index(&post).find(text, MOST_HITS)?;
        let said = (self.language(), self.server_ms());
        let shown = hits
            .into_iter()
            .flat_map(|hit| tickets_of(&post, hit, said));
        Ok(shown.take(MOST_HITS).collect())
    }

    /// Decides on a ticket that was found, as the door stands. The verdict is told, too.
    pub(super) fn by_hand(self: &Arc<Self>, ticket: TicketId) -> Result<VerdictView, UiError> {
        let _turn = locked(&self.turn);
        let post = self.post().ok_or_else(at_no_door)?;
        let verdict = post.door.admit_by_hand(ticket, self.now_ms())?;
        self.tell_verdict(&post, &verdict, Presented::ByHand(ticket))
            .ok_or_else(|| {
                UiError::new(
                    UiErrorCode::Internal,
                    "a ticket was found and not decided on",
                )
            })
    }

    /// Names are read and held in memory from the first search on, until the door is left.
    fn index(&self, post: &Post) -> Arc<Index> {
        let mut held = locked(&self.index);
        match held.as_ref().filter(|(event, _)| *event == post.event) {
            Some((_, index)) => Arc::clone(index),
            None => {
                let index = Index::of(&self.replica, post.event, Arc::clone(&self.clock));
                let index = Arc::new(index);
                *held = Some((post.event, Arc::clone(&index)));
                index
            }
        }
    }
}

/// Of an order that was found: the tickets that were meant, else all of them.
fn tickets_of(post: &Post, hit: Hit, said: (Language, UnixMillis)) -> Vec<HandHit> {
    let Hit {
        code,
        buyer,
        note,
        tickets,
        ..
    } = hit;
    let some_are_meant = tickets.iter().any(|ticket| ticket.is_meant);
    tickets
        .into_iter()
        .filter(|ticket| ticket.is_meant || !some_are_meant)
        .map(|ticket| HandHit {
            ticket: ticket.ticket,
            at: state(post, &ticket, said),
            name: if ticket.holder.is_empty() {
                buyer.clone()
            } else {
                ticket.holder
            },
            order: code.clone(),
            code: ticket.short_code,
            type_name: ticket.type_name.unwrap_or_default(),
            note: Some(note.clone()).filter(|note| !note.is_empty()),
        })
        .collect()
}

fn state(post: &Post, ticket: &HitTicket, (language, now_ms): (Language, UnixMillis)) -> HitState {
    match &ticket.standing {
        TicketStanding::NotYet | TicketStanding::Unknown => HitState::NotYet,
        TicketStanding::Inside { since_ms, .. } => HitState::Inside {
            since: post.door.clock(*since_ms),
        },
        TicketStanding::Left => HitState::Left,
        TicketStanding::Barred { status } => HitState::Gone {
            says: post
                .door
                .refusal(&reason(*status), language, now_ms)
                .map_or_else(String::new, |sentence| sentence.says),
        },
    }
}

fn reason(status: TicketStatus) -> RefuseReason {
    match status {
        TicketStatus::Refunded => RefuseReason::Refunded,
        TicketStatus::Cancelled => RefuseReason::Cancelled,
        TicketStatus::Blocked => RefuseReason::Blocked,
        // A valid ticket is never barred.
        TicketStatus::Revoked | TicketStatus::Valid => RefuseReason::Revoked,
    }
}
