//! The headless door: see `door --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    scanner_app::cli::main()
}
