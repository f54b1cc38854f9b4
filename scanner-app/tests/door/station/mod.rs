//! A station, as a window drives it, with a screen that remembers what it was told.

mod at_till;
mod counter;
mod enrolled;
mod faults;
mod files;
mod printing;
mod reading;
mod reserved;
mod screen;
mod supervisor;
