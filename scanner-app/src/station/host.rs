//! What a station needs of whatever shows it: the window, or a test.

use super::view::News;

/// Shows what a station tells.
pub trait Host: Send + Sync {
    /// Tells the page. Called from several threads, and while a guest waits: it must not wait for anything.
    fn tell(&self, news: News);

    /// Fills the screen with no way out, or gives it back.
    fn full_screen(&self, on: bool);
}
