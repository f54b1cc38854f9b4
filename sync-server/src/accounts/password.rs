//! Passwords: Argon2id for all that is new; bcrypt is read where another product's customers were imported.

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::edge::random_bytes;

/// OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Hashing is memory and processor: more at once would only slow the orders beside it.
const AT_ONCE: usize = 2;
/// Above this an imported hash would take seconds to check: it is not ours to carry.
const COSTLIEST_BCRYPT: u32 = 14;

/// In characters.
pub const SHORTEST: usize = 10;
/// In bytes; a longer one would only cost time.
pub const LONGEST: usize = 256;

/// A password as somebody typed it.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Any text, for a comparison.
    pub fn typed(text: String) -> Self {
        Self(text)
    }

    /// A text that may become somebody's password; else what is wrong with it.
    pub fn chosen(text: String) -> Result<Self, &'static str> {
        let password = Self::typed(text);
        if password.0.chars().count() < SHORTEST {
            return Err("has fewer than 10 characters; a few words in a row are good");
        }
        if password.0.len() > LONGEST {
            return Err("is longer than 256 bytes");
        }
        Ok(password)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// What a comparison said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not the password, or there is none.
    Wrong,
    /// It is.
    Right,
    /// It is, and this hash of today's kind should take the old one's place.
    RightButOld(String),
}

/// Hashing failed: the machine has no memory, or the work was cut off.
#[derive(Debug, thiserror::Error)]
pub enum HashPasswordError {
    /// Argon2 refused.
    #[error("hashing a password")]
    Hash(#[source] argon2::password_hash::Error),
    /// The thread was lost.
    #[error("waiting for a password's hash")]
    Thread(#[from] tokio::task::JoinError),
    /// The server is ending.
    #[error("waiting for a turn to hash a password")]
    Turn(#[from] tokio::sync::AcquireError),
}

/// Hashes and compares, few at once, never on the threads that answer requests.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
    /// Of a password that nobody has: comparing with it takes as long as with a real one.
    nobodys: String,
}

impl Passwords {
    /// Ready to compare.
    pub fn new() -> Result<Self, HashPasswordError> {
        let nobody = Password::typed(random_bytes::<16>().map(char::from).iter().collect());
        Ok(Self {
            turns: Semaphore::new(AT_ONCE),
            nobodys: hash_now(&nobody)?,
        })
    }

    /// A hash to store, in PHC form.
    pub async fn hash(&self, password: Password) -> Result<String, HashPasswordError> {
        let _turn = self.turns.acquire().await?;
        tokio::task::spawn_blocking(move || hash_now(&password)).await?
    }

    /// Compares with what is stored. Without anything stored it takes as long, and says `Wrong`.
    pub async fn compare(
        &self,
        password: Password,
        stored: Option<String>,
    ) -> Result<Verdict, HashPasswordError> {
        let _turn = self.turns.acquire().await?;
        let nobodys = self.nobodys.clone();
        tokio::task::spawn_blocking(move || match stored {
            Some(stored) => compare_now(&password, &stored),
            None => {
                let _ = compare_now(&password, &nobodys)?;
                Ok(Verdict::Wrong)
            }
        })
        .await?
    }
}

fn argon2id() -> Result<Argon2<'static>, HashPasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)
        .map_err(|error| HashPasswordError::Hash(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &Password) -> Result<String, HashPasswordError> {
    let salt = random_bytes::<16>();
    let hash = argon2id()?.hash_password_with_salt(password.0.as_bytes(), &salt);
    Ok(hash.map_err(HashPasswordError::Hash)?.to_string())
}

fn compare_now(password: &Password, stored: &str) -> Result<Verdict, HashPasswordError> {
    if stored.starts_with("$2") {
        let affordable = bcrypt_cost(stored).is_some_and(|cost| cost <= COSTLIEST_BCRYPT);
        // bcrypt itself reads only the first 72 bytes, as the product that made the hash did.
        let right = affordable && bcrypt::verify(password.0.as_bytes(), stored).unwrap_or(false);
        return if right {
            Ok(Verdict::RightButOld(hash_now(password)?))
        } else {
            Ok(Verdict::Wrong)
        };
    }
    let compared = argon2id()?.verify_password(password.0.as_bytes(), stored);
    if compared.is_err() {
        return Ok(Verdict::Wrong);
    }
    let today = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$");
    if stored.starts_with(&today) {
        Ok(Verdict::Right)
    } else {
        Ok(Verdict::RightButOld(hash_now(password)?))
    }
}

fn bcrypt_cost(stored: &str) -> Option<u32> {
    stored.split('$').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Password {
        Password::typed(text.into())
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords
            .hash(typed("correct horse battery"))
            .await
            .unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        let compare = |text: &str| passwords.compare(typed(text), Some(stored.clone()));
        assert_eq!(
            compare("correct horse battery").await.unwrap(),
            Verdict::Right
        );
        assert_eq!(
            compare("correct horse batterY").await.unwrap(),
            Verdict::Wrong
        );
        assert_eq!(compare("").await.unwrap(), Verdict::Wrong);
        let none = passwords
            .compare(typed("correct horse battery"), None)
            .await;
        assert_eq!(none.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn an_imported_hash_is_accepted_and_replaced() {
        let passwords = Passwords::new().unwrap();
        let stored = bcrypt::hash("correct horse battery", 4).unwrap();
        let verdict = passwords
            .compare(typed("correct horse battery"), Some(stored.clone()))
            .await
            .unwrap();
        let Verdict::RightButOld(new) = verdict else {
            panic!("{verdict:?}");
        };
        assert!(new.starts_with("$argon2id$"), "{new}");
        let wrong = passwords
            .compare(typed("correct horse"), Some(stored))
            .await;
        assert_eq!(wrong.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn weaker_parameters_of_the_past_are_replaced() {
        let params = Params::new(8 * 1024, 1, 1, None).unwrap();
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_with_salt(b"correct horse battery", &[7; 16])
            .unwrap()
            .to_string();
        let passwords = Passwords::new().unwrap();
        let verdict = passwords
            .compare(typed("correct horse battery"), Some(weak))
            .await;
        assert!(matches!(verdict.unwrap(), Verdict::RightButOld(_)));
    }

    #[tokio::test]
    async fn what_is_no_hash_or_too_dear_lets_nobody_in() {
        let passwords = Passwords::new().unwrap();
        let dear = "$2b$31$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234567";
        for stored in ["", "plain", "$2b$", "$argon2id$", dear] {
            let verdict = passwords.compare(typed("plain"), Some(stored.into())).await;
            assert_eq!(verdict.unwrap(), Verdict::Wrong, "{stored}");
        }
    }

    #[test]
    fn a_new_password_is_long_enough_and_not_endless() {
        assert!(Password::chosen("éééééééééé".into()).is_ok());
        assert!(Password::chosen("ééééééééé".into()).is_err());
        assert!(Password::chosen("x".repeat(LONGEST + 1)).is_err());
    }
}
