//! Facts of a till that break one rule each.

use shared::fact::FactBody;
use shared::fact::till::{Period, TillFact};

use super::{closing, opening, refund, sale};
use crate::invalid::{Invalid, changed_body, with_body};

/// Where the body stands when nothing was seen.
const BODY: usize = 123;

/// The body's byte there is another one.
fn with_byte(fact: TillFact, at: usize, byte: u8) -> Vec<u8> {
    changed_body(FactBody::Till(fact), |bytes| bytes[BODY + at] = byte)
}

fn opened(at: usize, byte: u8) -> Vec<u8> {
    with_byte(TillFact::JournalOpened(opening()), at, byte)
}

fn closed(at: usize, byte: u8) -> Vec<u8> {
    let day = Period::Day(jiff::civil::date(2026, 11, 30));
    with_byte(TillFact::PeriodClosed(closing(day)), at, byte)
}

fn month_closed(at: usize, byte: u8) -> Vec<u8> {
    let month = Period::Month {
        year: 2026,
        month: 11,
    };
    with_byte(TillFact::PeriodClosed(closing(month)), at, byte)
}

fn counted(pieces: &[(u32, u32)]) -> Vec<u8> {
    let mut body = vec![pieces.len() as u8];
    for (value, count) in pieces {
        body.extend(value.to_be_bytes());
        body.extend(count.to_be_bytes());
    }
    with_body(26, &body)
}

fn paid(amount: u32, rest: &[u8]) -> Vec<u8> {
    let body = [&[0x51; 16][..], &amount.to_be_bytes(), rest].concat();
    with_body(23, &body)
}

pub(crate) fn envelopes() -> Vec<Invalid> {
    let many: Vec<_> = (1..=33).map(|value| (value, 1)).collect();
    [
        (
            "a till's series in small letters",
            "body_number",
            opened(17, b'a'),
        ),
        (
            "a till's series whose second letter is a digit",
            "body_number",
            opened(18, b'1'),
        ),
        (
            "a till in a currency not listed",
            "body_number",
            opened(19, 3),
        ),
        (
            "a till opened for a cause not listed",
            "body_number",
            opened(20, 4),
        ),
        (
            "a till's predecessor half there",
            "body_number",
            opened(57, 2),
        ),
        (
            "a till's opening cut off",
            "body_length",
            opening_of_length(57),
        ),
        (
            "a till's opening with a byte too many",
            "body_length",
            opening_of_length(59),
        ),
        (
            "a drawer with a piece of no value",
            "body_number",
            counted(&[(0, 1)]),
        ),
        (
            "a drawer with no pieces of a value",
            "body_number",
            counted(&[(50, 0)]),
        ),
        (
            "a drawer counted in descending order",
            "body_order",
            counted(&[(200, 1), (50, 1)]),
        ),
        (
            "a value counted twice",
            "body_order",
            counted(&[(50, 1), (50, 1)]),
        ),
        ("thirty-three denominations", "body_number", counted(&many)),
        (
            "a sale without a receipt",
            "body_number",
            with_body(22, &[0; 5]),
        ),
        (
            "a sale without lines",
            "body_number",
            with_body(22, &[0, 0, 0, 1, 0]),
        ),
        (
            "a sale of forty-one lines",
            "body_number",
            with_byte(sale(), 4, 41),
        ),
        (
            "a VAT rate above 100 %",
            "body_number",
            with_byte(sale(), 27, 0x7f),
        ),
        (
            "a price for a reason not listed",
            "body_number",
            with_byte(sale(), 29, 10),
        ),
        (
            "a free reason with a price",
            "body_number",
            with_byte(sale(), 29, 32),
        ),
        (
            "a line without tickets",
            "body_number",
            with_byte(sale(), 31, 0),
        ),
        (
            "a ticket sold twice in a line",
            "body_order",
            with_byte(sale(), 47, 1),
        ),
        ("a payment of nothing", "body_number", paid(0, &[2])),
        (
            "a payment by means not listed",
            "body_number",
            paid(1, &[4]),
        ),
        (
            "a card with an outcome not listed",
            "body_number",
            paid(1, &[1, 2]),
        ),
        (
            "a cheque with a byte too many",
            "body_length",
            paid(1, &[2, 0]),
        ),
        ("cash without its change", "body_length", paid(1, &[0, 0])),
        (
            "a refund for a reason not listed",
            "body_number",
            with_byte(refund(), 20, 7),
        ),
        (
            "a refund without tickets",
            "body_number",
            with_byte(refund(), 22, 0),
        ),
        (
            "a refund by one means twice",
            "body_order",
            back_by_one_means_twice(),
        ),
        (
            "nothing given back by cash",
            "body_number",
            with_body(24, &{
                let mut body = vec![0, 0, 0, 1];
                body.extend([0x51; 16]);
                body.extend([0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0]);
                body
            }),
        ),
        (
            "cash with the kind of a voucher",
            "body_number",
            with_byte(refund(), 42, 1),
        ),
        (
            "cash moved a third way",
            "body_number",
            with_body(25, &[2, 0, 0, 0, 1, 0]),
        ),
        (
            "cash moved for a reason not listed",
            "body_number",
            with_body(25, &[0, 0, 0, 0, 1, 5]),
        ),
        (
            "nothing moved",
            "body_number",
            with_body(25, &[0, 0, 0, 0, 0, 0]),
        ),
        ("a period not listed", "body_number", closed(0, 3)),
        ("the year 0", "body_number", with_body(28, &[0; 5])),
        ("the 31st of November", "body_number", closed(4, 31)),
        ("a month with a day", "body_number", month_closed(4, 1)),
        ("a thirteenth month", "body_number", month_closed(3, 13)),
        (
            "a day that ended before it began",
            "body_order",
            closed(13, 0xff),
        ),
        (
            "a reprint of something not listed",
            "body_number",
            with_body(29, &[3; 17]),
        ),
        (
            "a specimen of something not listed",
            "body_number",
            with_body(30, &[3]),
        ),
        (
            "four hundred and one tickets in training",
            "body_number",
            with_body(31, &{
                let mut body = vec![0, 0, 0, 1, 1];
                body.extend([0x52; 16]);
                body.extend([0, 2, 0, 0, 0, 9, 0, 0, 0, 1, 0x91]);
                body
            }),
        ),
        (
            "a configuration's hash cut off",
            "body_length",
            with_body(32, &[0; 31]),
        ),
        (
            "a connection not listed",
            "body_number",
            with_body(33, &[2]),
        ),
        ("a contact cut off", "body_length", with_body(34, &[0; 63])),
        (
            "an exchange cut off",
            "body_length",
            with_body(35, &[0; 31]),
        ),
        (
            "an order handed out without tickets",
            "body_number",
            with_body(36, &[0; 35]),
        ),
        (
            "a promo code that takes nothing off",
            "body_number",
            with_body(37, &{
                let mut body = vec![0x53; 48];
                body.extend([0, 0, 0, 9, 0, 0, 0, 0]);
                body
            }),
        ),
        (
            "a payment with tickets of a kind",
            "body_length",
            paid(1, &[5, 0, 0]),
        ),
        (
            "a till's journal opened at place 2",
            "opening",
            changed_body(
                FactBody::Till(TillFact::JournalOpened(opening())),
                |bytes| bytes[25] = 2,
            ),
        ),
        ("nothing taken back", "body_number", with_body(13, &[0, 0])),
        (
            "tickets taken back in descending order",
            "body_order",
            with_body(13, &[0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1]),
        ),
    ]
    .map(|(name, error, envelope)| Invalid {
        name,
        error,
        envelope,
        key: None,
    })
    .into()
}

/// A first fact whose body is cut off, or has zeros after its end.
fn opening_of_length(length: u16) -> Vec<u8> {
    changed_body(
        FactBody::Till(TillFact::JournalOpened(opening())),
        |bytes| {
            bytes.resize(BODY + usize::from(length), 0);
            bytes[BODY - 2..BODY].copy_from_slice(&length.to_be_bytes());
        },
    )
}

/// Given back by one voucher, twice.
fn back_by_one_means_twice() -> Vec<u8> {
    changed_body(FactBody::Till(refund()), |bytes| {
        bytes[BODY + 40] = 3;
        bytes[BODY + 42] = 3;
    })
}
