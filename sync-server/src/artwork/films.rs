//! Films: five inks each, matched by hand so that every pair works. None holds the accent of the pages.

use crate::catalog::event::Category;

pub(super) struct Film {
    pub(super) ground: &'static str,
    pub(super) deep: &'static str,
    pub(super) ink_a: &'static str,
    pub(super) ink_b: &'static str,
    pub(super) light: &'static str,
}

const fn film(inks: [&'static str; 5]) -> Film {
    let [ground, deep, ink_a, ink_b, light] = inks;
    Film {
        ground,
        deep,
        ink_a,
        ink_b,
        light,
    }
}

const LASER: Film = film(["#150a3f", "#33209a", "#ff5a36", "#7d6cff", "#ffe9dc"]);
const SODIUM: Film = film(["#1d0b24", "#5a1f52", "#ff7a3c", "#ffc15e", "#fff0d4"]);
const CANAL: Film = film(["#04202f", "#0b4a66", "#29cfc0", "#8fe9ff", "#eefcf4"]);
const PELOUSE: Film = film(["#06231a", "#0d5138", "#2fbf71", "#d3ef63", "#f7f6e4"]);
const PRUSSE: Film = film(["#081647", "#173aa6", "#3f78ff", "#a9c8ff", "#f5ecdc"]);
const VELOURS: Film = film(["#27040f", "#6d0a2b", "#e02850", "#ff9d78", "#ffe9d8"]);
const AURORE: Film = film(["#0a1040", "#2c2f9a", "#4fe0b0", "#8577ff", "#effbf4"]);
const CRAIE: Film = film(["#14122b", "#37345f", "#ff6038", "#4a63ff", "#f3ecdd"]);

/// Those that suit a drawing.
pub(super) fn usual(category: Category) -> &'static [&'static Film] {
    match category {
        Category::Concert => &[&LASER, &AURORE, &SODIUM, &CANAL],
        Category::Theatre => &[&VELOURS, &SODIUM, &CRAIE],
        Category::Sport => &[&PELOUSE, &PRUSSE, &CRAIE],
        Category::Expo => &[&PRUSSE, &CRAIE, &CANAL, &SODIUM],
        Category::Club => &[&AURORE, &LASER, &CANAL],
        Category::Musique => &[&SODIUM, &CANAL, &PRUSSE, &VELOURS],
        Category::Humour => &[&CRAIE, &SODIUM, &LASER],
    }
}
