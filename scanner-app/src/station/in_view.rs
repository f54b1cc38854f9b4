//! What the camera saw lately, as far as it keeps a door from deciding or from telling the same twice.

use std::collections::BTreeSet;

use shared::clock::UnixMillis;
use shared::ids::TicketId;
use shared::ticket::Scanned;

use super::view::CameraHint;

/// As long as one scan is the same scan.
const SAME_MS: u64 = 2_000;
/// So long after two tickets were seen together, one of them alone is still one of two: a reader finds now one, now both.
const TOGETHER_MS: u64 = 1_000;

#[derive(Debug, Default)]
pub(super) struct InView {
    together: Option<(BTreeSet<TicketId>, UnixMillis)>,
    hinted: Option<(CameraHint, UnixMillis)>,
    enrolling: Option<(String, UnixMillis)>,
    outlined: bool,
}

/// What is to be done about a frame's codes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Held<'a> {
    /// Decide on these.
    Decide(Vec<&'a str>),
    /// Two tickets: decide on none.
    TwoTickets,
    /// One of the two of a moment ago: wait.
    OneOfTwo,
}

impl InView {
    /// Of a frame with these codes. Codes that are no tickets, such as a poster's, don't matter beside one.
    pub(super) fn frame<'a>(&mut self, texts: &'a [String], now_ms: UnixMillis) -> Held<'a> {
        let (mut tickets, mut shown, mut others) = (BTreeSet::new(), Vec::new(), Vec::new());
        for text in texts {
            match Scanned::of(text) {
                Scanned::Ticket(presented) => {
                    tickets.insert(presented.token().claimed().ticket);
                    shown.push(text.as_str());
                }
                Scanned::OrderCode(_) | Scanned::Foreign(_) => others.push(text.as_str()),
            }
        }
        if tickets.len() > 1 {
            self.together = Some((tickets, now_ms));
            return Held::TwoTickets;
        }
        let one_of_two = self.together.as_ref().is_some_and(|(two, at_ms)| {
            at_ms.abs_diff(now_ms) < TOGETHER_MS && !tickets.is_disjoint(two)
        });
        if one_of_two {
            return Held::OneOfTwo;
        }
        Held::Decide(if shown.is_empty() { others } else { shown })
    }

    /// Whether this line is to be told: not while it still stands there.
    pub(super) fn is_news(&mut self, hint: &CameraHint, now_ms: UnixMillis) -> bool {
        let same = self
            .hinted
            .as_ref()
            .is_some_and(|(told, at_ms)| told == hint && at_ms.abs_diff(now_ms) <= SAME_MS);
        self.hinted = Some((hint.clone(), now_ms));
        !same
    }

    /// Whether the outlines changed: some are in view, or the last ones are gone.
    pub(super) fn outlines(&mut self, some: bool) -> bool {
        std::mem::replace(&mut self.outlined, some) || some
    }

    /// Whether this organizer's code is to be tried: not again while it stays in view.
    pub(super) fn is_new_code(&mut self, text: &str, now_ms: UnixMillis) -> bool {
        let same = self
            .enrolling
            .as_ref()
            .is_some_and(|(tried, at_ms)| tried == text && at_ms.abs_diff(now_ms) <= SAME_MS);
        self.enrolling = Some((text.to_owned(), now_ms));
        !same
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::{KeyId, TypeNo, WindowNo};
    use shared::ticket::{Flags, Presented, SigningKey, TokenFields};

    use super::*;

    fn code(ticket: u64) -> String {
        let fields = TokenFields {
            flags: Flags::NONE,
            key: KeyId(3),
            type_no: TypeNo(1),
            window: WindowNo(0),
            ticket: TicketId(ticket),
        };
        Presented::plain(SigningKey::from_seed(&[5; 32]).sign(fields)).to_string()
    }

    #[test]
    fn two_tickets_are_not_decided_on_nor_is_one_of_them_right_after() {
        let (mut view, both) = (InView::default(), [code(1), code(2)]);
        assert_eq!(view.frame(&both, 10_000), Held::TwoTickets);
        assert_eq!(view.frame(&both[..1], 10_500), Held::OneOfTwo);
        assert_eq!(view.frame(&both, 10_900), Held::TwoTickets);
        assert_eq!(view.frame(&both[1..], 11_500), Held::OneOfTwo);
        let alone = Held::Decide(vec![both[1].as_str()]);
        assert_eq!(view.frame(&both[1..], 12_000), alone);
    }

    #[test]
    fn a_third_ticket_after_two_is_decided_on() {
        let (mut view, third) = (InView::default(), [code(3)]);
        view.frame(&[code(1), code(2)], 10_000);
        let alone = Held::Decide(vec![third[0].as_str()]);
        assert_eq!(view.frame(&third, 10_100), alone);
    }

    #[test]
    fn a_posters_code_beside_a_ticket_does_not_matter() {
        let mut view = InView::default();
        let seen = ["https://example.org".to_owned(), code(1)];
        assert_eq!(view.frame(&seen, 0), Held::Decide(vec![seen[1].as_str()]));
        let alone = &seen[..1];
        assert_eq!(view.frame(alone, 0), Held::Decide(vec![seen[0].as_str()]));
    }

    #[test]
    fn the_same_line_is_told_again_once_it_was_away_for_two_seconds() {
        let mut view = InView::default();
        let told: Vec<bool> = [0, 1_900, 3_800, 5_801]
            .map(|at_ms| view.is_news(&CameraHint::Foreign, at_ms))
            .into();
        assert_eq!(told, [true, false, false, true]);
        assert!(view.is_news(&CameraHint::TwoTickets, 5_802));
    }
}
