//! What a command prints: lines for people, or one JSON object a line.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use super::CliError;

/// Where a command's lines go. Each line is flushed before the next step, so that whoever reads
/// them knows what was done even if the program dies.
pub struct Output {
    json: bool,
    lines: Box<dyn Write + Send>,
}

impl Output {
    /// To standard output.
    pub fn to_stdout(json: bool) -> Self {
        Self {
            json,
            lines: Box::new(io::stdout()),
        }
    }

    /// Whether JSON was asked for.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// One line: `value` as JSON, or `text`.
    pub fn line(&mut self, value: &impl Serialize, text: &str) -> Result<(), CliError> {
        let line = if self.json {
            serde_json::to_string(value).map_err(|error| CliError::of("internal", &error))?
        } else {
            text.to_owned()
        };
        writeln!(self.lines, "{line}")
            .and_then(|()| self.lines.flush())
            .map_err(|error| CliError::of("output_closed", &error))
    }

    /// The last line of a command that failed.
    pub fn fail(&mut self, error: &CliError) -> ExitCode {
        if self.json {
            let body = json!({"error": {"code": error.code, "detail": error.detail}});
            // Whoever closed the output does not want to hear why.
            let _ = writeln!(self.lines, "{body}").and_then(|()| self.lines.flush());
        } else {
            let _ = writeln!(io::stderr(), "door: {}", error.detail);
        }
        ExitCode::FAILURE
    }
}
