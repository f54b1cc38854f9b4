//! What is drawn on the ground: one drawing for each category.

mod arcs;
mod beams;
mod interference;
mod lamps;
mod pitch;
mod strings;
mod tiles;

use std::fmt;

use super::films::Film;
use super::seed::Numbers;
use super::{Tenth, WIDTH};
use crate::catalog::event::Category;

pub(super) fn draw(
    category: Category,
    f: &mut fmt::Formatter<'_>,
    numbers: &mut Numbers,
    film: &Film,
) -> fmt::Result {
    match category {
        Category::Concert => interference::draw(f, numbers, film),
        Category::Theatre => beams::draw(f, numbers, film),
        Category::Sport => pitch::draw(f, numbers, film),
        Category::Expo => tiles::draw(f, numbers, film),
        Category::Club => lamps::draw(f, numbers, film),
        Category::Musique => strings::draw(f, numbers, film),
        Category::Humour => arcs::draw(f, numbers, film),
    }
}
