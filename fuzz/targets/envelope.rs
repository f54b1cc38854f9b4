//! Any bytes as a fact, any facts as a till's books, and any text as a journal file or an archive.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shared::fact::journal_file::verify_file;
use shared::fact::{Chain, Envelope, EnvelopeError, FactPublicKey, FactSigningKey, Header};
use shared::till::{Book, archive};

static KEY: LazyLock<FactSigningKey> = LazyLock::new(|| FactSigningKey::from_seed(&[9; 32]));
static PUBLIC: LazyLock<FactPublicKey> = LazyLock::new(|| KEY.public());

fuzz_target!(|data: &[u8]| {
    any_envelope(data);
    any_books(data);
    if let Ok(text) = str::from_utf8(data) {
        let report = verify_file(text);
        assert_eq!(report.sound, report.problem.is_none());
        let report = archive::verify(text, &PUBLIC);
        assert_eq!(report.sound, report.problem.is_none());
    }
});

/// Envelopes one after the other, each with its length before it: no till's journal breaks the books, whatever it says.
fn any_books(mut data: &[u8]) {
    let mut books: Option<Book> = None;
    while let Some((length, rest)) = data.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (bytes, rest) = rest.split_at(length);
        data = rest;
        let Ok(envelope) = Envelope::decode(bytes) else {
            continue;
        };
        match &mut books {
            None => books = Book::open(envelope.fact()).ok(),
            Some(books) => {
                if books.write(envelope.fact()).is_err() {
                    return;
                }
            }
        }
    }
}

fn any_envelope(data: &[u8]) {
    match Envelope::decode(data) {
        Ok(envelope) => {
            assert_eq!(envelope.bytes(), data);
            assert_eq!(Header::peek(data), Ok(envelope.header()));
            // A fact has one encoding: signing what was read makes the same bytes.
            let again = Envelope::sign(envelope.fact(), &KEY).expect("it was read");
            let signed = data.len() - 64;
            assert_eq!(again.bytes()[..signed], data[..signed]);
        }
        Err(EnvelopeError::NewerVersion { version }) => {
            if let Ok(header) = Header::peek(data) {
                assert_eq!(header.version, version);
            }
        }
        Err(_) => {}
    }
    // Nobody but the holder of the key is believed.
    assert!(Chain::new(&PUBLIC).push(data).is_err());
}
