//! What goes wrong, and when.

use std::collections::VecDeque;
use std::time::Duration;

use shared::ids::Random;

/// What becomes of a call to the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFault {
    /// Nothing.
    None,
    /// 500, and nothing was done.
    Fails,
    /// Nothing is done and nothing ever answered.
    Hangs,
    /// It is done, and the answer gets lost.
    AnswerLost,
}

/// What becomes of an event on its way to the webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It comes, once; again and again while it is not answered by 2xx.
    Once,
    /// It comes so many times.
    Times(u32),
    /// It never comes.
    Lost,
    /// It comes so much later, past the events after it.
    Late(Duration),
    /// It comes right after the next one.
    AfterNext,
}

/// How often each fault is drawn, in percent; what is left comes once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chances {
    /// Two or three times.
    pub repeated: u8,
    /// Never.
    pub lost: u8,
    /// Up to a second later.
    pub late: u8,
    /// After the next one.
    pub swapped: u8,
}

/// How often each fault of a call is drawn, in thousandths; what is left is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallChances {
    /// 500.
    pub fails: u16,
    /// Never answered, nothing done.
    pub hangs: u16,
    /// Done, and never answered.
    pub answer_lost: u16,
}

/// What is to go wrong next.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) calls: VecDeque<CallFault>,
    pub(crate) every_call: Option<CallFault>,
    pub(crate) deliveries: VecDeque<Delivery>,
    pub(crate) every_delivery: Option<Delivery>,
    pub(crate) chances: Chances,
    pub(crate) call_chances: CallChances,
}

impl Script {
    pub(crate) fn call(&mut self, random: &mut dyn Random) -> CallFault {
        let next = self.calls.pop_front();
        next.or(self.every_call)
            .unwrap_or_else(|| draw_call(self.call_chances, random))
    }

    pub(crate) fn delivery(&mut self, random: &mut dyn Random) -> Delivery {
        let next = self.deliveries.pop_front();
        next.or(self.every_delivery)
            .unwrap_or_else(|| draw(self.chances, random))
    }
}

fn draw_call(chances: CallChances, random: &mut dyn Random) -> CallFault {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let at = (u64::from(u32::from_le_bytes(bytes)) * 1000) >> 32;
    let faults = [
        (chances.fails, CallFault::Fails),
        (chances.hangs, CallFault::Hangs),
        (chances.answer_lost, CallFault::AnswerLost),
    ];
    let mut until = 0;
    for (thousandths, fault) in faults {
        until += u64::from(thousandths);
        if at < until {
            return fault;
        }
    }
    CallFault::None
}

fn draw(chances: Chances, random: &mut dyn Random) -> Delivery {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let [a, b, c, d] = bytes.map(u32::from);
    let mut at = (a * 256 + b) * 100 / 65_536;
    let faults = [
        (chances.repeated, Delivery::Times(2 + c % 2)),
        (chances.lost, Delivery::Lost),
        (
            chances.late,
            Delivery::Late(Duration::from_millis(u64::from(c * 256 + d) / 66)),
        ),
        (chances.swapped, Delivery::AfterNext),
    ];
    for (percent, delivery) in faults {
        match at.checked_sub(u32::from(percent)) {
            None => return delivery,
            Some(left) => at = left,
        }
    }
    Delivery::Once
}
