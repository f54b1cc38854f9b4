//! A picture for every event, drawn from nothing but its id and its category.
//!
//! `tools/artwork.py` is the specification: this gives the same bytes, which `sync-server/tests/vectors/artwork.json` holds it to. Where an
//! organizer gives a picture of their own, that is shown instead.

mod drawings;
mod films;
pub(crate) mod pages;
mod seed;
pub(crate) mod share;

use std::fmt;

use shared::ids::EventId;

use crate::catalog::event::Category;
use seed::Numbers;
pub use share::SharedPictures;

/// Rises with every change of what is drawn, so that nobody keeps the picture of an earlier program.
const REVISION: u32 = 1;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 1000.0;

/// The picture; its text is SVG of 1 to 6 kB, 4:5, with the subject in the upper half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Artwork<'a> {
    /// The event's id as text.
    pub id: &'a str,
    /// Which drawing.
    pub category: Category,
}

impl fmt::Display for Artwork<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut numbers = Numbers::of(self.id);
        let usual = films::usual(self.category);
        let film = usual[numbers.below(usual.len())];
        write!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"xMidYMid slice\">\
             <g style=\"isolation:isolate\"><rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{}\"/>",
            film.ground
        )?;
        drawings::draw(self.category, f, &mut numbers, film)?;
        f.write_str("</g></svg>")
    }
}

/// Where the server shows it; another address once another picture is there.
pub fn address(event: EventId, category: Category) -> String {
    format!("/artwork/{event}.svg?v={}", version(category))
}

/// Where the server shows it to whoever is sent a link to the event.
pub(crate) fn shared_address(event: EventId, category: Category) -> String {
    format!("/artwork/{event}.png?v={}", version(category))
}

/// What a picture depends on beside its event.
fn version(category: Category) -> String {
    format!("{REVISION}-{}", category.as_str())
}

/// A number in the picture: one decimal at most.
struct Tenth(f64);

impl fmt::Display for Tenth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.1}", self.0);
        f.write_str(text.strip_suffix(".0").unwrap_or(&text))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use serde::Deserialize;
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[derive(Deserialize)]
    struct Vectors {
        pictures: Vec<Picture>,
        digests: Vec<Digest>,
    }

    #[derive(Deserialize)]
    struct Picture {
        id: String,
        kind: String,
        svg: String,
    }

    #[derive(Deserialize)]
    struct Digest {
        id: String,
        kind: String,
        sha256: String,
    }

    fn drawn(id: &str, kind: &str) -> String {
        let (_, category) = *Category::WORDS
            .iter()
            .find(|(word, _)| *word == kind)
            .expect("the specification draws our categories");
        Artwork { id, category }.to_string()
    }

    #[test]
    fn every_picture_has_the_bytes_of_the_specification() {
        let vectors: Vectors =
            serde_json::from_str(include_str!("../../tests/vectors/artwork.json")).unwrap();
        assert_eq!(vectors.pictures.len(), Category::WORDS.len());
        for Picture { id, kind, svg } in vectors.pictures {
            assert_eq!(drawn(&id, &kind), svg, "{kind}");
        }
        for Digest { id, kind, sha256 } in vectors.digests {
            let hex =
                Sha256::digest(drawn(&id, &kind))
                    .iter()
                    .fold(String::new(), |mut hex, byte| {
                        write!(hex, "{byte:02x}").unwrap();
                        hex
                    });
            assert_eq!(hex, sha256, "{kind} of {id:?}");
        }
    }

    #[test]
    fn a_number_has_one_decimal_at_most_and_ties_go_to_the_even_one() {
        let told = [0.25, 0.35, 2.0, -0.04, 99.95, 1000.06].map(|x| Tenth(x).to_string());
        assert_eq!(told, ["0.2", "0.3", "2", "-0", "100", "1000.1"]);
    }

    #[test]
    fn another_category_has_another_address() {
        let event = EventId(uuid::Uuid::nil());
        let address = address(event, Category::Club);
        assert_eq!(
            address,
            "/artwork/00000000-0000-0000-0000-000000000000.svg?v=1-club"
        );
    }
}
