//! Which picture stands for an event.

use crate::catalog::event::page::EventPage;

/// The address of its picture, where it has one: a page without has no frame for it.
pub(crate) fn picture_of(event: &EventPage) -> Option<String> {
    picture(event.image_url.as_deref())
}

/// As [`picture_of`], for a line of a list.
pub(crate) fn picture(image_url: Option<&str>) -> Option<String> {
    image_url
        .filter(|url| url.starts_with("https://"))
        .map(str::to_owned)
}
