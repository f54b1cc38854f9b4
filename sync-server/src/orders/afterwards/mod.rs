//! What a buyer does with their tickets after the sale: money back, another name, a friend who gets one. Each by the order's
//! unguessable link, within what the event allows ([`crate::catalog::event::terms`]).

mod pages;
mod refund;
mod resell;
mod rules;
mod standing;
mod words;

pub(super) use pages::given_in_words;
pub(crate) use pages::router;
