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

const TEST: [Means; 3] = [
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

/// The ways of `provider`; the built-in one shows each of its habits that a buyer can meet. None: there is nothing to choose.
pub(super) fn means(provider: &dyn PaymentProvider) -> &'static [Means] {
    if provider.name() == "test" {
        &TEST
    } else {
        &[]
    }
}
