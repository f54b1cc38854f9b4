//! Builds anew when a schema step is added: the steps are compiled in.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
