//! The demo, the benches and the long proofs.

fn main() {}
