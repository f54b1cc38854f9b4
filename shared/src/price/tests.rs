use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::money::vat_included;

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::Eur)
}

fn asked(lines: &[(u16, u32, i64)]) -> Vec<Asked> {
    let line = |(no, quantity, unit): &(u16, u32, i64)| Asked {
        type_no: TypeNo(*no),
        quantity: *quantity,
        tariff: Tariff::single(euros(*unit)),
    };
    lines.iter().map(line).collect()
}

fn percent(points: u32) -> Reduction {
    Reduction {
        off: Off::Percent(BasisPoints::new(points).unwrap()),
        types: [].into(),
        minimum: None,
    }
}

fn amount(minor: i64) -> Reduction {
    Reduction {
        off: Off::Amount(euros(minor)),
        ..percent(1)
    }
}

fn priced(lines: &[(u16, u32, i64)], reduction: &Reduction) -> Priced {
    price(Currency::Eur, &asked(lines), Some(reduction)).unwrap()
}

#[test]
fn ten_percent_of_two_places_is_what_a_person_expects() {
    let order = priced(&[(1, 2, 3_400)], &percent(1_000));
    assert_eq!((order.discount, order.total), (euros(680), euros(6_120)));
    assert_eq!(order.lines[0].places().unwrap(), [euros(3_060); 2]);
}

#[test]
fn an_amount_is_shared_in_proportion_and_no_cent_is_lost() {
    let order = priced(&[(1, 1, 1_000), (2, 2, 1_000)], &amount(1_000));
    let parts: Vec<i64> = order.lines.iter().map(|line| line.discount.minor).collect();
    assert_eq!(parts, [333, 667]);
    assert_eq!(
        order.lines[1].places().unwrap(),
        [euros(667), euros(666)],
        "1333 cents over two places"
    );
}

#[test]
fn an_order_costs_nothing_rather_than_less() {
    let order = priced(&[(1, 1, 1_000)], &amount(5_000));
    assert_eq!((order.discount, order.total), (euros(1_000), euros(0)));
    assert_eq!(priced(&[(1, 3, 999)], &percent(10_000)).total, euros(0));
    assert_eq!(priced(&[(1, 2, 0)], &amount(500)).total, euros(0));
}

#[test]
fn half_a_cent_is_the_buyers() {
    assert_eq!(priced(&[(1, 1, 5)], &percent(1_000)).discount, euros(1));
    assert_eq!(priced(&[(1, 1, 4)], &percent(1_000)).discount, euros(0));
}

#[test]
fn only_the_types_that_are_meant_are_reduced() {
    let of_two = Reduction {
        types: [TypeNo(2)].into(),
        ..percent(5_000)
    };
    let order = priced(&[(1, 1, 3_400), (2, 1, 2_000)], &of_two);
    assert_eq!(order.lines[0].discount, euros(0));
    assert_eq!(order.lines[1].discount, euros(1_000));
    let none = price(Currency::Eur, &asked(&[(1, 1, 3_400)]), Some(&of_two));
    assert_eq!(none, Err(PriceError::OtherTypes));
}

#[test]
fn a_minimum_is_of_all_that_is_asked_before_the_reduction() {
    let least = Reduction {
        minimum: Some(euros(5_000)),
        types: [TypeNo(1)].into(),
        ..percent(1_000)
    };
    let below = price(Currency::Eur, &asked(&[(1, 1, 4_999)]), Some(&least));
    let least_of = euros(5_000);
    assert_eq!(below, Err(PriceError::BelowMinimum { least: least_of }));
    assert_eq!(
        priced(&[(1, 1, 4_999), (2, 1, 1)], &least).discount,
        euros(500)
    );
}

#[test]
fn another_money_is_taken_off_nothing() {
    let francs = price(Currency::Chf, &[], None).unwrap();
    assert_eq!(francs.total, Money::zero(Currency::Chf));
    let line = Asked {
        tariff: Tariff::single(Money::new(3_400, Currency::Chf)),
        ..asked(&[(1, 1, 0)]).remove(0)
    };
    let mixed = price(Currency::Chf, &[line], Some(&amount(100)));
    assert_eq!(mixed, Err(PriceError::OtherCurrency));
}

#[test]
fn a_group_has_its_price_from_its_size_on_over_all_lines_of_the_type() {
    let group = |quantity| Asked {
        tariff: Tariff {
            unit: euros(2_000),
            group: Some(Group {
                from: 10,
                unit: euros(1_500),
            }),
        },
        ..asked(&[(1, quantity, 0)]).remove(0)
    };
    let total = |lines: &[Asked]| price(Currency::Eur, lines, None).unwrap().total;
    assert_eq!(total(&[group(9)]), euros(18_000));
    assert_eq!(total(&[group(10)]), euros(15_000));
    assert_eq!(total(&[group(4), group(6)]), euros(15_000));
}

fn reduction() -> impl Strategy<Value = Reduction> {
    let off = prop_oneof![
        (1_u32..=10_000).prop_map(|points| Off::Percent(BasisPoints::new(points).unwrap())),
        (0_i64..200_000).prop_map(|minor| Off::Amount(euros(minor))),
    ];
    let types = proptest::collection::btree_set((1_u16..5).prop_map(TypeNo), 0..3);
    (off, types).prop_map(|(off, types)| Reduction {
        off,
        types,
        minimum: None,
    })
}

proptest! {
    #[test]
    fn whatever_is_taken_off_places_lines_and_order_add_up_and_nothing_is_below_zero(
        lines in proptest::collection::vec((1_u16..5, 1_u32..12, 0_i64..20_000), 1..6),
        reduction in reduction(),
    ) {
        // A type has one price.
        let prices: BTreeMap<u16, i64> = lines.iter().map(|(no, _, unit)| (*no, *unit)).collect();
        let lines: Vec<_> = lines.iter().map(|(no, quantity, _)| (*no, *quantity, prices[no])).collect();
        let full: i64 = lines.iter().map(|(_, quantity, unit)| unit * i64::from(*quantity)).sum();
        let order = match price(Currency::Eur, &asked(&lines), Some(&reduction)) {
            Ok(order) => order,
            Err(error) => {
                prop_assert_eq!(error, PriceError::OtherTypes);
                return Ok(());
            }
        };
        prop_assert_eq!(order.total.minor + order.discount.minor, full);
        prop_assert!(order.total.minor >= 0 && order.discount.minor >= 0);
        let eligible = |line: &&PricedLine| reduction.is_for(line.type_no);
        let line_full = |line: &PricedLine| line.unit.minor * i64::from(line.quantity);
        let whole: i64 = order.lines.iter().filter(eligible).map(line_full).sum();
        let mut total = 0;
        for line in &order.lines {
            let places = line.places().unwrap();
            let sum: i64 = places.iter().map(|place| place.minor).sum();
            prop_assert_eq!(sum, line.total().unwrap().minor);
            prop_assert!(places.iter().all(|place| place.minor >= 0));
            let (least, most) = (places.iter().map(|p| p.minor).min(), places.iter().map(|p| p.minor).max());
            prop_assert!(most.unwrap() - least.unwrap() <= 1, "places of one line are a cent apart at most");
            total += sum;
            if eligible(&line) {
                // Within a cent of its exact share, so that the VAT of its rate is.
                let off_by = i128::from(line.discount.minor) * i128::from(whole)
                    - i128::from(order.discount.minor) * i128::from(line_full(line));
                prop_assert!(whole == 0 || off_by.abs() < i128::from(whole), "{line:?}");
            } else {
                prop_assert_eq!(line.discount.minor, 0);
            }
        }
        prop_assert_eq!(total, order.total.minor);
    }

    #[test]
    fn the_vat_of_an_order_is_that_of_what_is_paid_but_for_half_a_cent_a_line(
        units in proptest::collection::vec(0_i64..20_000, 1..5),
        points in 1_u32..=10_000,
    ) {
        let rates = [550_u32, 210, 1_000, 2_000];
        let lines: Vec<_> = (1_u16..).zip(&units).map(|(no, unit)| (no, 3, *unit)).collect();
        let order = priced(&lines, &percent(points));
        let of_lines: i64 = order.lines.iter().zip(rates)
            .map(|(line, rate)| vat_included(line.total().unwrap(), rate).minor).sum();
        let exact: f64 = order.lines.iter().zip(rates).map(|(line, rate)| {
            let full = (line.unit.minor * 3) as f64 * (1.0 - f64::from(points) / 10_000.0);
            full * f64::from(rate) / (10_000.0 + f64::from(rate))
        }).sum();
        // A cent of a line's share moves its VAT by a sixth of a cent at most.
        prop_assert!((of_lines as f64 - exact).abs() <= 0.7 * units.len() as f64, "{of_lines} {exact}");
    }
}
