//! Any bytes as a page of the roster.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::wire::latest::Page;

fuzz_target!(|data: &[u8]| {
    let Ok(page) = Page::decode(data) else { return };
    // What was read, written again, reads as the same.
    let again = Page::decode(&page.clone().encode()).expect("own bytes");
    let mut tickets = page.tickets.clone();
    tickets.sort_unstable_by_key(|row| row.id);
    assert_eq!(again.tickets.len(), tickets.len());
    assert_eq!((again.cursor, again.head, again.barred), (page.cursor, page.head, page.barred));
});
