//! Who buys, where the guest says so: the tickets bear the name, and go to the address as well.

use shared::language::Language;
use shared::till::contact::{Contact, ContactRefused};

use super::BoxOffice;
use crate::station::view::TillRefusal;

impl From<ContactRefused> for TillRefusal {
    fn from(refused: ContactRefused) -> Self {
        match refused {
            ContactRefused::Empty | ContactRefused::Name => Self::WrongName,
            ContactRefused::Email => Self::WrongEmail,
        }
    }
}

impl BoxOffice {
    /// Notes what was typed, and in which language the tickets are; two empty fields are nobody.
    pub(super) fn guest_is(
        &mut self,
        (name, email): (&str, &str),
        language: Language,
    ) -> Result<(), TillRefusal> {
        let is_nobody = name.trim().is_empty() && email.trim().is_empty();
        self.guest = if is_nobody {
            None
        } else {
            Some(Contact::typed(name, email, language)?)
        };
        self.language = language;
        self.asking_guest = false;
        Ok(())
    }
}
