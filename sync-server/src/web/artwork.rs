//! Which picture stands for an event.

use crate::artwork::share::{SHARED_HEIGHT, SHARED_WIDTH};
use crate::artwork::shared_address;
use crate::catalog::event::Category;
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

/// What is shown with a link to an event.
#[derive(Clone, Debug)]
pub(crate) struct SharedPicture {
    /// With the server's name.
    pub(crate) address: String,
    /// Width and height, where they are known.
    pub(crate) size: Option<(u32, u32)>,
}

impl SharedPicture {
    /// Its organizer's own, or the one that is drawn for it.
    pub(crate) fn of(event: &EventPage, category: Category, public_url: &str) -> Self {
        let drawn = shared_address(event.id, category);
        let picture = picture(event.image_url.as_deref(), &drawn);
        Self {
            size: (picture == drawn).then_some((SHARED_WIDTH, SHARED_HEIGHT)),
            address: absolute(&picture, public_url),
        }
    }
}

/// For who reads it elsewhere.
fn absolute(picture: &str, public_url: &str) -> String {
    if picture.starts_with('/') {
        format!("{public_url}{picture}")
    } else {
        picture.to_owned()
    }
}
