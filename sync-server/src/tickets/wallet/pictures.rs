//! The pictures of a pass: our sign, and the event's drawing.

use std::sync::LazyLock;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use shared::ids::EventId;

use crate::artwork::Artwork;
use crate::catalog::event::Category;

/// A file of a pass.
pub(super) type File = (String, Vec<u8>);

/// A phone takes the one that fits its screen.
const SCALES: [(u32, &str); 3] = [(1, ""), (2, "@2x"), (3, "@3x")];
/// Points, by Apple's measures.
const ICON: (u32, u32) = (29, 29);
const LOGO: (u32, u32) = (50, 50);
/// As the drawings are: 4:5.
const THUMBNAIL: (u32, u32) = (72, 90);

/// A picture was not drawn.
#[derive(Debug, thiserror::Error)]
pub(super) enum DrawError {
    /// The drawing isn't SVG.
    #[error("reading a drawing for a pass")]
    Svg(#[from] resvg::usvg::Error),
    /// PNG.
    #[error("drawing a picture for a pass")]
    Png,
}

/// The same in every pass.
static OURS: LazyLock<Result<Vec<File>, DrawError>> = LazyLock::new(|| {
    let sign = include_str!("../../../assets/sign.svg");
    let icon = drawn("icon", sign, ICON)?;
    let logo = drawn("logo", sign, LOGO)?;
    Ok(icon.into_iter().chain(logo).collect())
});

/// All pictures of a pass for a ticket of this event.
pub(super) fn pictures(event: EventId, category: Category) -> Result<Vec<File>, DrawError> {
    let ours = match &*OURS {
        Ok(files) => files.clone(),
        // It holds for every pass, so that the first error is as good as any.
        Err(_) => return Err(DrawError::Png),
    };
    let id = event.to_string();
    let svg = Artwork { id: &id, category }.to_string();
    let thumbnail = drawn("thumbnail", &svg, THUMBNAIL)?;
    Ok(ours.into_iter().chain(thumbnail).collect())
}

fn drawn(name: &str, svg: &str, (width, height): (u32, u32)) -> Result<Vec<File>, DrawError> {
    let tree = Tree::from_str(svg, &Options::default())?;
    let size = tree.size();
    SCALES
        .into_iter()
        .map(|(scale, suffix)| {
            let (width, height) = (width * scale, height * scale);
            let mut pixels = Pixmap::new(width, height).ok_or(DrawError::Png)?;
            let fit =
                Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
            resvg::render(&tree, fit, &mut pixels.as_mut());
            let png = pixels.encode_png().map_err(|_| DrawError::Png)?;
            Ok((format!("{name}{suffix}.png"), png))
        })
        .collect()
}
