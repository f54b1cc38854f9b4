//! The ticket: the signed token in its code, the six digits that rotate, the short code under it.
//!
//! [`read`] gives the shape, [`verify()`] the proof. Only a [`VerifiedToken`] goes on to the rules.

pub mod keyboard;
pub mod order_code;
mod presented;
pub mod qr;
pub mod rotating_code;
pub mod short_code;
mod sign;
pub mod token;
pub mod vectors;
mod verify;

pub use order_code::OrderCode;
pub use presented::{Presented, Scanned, read};
pub use qr::{PixelsPerModule, QUIET_ZONE, Qr, QrError};
pub use rotating_code::{RotatingCode, RotatingKey, RotatingSecret};
pub use short_code::ShortCode;
pub use sign::SigningKey;
pub use token::{Flags, Token, TokenError, TokenFields};
pub use verify::{PublicKey, PublicKeyError, VerifiedToken, verify};
