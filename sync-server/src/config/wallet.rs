//! What signs tickets for the wallets of phones.

use std::path::PathBuf;

use super::read::Reader;

/// What signs tickets for the wallets of phones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalletSettings {
    /// Apple's.
    pub apple: Option<AppleWalletSettings>,
    /// Google's.
    pub google: Option<GoogleWalletSettings>,
}

/// A pass type of Apple's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppleWalletSettings {
    /// In PEM: the pass type's certificate, then Apple's intermediate one.
    pub certificate: PathBuf,
    /// In PEM: its RSA key.
    pub key: PathBuf,
}

/// An issuer at Google.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoogleWalletSettings {
    /// The service account's JSON.
    pub account: PathBuf,
    /// The issuer's number.
    pub issuer: String,
}

const CERTIFICATE: &str = "APPLE_PASS_CERTIFICATE";
const KEY: &str = "APPLE_PASS_KEY";
const ACCOUNT: &str = "GOOGLE_WALLET_ACCOUNT";
const ISSUER: &str = "GOOGLE_WALLET_ISSUER";

pub(super) fn wallet(reader: &Reader<'_>) -> WalletSettings {
    let certificate = reader.text(CERTIFICATE).map(PathBuf::from);
    let key = reader.text(KEY).map(PathBuf::from);
    let account = reader.text(ACCOUNT).map(PathBuf::from);
    let issuer = reader.value(ISSUER, None, |text| {
        if !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_digit()) {
            Ok(Some(text.to_owned()))
        } else {
            Err(format!(
                "`{text}` is no issuer's number, which has digits alone"
            ))
        }
    });
    both(
        reader,
        (CERTIFICATE, certificate.is_some()),
        (KEY, key.is_some()),
    );
    if reader.is_right(ISSUER) {
        both(
            reader,
            (ACCOUNT, account.is_some()),
            (ISSUER, issuer.is_some()),
        );
    }
    WalletSettings {
        apple: certificate
            .zip(key)
            .map(|(certificate, key)| AppleWalletSettings { certificate, key }),
        google: account
            .zip(issuer)
            .map(|(account, issuer)| GoogleWalletSettings { account, issuer }),
    }
}

/// One without the other is a mistake.
fn both(reader: &Reader<'_>, one: (&'static str, bool), other: (&'static str, bool)) {
    let (missing, given) = match (one, other) {
        ((one, true), (other, false)) => (other, one),
        ((one, false), (other, true)) => (one, other),
        ((_, true), (_, true)) | ((_, false), (_, false)) => return,
    };
    reader.report(missing, format!("must be set with {given}"));
}
