//! The faces of the paper: Neo Night's three, and one for every character that they lack.

use std::sync::LazyLock;

use rustybuzz::ttf_parser::GlyphId;
use rustybuzz::{Direction, Face, ShapePlan, script};

/// Which face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceName {
    /// Names: Archivo, wide.
    Wide,
    /// Dates, counts, amounts: Archivo, narrow.
    Narrow,
    /// Text: Instrument Sans.
    Text,
    /// Alphabets and signs that those lack: DejaVu Sans.
    Other,
}

impl FaceName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Wide, Self::Narrow, Self::Text, Self::Other];

    /// What is known of it.
    pub(crate) fn loaded(self) -> &'static LoadedFace {
        match self {
            Self::Wide => &FACES.wide,
            Self::Narrow => &FACES.narrow,
            Self::Text => &FACES.text,
            Self::Other => &FACES.other,
        }
    }

    /// Its place in [`Self::ALL`].
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Wide => 0,
            Self::Narrow => 1,
            Self::Text => 2,
            Self::Other => 3,
        }
    }
}

/// A face, parsed once a process.
pub(crate) struct LoadedFace {
    /// As PDF names it.
    pub(crate) name: &'static str,
    /// The file.
    pub(crate) bytes: &'static [u8],
    /// The file, read.
    pub(crate) face: Face<'static>,
    /// How it sets Latin, made once: that costs more than setting a line.
    pub(crate) latin: ShapePlan,
}

impl LoadedFace {
    fn new(name: &'static str, bytes: &'static [u8]) -> Self {
        let face = Face::from_slice(bytes, 0).expect("the faces beside this program are whole");
        let latin = ShapePlan::new(
            &face,
            Direction::LeftToRight,
            Some(script::LATIN),
            None,
            &[],
        );
        Self {
            name,
            bytes,
            face,
            latin,
        }
    }

    /// Has it a glyph for that character?
    pub(crate) fn has(&self, character: char) -> bool {
        self.face.glyph_index(character).is_some()
    }

    /// How far a character moves the pen, in em; none if the face lacks it.
    pub(crate) fn width(&self, character: char) -> Option<f32> {
        let glyph = self.face.glyph_index(character)?;
        Some(f32::from(self.advance(glyph.0)) / self.units())
    }

    /// How far a glyph moves the pen, in units of the face.
    pub(crate) fn advance(&self, glyph: u16) -> u16 {
        self.face.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0)
    }

    /// Units in an em.
    pub(crate) fn units(&self) -> f32 {
        self.face.units_per_em() as f32
    }
}

struct Faces {
    wide: LoadedFace,
    narrow: LoadedFace,
    text: LoadedFace,
    other: LoadedFace,
}

static FACES: LazyLock<Faces> = LazyLock::new(|| Faces {
    wide: LoadedFace::new(
        "Archivo-Paper-Wide",
        include_bytes!("../assets/archivo-wide.ttf"),
    ),
    narrow: LoadedFace::new(
        "Archivo-Paper-Narrow",
        include_bytes!("../assets/archivo-narrow.ttf"),
    ),
    text: LoadedFace::new(
        "Instrument-Sans-Paper",
        include_bytes!("../assets/instrument-sans.ttf"),
    ),
    other: LoadedFace::new(
        "DejaVu-Sans-Paper",
        include_bytes!("../assets/dejavu-sans.ttf"),
    ),
});
