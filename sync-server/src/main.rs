//! The program `sync-server`.

fn main() {}
