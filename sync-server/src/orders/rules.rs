//! What may be held: pure, from what the event says and what is asked.

use std::collections::BTreeMap;

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId, TypeNo};
use shared::money::{Currency, Money, MoneyError};
use shared::price::{Asked, Priced, Reduction, Tariff, price};

use super::buyer::{BuyerField, wrong_fields};
use super::promo::Refusal;
use crate::catalog::word::Word;

/// More lines than any event has types that a person would combine.
const MAX_LINES: usize = 20;
/// Ten thousand euros: a slip of the keyboard.
pub(super) const HIGHEST_DONATION_MINOR: i64 = 1_000_000;
/// As the column allows.
const MAX_QUANTITY: u32 = 100;
pub(super) const MAX_TEXT: usize = 200;
const LANGUAGES: [&str; 5] = ["fr", "en", "es", "de", "it"];

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct HoldRequest {
    /// Made by the client, unique for ever: the same request sent again is the same order.
    #[schema(value_type = uuid::Uuid)]
    pub id: OrderId,
    /// Which event.
    #[schema(value_type = uuid::Uuid)]
    pub event_id: EventId,
    /// Types and quantities.
    pub lines: Vec<LineRequest>,
    /// Where the tickets go.
    pub email: String,
    /// Who buys.
    pub name: String,
    /// Of the mails: fr, en, es, de or it.
    #[serde(default = "french")]
    pub language: String,
    /// What takes something off the price; one that doesn't is refused, and nothing is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promo_code: Option<String>,
    /// What opens hidden types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_code: Option<String>,
    /// A gift to the organizer, minor units, where the event asks for one: without ticket, without VAT, part of the total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub donation_minor: Option<i64>,
}

/// Places of one type.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct LineRequest {
    /// The type's number within its event.
    #[schema(value_type = u16)]
    pub type_no: TypeNo,
    /// How many places.
    pub quantity: u32,
    /// Who they are for, as far as known; at most one name a place.
    #[serde(default)]
    pub holder_names: Vec<String>,
}

/// A visitor's places in the store, before they say who they are.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cart {
    /// Made by the page, unique for ever: the same cart sent again is the same order.
    pub id: OrderId,
    /// Which event.
    pub event_id: EventId,
    /// Types and quantities.
    pub lines: Vec<LineRequest>,
    /// Of the mails: fr, en, es, de or it.
    pub language: String,
    /// What takes something off the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promo_code: Option<String>,
    /// What opens hidden types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_code: Option<String>,
}

fn french() -> String {
    "fr".to_owned()
}

/// What the event says about its sale at this moment.
#[derive(Clone, Debug)]
pub struct EventOnSale {
    /// Whose event.
    pub organizer: OrganizerId,
    /// Draft, published, cancelled or archived.
    pub status: String,
    /// What it is sold in.
    pub currency: Currency,
    /// How long a hold lives.
    pub hold_ms: i64,
    /// The sale ends with the event at the latest.
    pub ends_ms: UnixMillis,
    /// The platform's share.
    pub commission_basis_points: i32,
    /// Whether an order may have a gift.
    pub asks_donation: bool,
    /// The types that were asked for, as far as there are such.
    pub types: BTreeMap<TypeNo, TypeOnSale>,
}

/// A ticket type and what is left of it.
#[derive(Clone, Debug)]
pub struct TypeOnSale {
    /// What a place costs.
    pub tariff: Tariff,
    /// Contained in the price.
    pub vat_basis_points: i32,
    /// Not before.
    pub sale_from_ms: Option<UnixMillis>,
    /// No longer from then on.
    pub sale_until_ms: Option<UnixMillis>,
    /// In one order.
    pub max_per_order: u32,
    /// Whoever takes any takes so many.
    pub min_per_order: u32,
    /// Goes only with a type that stands by itself.
    pub needs_other: bool,
    /// Not sold without it.
    pub access_code: Option<String>,
    /// Places neither held nor sold nor lent, a moment ago.
    pub left: i64,
    /// Whether somebody is in the line for places of it.
    pub is_awaited: bool,
    /// The number of all this, of what the event says and of its organizer's share; whatever changes of it changes the number.
    pub terms_no: i64,
}

/// Why nothing is held.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHeld {
    /// The request itself is wrong: field and what is wrong with it.
    #[error("fields of the request are wrong: {0:?}")]
    Fields(BTreeMap<String, String>),
    /// No such event for the public.
    #[error("there is no such event")]
    NoEvent,
    /// Too early, too late, or called off.
    #[error("{what} is not on sale now")]
    NotOnSale {
        /// The event, or a type.
        what: String,
    },
    /// More of one type than an order may have.
    #[error("an order may have at most {most} of type {type_no}")]
    OverLimit {
        /// Which type.
        type_no: TypeNo,
        /// The most.
        most: u32,
    },
    /// Fewer of one type than an order must have.
    #[error("an order must have at least {least} of type {type_no}")]
    UnderLimit {
        /// Which type.
        type_no: TypeNo,
        /// The least.
        least: u32,
    },
    /// A type that goes only with another.
    #[error("type {type_no} is sold only with another")]
    NeedsOther {
        /// Which type.
        type_no: TypeNo,
    },
    /// Not so many places left.
    #[error("not enough places of type {type_no} are left")]
    SoldOut {
        /// Which type.
        type_no: TypeNo,
    },
    /// The promo code takes nothing off.
    #[error("the promo code can't be used")]
    Promo(#[source] Refusal),
    /// A sum that no 64 bits hold.
    #[error("adding up the order")]
    Sum(#[from] MoneyError),
}

/// Checks the request by itself.
pub fn check_request(request: &HoldRequest) -> Result<(), NotHeld> {
    let mut wrong = wrong_lines(&request.lines, &request.language);
    for field in wrong_fields(&request.email, &request.name) {
        let (name, text) = match field {
            BuyerField::Email => ("email", "an address such as camille@example.org"),
            BuyerField::Name => ("name", "1 to 200 letters, on one line"),
        };
        wrong.insert(name.to_owned(), text.to_owned());
    }
    no_wrong(wrong)
}

/// Checks a cart by itself.
pub fn check_cart(cart: &Cart) -> Result<(), NotHeld> {
    no_wrong(wrong_lines(&cart.lines, &cart.language))
}

fn no_wrong(wrong: BTreeMap<String, String>) -> Result<(), NotHeld> {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(NotHeld::Fields(wrong))
    }
}

fn wrong_lines(lines: &[LineRequest], language: &str) -> BTreeMap<String, String> {
    let mut wrong = BTreeMap::new();
    let mut field = |name: &str, text: &str| {
        wrong.insert(name.to_owned(), text.to_owned());
    };
    if lines.is_empty() || lines.len() > MAX_LINES {
        field("lines", "give 1 to 20 lines");
    }
    for line in lines {
        if !(1..=MAX_QUANTITY).contains(&line.quantity) {
            field("lines.quantity", "1 to 100 places a line");
        }
        if line.holder_names.len() > line.quantity as usize {
            field("lines.holder_names", "at most one name a place");
        }
        if line.holder_names.iter().any(|name| !is_text(name)) {
            field("lines.holder_names", "at most 200 letters, on one line");
        }
    }
    if !LANGUAGES.contains(&language) {
        field("language", "fr, en, es, de or it");
    }
    wrong
}

pub(super) fn is_text(text: &str) -> bool {
    text.chars().count() <= MAX_TEXT && !text.chars().any(char::is_control)
}

/// Places by type, ascending: the order in which stock is locked.
pub fn quantities(lines: &[LineRequest]) -> BTreeMap<TypeNo, u32> {
    let mut sums = BTreeMap::new();
    for line in lines {
        let sum: &mut u32 = sums.entry(line.type_no).or_default();
        *sum = sum.saturating_add(line.quantity);
    }
    sums
}

/// Checks what is asked against its event; gives what it costs.
pub fn check_sale(
    lines: &[LineRequest],
    event: &EventOnSale,
    access_code: Option<&str>,
    reduction: Option<&Reduction>,
    now_ms: UnixMillis,
) -> Result<Priced, NotHeld> {
    let not_on_sale = |what: &str| NotHeld::NotOnSale {
        what: what.to_owned(),
    };
    match event.status.as_str() {
        "published" => {}
        "draft" => return Err(NotHeld::NoEvent),
        _ => return Err(not_on_sale("the event")),
    }
    if now_ms >= event.ends_ms {
        return Err(not_on_sale("the event"));
    }
    for (type_no, quantity) in quantities(lines) {
        let open = |ticket_type: &&TypeOnSale| ticket_type.is_open_to(access_code);
        let Some(ticket_type) = event.types.get(&type_no).filter(open) else {
            let text = format!("there is no type {type_no} in this event");
            return Err(NotHeld::Fields([("lines.type_no".into(), text)].into()));
        };
        let early = ticket_type.sale_from_ms.is_some_and(|from| now_ms < from);
        let late = ticket_type
            .sale_until_ms
            .is_some_and(|until| now_ms >= until);
        if early || late {
            return Err(not_on_sale(&format!("type {type_no}")));
        }
        if quantity > ticket_type.max_per_order {
            let most = ticket_type.max_per_order;
            return Err(NotHeld::OverLimit { type_no, most });
        }
        if quantity < ticket_type.min_per_order {
            let least = ticket_type.min_per_order;
            return Err(NotHeld::UnderLimit { type_no, least });
        }
        if i64::from(quantity) > ticket_type.left {
            return Err(NotHeld::SoldOut { type_no });
        }
    }
    let stands_alone = |line: &LineRequest| {
        let ticket_type = event.types.get(&line.type_no);
        ticket_type.is_some_and(|ticket_type| !ticket_type.needs_other)
    };
    if let (false, Some(first)) = (lines.iter().any(stands_alone), lines.first()) {
        let type_no = first.type_no;
        return Err(NotHeld::NeedsOther { type_no });
    }
    priced(lines, event, reduction)
}

/// A gift that comes with an order.
pub fn check_donation(asked: Option<i64>, event: &EventOnSale) -> Result<Money, NotHeld> {
    let minor = asked.unwrap_or(0);
    let wrong = if minor != 0 && !event.asks_donation {
        Some("this event asks for none")
    } else if !(0..=HIGHEST_DONATION_MINOR).contains(&minor) {
        Some("0 to 1000000")
    } else {
        None
    };
    match wrong {
        Some(text) => Err(NotHeld::Fields(
            [("donation_minor".to_owned(), text.to_owned())].into(),
        )),
        None => Ok(Money::new(minor, event.currency)),
    }
}

impl TypeOnSale {
    /// A type that is hidden is no type to those who don't know its code.
    fn is_open_to(&self, access_code: Option<&str>) -> bool {
        self.access_code.as_deref().is_none_or(|needed| {
            let typed = access_code.and_then(Word::typed);
            typed.is_some_and(|typed| typed.as_str() == needed)
        })
    }
}

fn priced(
    lines: &[LineRequest],
    event: &EventOnSale,
    reduction: Option<&Reduction>,
) -> Result<Priced, NotHeld> {
    let asked: Vec<Asked> = lines
        .iter()
        .filter_map(|line| {
            Some(Asked {
                type_no: line.type_no,
                quantity: line.quantity,
                tariff: event.types.get(&line.type_no)?.tariff,
            })
        })
        .collect();
    price(event.currency, &asked, reduction).map_err(|error| match Refusal::of_price(error) {
        Ok(refusal) => NotHeld::Promo(refusal),
        Err(error) => NotHeld::Sum(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn request(lines: &[(u16, u32)]) -> HoldRequest {
        HoldRequest {
            id: OrderId(Uuid::from_u128(1)),
            event_id: EventId(Uuid::from_u128(2)),
            lines: lines
                .iter()
                .map(|(type_no, quantity)| LineRequest {
                    type_no: TypeNo(*type_no),
                    quantity: *quantity,
                    holder_names: Vec::new(),
                })
                .collect(),
            email: "camille@example.org".into(),
            name: "Camille Roux".into(),
            language: "fr".into(),
            promo_code: None,
            access_code: None,
            donation_minor: None,
        }
    }

    fn event() -> EventOnSale {
        let ticket_type = |price| TypeOnSale {
            tariff: Tariff::single(Money::new(price, Currency::Eur)),
            vat_basis_points: 550,
            sale_from_ms: Some(1_000),
            sale_until_ms: Some(9_000),
            max_per_order: 4,
            min_per_order: 1,
            needs_other: false,
            access_code: None,
            left: 3,
            is_awaited: false,
            terms_no: 0,
        };
        EventOnSale {
            organizer: OrganizerId(Uuid::from_u128(3)),
            status: "published".into(),
            currency: Currency::Eur,
            hold_ms: 600_000,
            ends_ms: 20_000,
            commission_basis_points: 500,
            asks_donation: false,
            types: [(TypeNo(1), ticket_type(3400)), (TypeNo(2), ticket_type(0))].into(),
        }
    }

    #[test]
    fn lines_of_one_type_count_together() {
        let sale = |lines: &[(u16, u32)]| {
            let sale = check_sale(&request(lines).lines, &event(), None, None, 5_000);
            sale.map(|priced| priced.total)
        };
        let both = sale(&[(1, 1), (2, 1), (1, 1)]);
        assert_eq!(both, Ok(Money::new(6800, Currency::Eur)));
        let sold_out = NotHeld::SoldOut { type_no: TypeNo(1) };
        assert_eq!(sale(&[(1, 2), (1, 2)]), Err(sold_out));
        let over = NotHeld::OverLimit {
            type_no: TypeNo(1),
            most: 4,
        };
        assert_eq!(sale(&[(1, 3), (1, 2)]), Err(over));
    }

    #[test]
    fn the_sale_window_is_half_open() {
        let at =
            |now_ms| check_sale(&request(&[(1, 1)]).lines, &event(), None, None, now_ms).is_ok();
        assert_eq!(
            [at(999), at(1_000), at(8_999), at(9_000)],
            [false, true, true, false]
        );
    }

    #[test]
    fn a_draft_is_not_told_from_nothing_and_a_cancelled_event_is_not_on_sale() {
        let with = |status: &str| EventOnSale {
            status: status.into(),
            ..event()
        };
        let check =
            |status| check_sale(&request(&[(1, 1)]).lines, &with(status), None, None, 5_000);
        assert_eq!(check("draft"), Err(NotHeld::NoEvent));
        assert!(matches!(check("cancelled"), Err(NotHeld::NotOnSale { .. })));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = HoldRequest {
            lines: Vec::new(),
            email: "camille".into(),
            name: " ".into(),
            language: "xx".into(),
            ..request(&[])
        };
        let Err(NotHeld::Fields(fields)) = check_request(&wrong) else {
            panic!("it was taken");
        };
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        assert_eq!(names, ["email", "language", "lines", "name"]);
    }

    #[test]
    fn a_name_on_two_lines_is_refused() {
        let mut two_lines = request(&[(1, 1)]);
        two_lines.lines[0].holder_names = vec!["Camille\nRoux".into()];
        assert!(matches!(check_request(&two_lines), Err(NotHeld::Fields(_))));
    }

    fn options() -> EventOnSale {
        let mut event = event();
        let mut change = |no, change: fn(&mut TypeOnSale)| {
            change(event.types.get_mut(&TypeNo(no)).unwrap());
        };
        change(1, |row| row.min_per_order = 2);
        change(2, |row| row.needs_other = true);
        event
    }

    #[test]
    fn whoever_takes_any_takes_as_many_as_the_type_wants() {
        let sale = |places| {
            check_sale(
                &request(&[(1, places)]).lines,
                &options(),
                None,
                None,
                5_000,
            )
        };
        let under = NotHeld::UnderLimit {
            type_no: TypeNo(1),
            least: 2,
        };
        assert_eq!(sale(1), Err(under));
        assert!(sale(2).is_ok());
    }

    #[test]
    fn what_goes_with_another_type_is_not_sold_alone() {
        let sale =
            |lines: &[(u16, u32)]| check_sale(&request(lines).lines, &options(), None, None, 5_000);
        let alone = NotHeld::NeedsOther { type_no: TypeNo(2) };
        assert_eq!(sale(&[(2, 1)]), Err(alone));
        assert!(sale(&[(2, 1), (1, 2)]).is_ok());
    }

    #[test]
    fn a_hidden_type_is_no_type_without_its_code() {
        let mut event = event();
        let hidden = event.types.get_mut(&TypeNo(1)).unwrap();
        hidden.access_code = Some("AMIS".to_owned());
        let sale = |code| check_sale(&request(&[(1, 1)]).lines, &event, code, None, 5_000);
        let unknown = check_sale(&request(&[(9, 1)]).lines, &event, None, None, 5_000);
        for code in [None, Some(""), Some("ami")] {
            let told = format!("{:?}", sale(code)).replace("type 1", "type 9");
            assert_eq!(
                told,
                format!("{unknown:?}"),
                "told as a type that is not there"
            );
        }
        assert!(sale(Some(" amis ")).is_ok());
    }

    #[test]
    fn a_gift_is_taken_only_where_one_is_asked_for() {
        let asks = |asks_donation| EventOnSale {
            asks_donation,
            ..event()
        };
        let gift = |minor, event: EventOnSale| check_donation(minor, &event).is_ok();
        assert!(gift(None, asks(false)) && gift(Some(0), asks(false)));
        assert!(!gift(Some(500), asks(false)));
        assert!(gift(Some(500), asks(true)));
        assert!(!gift(Some(-1), asks(true)) && !gift(Some(1_000_001), asks(true)));
    }
}
