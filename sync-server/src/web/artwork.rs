//! Which picture stands for an event.

use crate::catalog::event::page::EventPage;

/// The address of its picture: its organizer's own, or the one that is drawn for it.
pub(crate) fn picture_of(event: &EventPage) -> String {
    picture(event.image_url.as_deref(), &event.artwork_url)
}

/// As [`picture_of`], for a line of a list.
pub(crate) fn picture(image_url: Option<&str>, artwork_url: &str) -> String {
    image_url
        .filter(|url| url.starts_with("https://"))
        .unwrap_or(artwork_url)
        .to_owned()
}

/// For who reads it elsewhere.
pub(crate) fn absolute(picture: &str, public_url: &str) -> String {
    if picture.starts_with('/') {
        format!("{public_url}{picture}")
    } else {
        picture.to_owned()
    }
}
