//! The one error envelope of the API, and its closed list of codes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)*) => {
        /// Why a request was not carried out. Clients branch on this, never on the text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)*
            /// A code of a newer server.
            Unknown,
        }

        impl ErrorCode {
            /// As it stands in the envelope.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* Self::Unknown => "unknown" }
            }

            /// The HTTP status that goes with it.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* Self::Unknown => 500 }
            }

            /// From its text; one that this version doesn't know is `Unknown`.
            pub fn from_text(text: &str) -> Self {
                match text { $($text => Self::$name,)* _ => Self::Unknown }
            }
        }
    };
}

codes! {
    /// A field is missing, malformed or out of range; `fields` says which.
    InvalidRequest = "invalid_request", 400;
    /// The body is not the JSON that was expected.
    MalformedBody = "malformed_body", 400;
    /// The cursor was not made by this server or is of an unknown version.
    InvalidCursor = "invalid_cursor", 400;
    /// No or no valid credentials.
    Unauthenticated = "unauthenticated", 401;
    /// Wrong e-mail address or password; which of the two is not said.
    WrongCredentials = "wrong_credentials", 401;
    /// Known, but not allowed to.
    Forbidden = "forbidden", 403;
    /// The form's anti-forgery token is missing or old.
    CsrfFailed = "csrf_failed", 403;
    /// The device was revoked.
    DeviceRevoked = "device_revoked", 403;
    /// The device has no right to search, so it is told no names.
    SearchNotAllowed = "search_not_allowed", 403;
    /// There is none, or it is not yours to see.
    NotFound = "not_found", 404;
    /// This address knows no such verb.
    MethodNotAllowed = "method_not_allowed", 405;
    /// The resource is in a state in which this can't be done.
    Conflict = "conflict", 409;
    /// That e-mail address or id is taken.
    AlreadyExists = "already_exists", 409;
    /// Not enough places left.
    SoldOut = "sold_out", 409;
    /// The hold's time was up.
    HoldExpired = "hold_expired", 409;
    /// Not on sale now.
    NotOnSale = "not_on_sale", 409;
    /// More than one order may have.
    OverLimit = "over_limit", 409;
    /// The payment was declined.
    PaymentDeclined = "payment_declined", 402;
    /// More than what was paid.
    RefundTooLarge = "refund_too_large", 409;
    /// The ticket may not enter; `fields.reason` says why.
    EntryRefused = "entry_refused", 409;
    /// Another fact stands at that place of the journal.
    JournalForked = "journal_forked", 409;
    /// The same idempotency key came with another body.
    IdempotencyMismatch = "idempotency_mismatch", 422;
    /// The offer was used, rejected, or its 15 minutes are over; or there was none.
    OfferClosed = "offer_closed", 409;
    /// The other side did not prove that it knows the code.
    ProofFailed = "proof_failed", 403;
    /// The link or code is no longer good.
    LinkExpired = "link_expired", 410;
    /// The cursor is of before a restore: pull from the beginning.
    ResetRequired = "reset_required", 410;
    /// The body is larger than is taken; a batch may be halved.
    TooLarge = "too_large", 413;
    /// The device's program is too old.
    UpgradeRequired = "upgrade_required", 426;
    /// Slow down; `Retry-After` says for how long.
    TooManyRequests = "too_many_requests", 429;
    /// Took longer than the server allows.
    TimedOut = "timed_out", 503;
    /// Not now; `Retry-After` says when.
    Unavailable = "unavailable", 503;
    /// The server's fault.
    Internal = "internal", 500;
}

impl ErrorCode {
    /// Whether sending the same again can never succeed.
    pub fn is_permanent(self) -> bool {
        !matches!(self.status(), 408 | 429 | 500..=599)
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer).map(|text| Self::from_text(&text))
    }
}

/// The body of every answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What programs branch on.
    pub code: ErrorCode,
    /// What a person reads: what happened and what to do next.
    pub detail: String,
    /// For `invalid_request`: field name to what is wrong with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}
