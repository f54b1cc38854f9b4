//! What a till's facts come to. Pure: the device that sells, the server that receives and whoever checks an archive read the
//! same journal and must find the same sums (S3).
//!
//! [`cart`] prices what is sold and settles how it is paid, [`promotion`] with a code; [`Balance`] reads a journal fact by fact, refuses what breaks
//! its rules and knows at each moment what was taken; [`Book`] is one with all its sales; [`calendar`] says when a business day, month or year ends.
//! [`inspection`] checks a whole journal and lists what it says. [`acts`] says what orders and refunds a journal comes to, [`compare`] where a closing differs from them.

pub mod acts;
pub mod archive;
mod book;
mod broken;
pub mod calendar;
pub mod cart;
pub mod compare;
pub mod contact;
pub mod inspection;
#[cfg(test)]
mod planted;
pub mod promotion;
pub mod rates;
mod tally;
#[cfg(test)]
mod tests;

pub use book::{Balance, Book, Past, Shift, Sold, SoldLine, at_ms, named, sells};
pub use broken::Broken;
pub use calendar::Calendar;
