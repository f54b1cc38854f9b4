//! Planted bugs are found by the tests as they stand, run with the bug in a thread of their own.

use std::panic::catch_unwind;
use std::thread;

use crate::till::planted::{Bug, plant};

pub(super) fn assert_found(bug: Bug, test: fn()) {
    let found = thread::spawn(move || {
        plant(bug);
        catch_unwind(test).is_err()
    });
    assert!(
        found.join().expect("the panic is caught"),
        "{bug:?} was not found"
    );
}
