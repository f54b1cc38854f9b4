//! Any text, and any 80 bytes as a token, through the reader of ticket codes.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shared::ticket::keyboard::undo_azerty;
use shared::ticket::token::{TOKEN_BYTES, Token};
use shared::ticket::{PublicKey, Scanned, ShortCode, SigningKey, TokenError, read, verify};

static KEY: LazyLock<PublicKey> = LazyLock::new(|| SigningKey::from_seed(&[9; 32]).public());

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = str::from_utf8(data) {
        any_text(text);
    }
    if let Some((bytes, code)) = data.split_first_chunk::<TOKEN_BYTES>() {
        any_bytes(bytes, code);
    }
});

fn any_text(text: &str) {
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    match (read(text), Scanned::of(text)) {
        (Ok(presented), Scanned::Ticket(same)) => {
            assert_eq!(presented, same);
            assert_eq!(presented.to_string(), trimmed);
            assert_eq!(verify(&presented, &KEY), Err(TokenError::Forged));
        }
        (Err(_), Scanned::OrderCode(code)) => assert_eq!(code.to_string().parse(), Ok(code)),
        (Err(reason), Scanned::Foreign(same)) => assert_eq!(reason, same),
        (read, scanned) => panic!("{read:?} but {scanned:?}"),
    }
    if let Ok(code) = text.parse::<ShortCode>() {
        assert_eq!(code.to_string().parse(), Ok(code));
    }
    let _ = read(&undo_azerty(text));
}

/// As the five groups print them, so that the fuzzer needn't find 195 digits by luck.
fn any_bytes(bytes: &[u8; TOKEN_BYTES], code: &[u8]) {
    let (groups, _) = bytes.as_chunks::<16>();
    let digits = |group: &[u8; 16]| format!("{:039}", u128::from_be_bytes(*group));
    let token_text: String = groups.iter().map(digits).collect();
    let code_text: String = code
        .iter()
        .map(|byte| char::from(b'0' + byte % 10))
        .collect();
    any_text(&format!("{token_text}{code_text}"));
    match (Token::from_bytes(bytes), read(&token_text)) {
        (Ok(token), Ok(presented)) => {
            assert_eq!(presented.token(), &token);
            assert_eq!(&token.to_bytes(), bytes);
        }
        (Err(reason), Err(same)) => assert_eq!(reason, same),
        (decoded, read) => panic!("{decoded:?} but {read:?}"),
    }
}
