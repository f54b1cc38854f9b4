//! Any bytes as a fact, and any text as a journal file.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shared::fact::journal_file::verify_file;
use shared::fact::{Chain, Envelope, EnvelopeError, FactPublicKey, FactSigningKey, Header};

static KEY: LazyLock<FactSigningKey> = LazyLock::new(|| FactSigningKey::from_seed(&[9; 32]));
static PUBLIC: LazyLock<FactPublicKey> = LazyLock::new(|| KEY.public());

fuzz_target!(|data: &[u8]| {
    any_envelope(data);
    if let Ok(text) = str::from_utf8(data) {
        let report = verify_file(text);
        assert_eq!(report.sound, report.problem.is_none());
    }
});

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
