//! What is typed after `door till`.

use std::io::BufRead as _;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use shared::fact::till::{Means, Outcome, Pieces, PriceReason};
use shared::money::{Currency, Money};

use crate::till::Wanted;

/// `EVENT:TYPE:QUANTITY[:REASON]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line(pub(super) Wanted);

impl FromStr for Line {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "a line is EVENT:TYPE:QUANTITY, and maybe :REASON";
        let mut parts = text.split(':');
        let event = parts
            .next()
            .and_then(|part| part.parse().ok())
            .ok_or(FORM)?;
        let type_no = parts
            .next()
            .and_then(|part| part.parse().ok())
            .ok_or(FORM)?;
        let quantity = parts
            .next()
            .and_then(|part| part.parse().ok())
            .ok_or(FORM)?;
        let reason = match parts.next() {
            None => PriceReason::Full,
            Some(code) => PriceReason::from_code(code).ok_or("no such reason for a price")?,
        };
        if parts.next().is_some() {
            return Err(FORM);
        }
        Ok(Self(Wanted {
            event,
            type_no: shared::ids::TypeNo(type_no),
            quantity,
            reason,
        }))
    }
}

/// `MEANS:CENTS`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Payment {
    Cash(i64),
    Card(i64, Outcome),
    Cheque(i64),
    Voucher(u16, i64),
}

impl FromStr for Payment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "a payment is cash:CENTS, card:CENTS, refused:CENTS, cheque:CENTS or voucher:KIND:CENTS";
        let (means, amount) = text.rsplit_once(':').ok_or(FORM)?;
        let cents = amount.parse().map_err(|_| FORM)?;
        match means.split_once(':') {
            None => match means {
                "cash" => Ok(Self::Cash(cents)),
                "card" => Ok(Self::Card(cents, Outcome::Accepted)),
                "refused" => Ok(Self::Card(cents, Outcome::Refused)),
                "cheque" => Ok(Self::Cheque(cents)),
                _ => Err(FORM),
            },
            Some(("voucher", kind)) => kind
                .parse()
                .map(|kind| Self::Voucher(kind, cents))
                .map_err(|_| FORM),
            Some(_) => Err(FORM),
        }
    }
}

/// `cash`, `card`, `cheque`, `voucher:KIND`.
pub(super) fn means(text: &str) -> Result<Means, &'static str> {
    const FORM: &str = "money goes back by cash, card, cheque or voucher:KIND";
    match text.split_once(':') {
        None => match text {
            "cash" => Ok(Means::Cash),
            "card" => Ok(Means::Card),
            "cheque" => Ok(Means::Cheque),
            _ => Err(FORM),
        },
        Some(("voucher", kind)) => kind.parse().map(Means::Voucher).map_err(|_| FORM),
        Some(_) => Err(FORM),
    }
}

/// Coins and notes: `50x20,1000x5`.
#[derive(Clone, Debug, Default)]
pub(super) struct Count(pub(super) Vec<Pieces>);

impl FromStr for Count {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "coins and notes are VALUExPIECES in cents, with commas: 50x20,1000x5";
        let mut pieces = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (value, count) = part.split_once('x').ok_or(FORM)?;
            let (value, count) = (
                value.parse::<u32>().map_err(|_| FORM)?,
                count.parse::<u32>().map_err(|_| FORM)?,
            );
            if value == 0 {
                return Err(FORM);
            }
            if count > 0 {
                pieces.push(Pieces { value, count });
            }
        }
        pieces.sort_by_key(|pieces| pieces.value);
        if pieces.windows(2).any(|pair| pair[0].value == pair[1].value) {
            return Err("each coin and note once");
        }
        Ok(Self(pieces))
    }
}

/// One of a closed list by its code.
pub(super) fn by_code<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    code: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(|item| code(*item))).try_map(move |typed| {
        let found = all.iter().copied().find(|item| code(*item) == typed);
        found.ok_or("no such word")
    })
}

pub(super) fn money(minor: i64, currency: Currency) -> Money {
    Money::new(minor, currency)
}

/// The first line of standard input: an argument would stand in the list of processes.
pub(super) fn typed_pin() -> String {
    let mut line = String::new();
    // Nothing typed is no PIN, and is told as that.
    let _ = std::io::stdin().lock().read_line(&mut line);
    line.trim().to_owned()
}
