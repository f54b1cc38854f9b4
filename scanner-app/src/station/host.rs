//! What a station needs of whatever shows it: the window, or a test.

use super::view::{CustomerView, News};

/// Shows what a station tells.
pub trait Host: Send + Sync {
    /// Tells the page. Called from several threads, and while a guest waits: it must not wait for anything.
    fn tell(&self, news: News);

    /// Tells the guest's own window, if there is one. As `tell`.
    fn tell_guest(&self, view: CustomerView);

    /// Opens the guest's own window, or closes it.
    fn guest_window(&self, on: bool);

    /// Fills the screen with no way out, or gives it back.
    fn full_screen(&self, on: bool);
}
