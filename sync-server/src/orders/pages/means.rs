//! With what one can pay, as the provider in use has it.

use crate::payments::PaymentProvider;

/// A way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Means {
    /// The provider's token.
    pub(super) method: &'static str,
    /// Its name among the texts.
    pub(super) key: &'static str,
}

/// The provider that takes no money.
pub(super) const TEST: &str = "test";

const OF_TESTS: [Means; 3] = [
    Means {
        method: "accept",
        key: "means-accept",
    },
    Means {
        method: "decline",
        key: "means-decline",
    },
    Means {
        method: "delay",
        key: "means-delay",
    },
];

/// On a page of the provider's own.
const OUTSIDE: [Means; 1] = [Means {
    method: "checkout",
    key: "means-card",
}];

/// The ways of `provider`; the built-in one shows each of its habits that a buyer can meet.
pub(super) fn means(provider: &dyn PaymentProvider) -> &'static [Means] {
    if provider.name() == TEST {
        &OF_TESTS
    } else {
        &OUTSIDE
    }
}
