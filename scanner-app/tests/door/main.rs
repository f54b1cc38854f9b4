//! The door on real files: replica, journal, pictures, the program itself.

/// What is allocated, to the byte: for a test that runs alone.
#[global_allocator]
static ALLOCATED: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

mod box_office;
mod by_hand;
mod claims;
mod crashes;
mod faults;
mod journals;
mod key_store;
mod lan;
mod names;
mod photos;
mod print;
mod program;
mod replica;
mod resets;
mod run;
mod scans;
mod sign_off;
mod station;
mod supervisors;
mod sync;
mod till;
mod venue;
mod webcam;
