//! The door without a window.

pub mod camera;
pub mod causes;
pub mod cli;
pub mod door;
pub mod edge;
pub mod journal_files;
pub mod key_store;
pub mod online;
pub mod peers;
pub mod print;
pub mod replica;
pub mod search;
pub mod station;
pub mod status;
pub mod supervisor;
pub mod sync;
pub mod till;
pub mod vault;
