//! An event's picture for whoever is sent its link: wide, as PNG, since no messenger shows an SVG.

use std::sync::Arc;

use axum::body::Bytes;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use shared::ids::EventId;
use tokio::sync::Semaphore;

use super::{Artwork, HEIGHT, WIDTH};
use crate::catalog::event::Category;

/// As Open Graph's readers cut it.
pub(crate) const SHARED_WIDTH: u32 = 1200;
/// The same.
pub(crate) const SHARED_HEIGHT: u32 = 630;
/// The subject is in the upper half: so much of what is too high is left out above.
const ABOVE: f64 = 0.2;
/// In all, in bytes.
const MOST_KEPT: u64 = 32 * 1024 * 1024;

/// Pictures that were drawn, and the one place where one is drawn at a time: it takes a whole core for a moment.
#[derive(Debug)]
pub struct SharedPictures {
    drawn: moka::future::Cache<(EventId, Category), Bytes>,
    drawing: Semaphore,
}

impl SharedPictures {
    /// None so far.
    pub fn new() -> Self {
        let drawn = moka::future::Cache::builder()
            .max_capacity(MOST_KEPT)
            .weigher(|_, picture: &Bytes| u32::try_from(picture.len()).unwrap_or(u32::MAX))
            .build();
        Self {
            drawn,
            drawing: Semaphore::new(1),
        }
    }

    /// The picture; who ask at once share one drawing.
    pub(super) async fn get(
        &self,
        event: EventId,
        category: Category,
    ) -> Result<Bytes, Arc<DrawError>> {
        let drawing = async {
            let _turn = self.drawing.acquire().await;
            let drawn = tokio::task::spawn_blocking(move || {
                let id = event.to_string();
                let svg = Artwork { id: &id, category }.to_string();
                png(&svg)
            });
            drawn.await?.map(Bytes::from)
        };
        self.drawn.try_get_with((event, category), drawing).await
    }
}

impl Default for SharedPictures {
    fn default() -> Self {
        Self::new()
    }
}

/// A picture was not drawn.
#[derive(Debug, thiserror::Error)]
pub(super) enum DrawError {
    /// The drawing isn't SVG.
    #[error("reading a drawing")]
    Svg(#[from] resvg::usvg::Error),
    /// No memory for its pixels.
    #[error("making room for a picture")]
    Room,
    /// PNG.
    #[error("writing a picture: {0}")]
    Png(String),
    /// It panicked.
    #[error("drawing a picture")]
    Panicked(#[from] tokio::task::JoinError),
}

fn png(svg: &str) -> Result<Vec<u8>, DrawError> {
    let tree = Tree::from_str(svg, &Options::default())?;
    let mut pixels = Pixmap::new(SHARED_WIDTH, SHARED_HEIGHT).ok_or(DrawError::Room)?;
    let scale = f64::from(SHARED_WIDTH) / WIDTH;
    let above = (HEIGHT * scale - f64::from(SHARED_HEIGHT)) * ABOVE;
    let (scale, above) = (scale as f32, above as f32);
    let placed = Transform::from_row(scale, 0.0, 0.0, scale, 0.0, -above);
    resvg::render(&tree, placed, &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|error| DrawError::Png(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_fills_the_whole_picture_with_more_than_its_ground() {
        for (word, category) in Category::WORDS {
            let id = "0197e2a0-0000-7000-8000-de3000000301";
            let svg = Artwork { id, category }.to_string();
            let drawn = image::load_from_memory(&png(&svg).unwrap()).unwrap();
            assert_eq!((drawn.width(), drawn.height()), (1200, 630), "{word}");
            let pixels = drawn.to_rgba8();
            assert!(pixels.pixels().all(|pixel| pixel.0[3] == 255), "{word}");
            let mut colours: Vec<_> = pixels.pixels().map(|pixel| pixel.0).collect();
            colours.sort_unstable();
            colours.dedup();
            assert!(colours.len() > 3, "{word}: {} colours", colours.len());
        }
    }
}
