//! The file: pages, and of each face only the glyphs that are on them.

use std::collections::BTreeMap;

use lopdf::{Object, StringFormat};
use printpdf::{
    FontId, FontMetrics, OffsetDateTime, ParsedFont, PdfDocument, PdfFont, PdfPage, PdfSaveOptions,
};
use sha2::{Digest as _, Sha256};
use shared::clock::UnixMillis;
use shared::language::Language;
use subsetter::GlyphRemapper;

use crate::faces::FaceName;

/// There is no file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A face that can't be made smaller.
    #[error("taking the glyphs of the pages out of a face")]
    Subset(#[source] subsetter::Error),
    /// A document without a root.
    #[error("writing about the pages into their file")]
    Write(#[source] lopdf::Error),
    /// The bytes.
    #[error("putting the file of the pages together")]
    Save(#[source] std::io::Error),
}

/// The glyphs of a file, renumbered face by face in the order of their first use.
#[derive(Default)]
pub struct UsedGlyphs([GlyphRemapper; FaceName::ALL.len()]);

impl UsedGlyphs {
    /// The glyph's number in the file, and its width there in thousandths of an em.
    pub(crate) fn take(&mut self, face: FaceName, glyph: u16) -> (u16, i32) {
        let loaded = face.loaded();
        let width = f32::from(loaded.advance(glyph)) * 1000.0 / loaded.units();
        (self.0[face.index()].remap(glyph), width as i32)
    }

    /// What a page calls the face.
    pub(crate) fn font_id(face: FaceName) -> FontId {
        FontId(format!("Face{}", face.index()))
    }

    fn font(&self, face: FaceName) -> Result<Option<PdfFont>, FileError> {
        let glyphs = &self.0[face.index()];
        // The first one is the missing glyph.
        if glyphs.num_gids() <= 1 {
            return Ok(None);
        }
        let loaded = face.loaded();
        let bytes = subsetter::subset(loaded.bytes, 0, glyphs).map_err(FileError::Subset)?;
        let widths: BTreeMap<u16, u16> = (0..)
            .zip(glyphs.remapped_gids())
            .map(|(new, old)| (new, loaded.advance(old)))
            .collect();
        let (ascent, descent) = (loaded.face.ascender(), loaded.face.descender());
        let mut font = ParsedFont::with_glyph_data(
            bytes,
            0,
            Some(format!("PAPERF+{}", loaded.name)),
            BTreeMap::new(),
            widths,
            loaded.face.units_per_em() as u16,
            FontMetrics { ascent, descent },
        );
        let bounds = loaded.face.global_bounding_box();
        font.pdf_font_metrics.x_min = bounds.x_min;
        font.pdf_font_metrics.y_min = bounds.y_min;
        font.pdf_font_metrics.x_max = bounds.x_max;
        font.pdf_font_metrics.y_max = bounds.y_max;
        Ok(Some(PdfFont::new(font)))
    }
}

/// What a reader shows of the file before it is opened.
pub struct About {
    /// Its title.
    pub title: String,
    /// Who answers for it.
    pub author: String,
    /// Of its words.
    pub language: Language,
    /// When it was made; the same content made at the same time is the same file.
    pub made_ms: UnixMillis,
}

/// The file.
pub fn file(pages: Vec<PdfPage>, used: &UsedGlyphs, about: &About) -> Result<Vec<u8>, FileError> {
    let mut document = PdfDocument::new(&about.title);
    let info = &mut document.metadata.info;
    info.author.clone_from(&about.author);
    info.creator = "Ticket Hub".into();
    info.producer = "Ticket Hub".into();
    // A clock that is out of its mind makes no ticket worthless.
    if let Ok(made) = OffsetDateTime::from_unix_timestamp(about.made_ms / 1000) {
        info.creation_date = made;
        info.modification_date = made;
    }
    for face in FaceName::ALL {
        if let Some(font) = used.font(face)? {
            let fonts = &mut document.resources.fonts.map;
            fonts.insert(UsedGlyphs::font_id(face), font);
        }
    }
    document.with_pages(pages);
    let mut file = document.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
    "1.7".clone_into(&mut file.version);
    let catalog = file.catalog_mut().map_err(FileError::Write)?;
    catalog.set("Lang", Object::string_literal(about.language.code()));
    let viewer = [("DisplayDocTitle", Object::Boolean(true))];
    catalog.set("ViewerPreferences", lopdf::Dictionary::from_iter(viewer));
    // The same content is the same file: its id comes from what it says, not from a random source.
    let digest = Sha256::digest(format!("{} {}", about.title, about.made_ms));
    let id = Object::String(digest[..16].to_vec(), StringFormat::Hexadecimal);
    file.trailer.set("ID", vec![id.clone(), id]);
    file.compress();
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).map_err(FileError::Save)?;
    Ok(bytes)
}
