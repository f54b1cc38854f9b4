//! Errors as the pages see them.

use std::error::Error;

use scanner_app::status::ReadStatusError;
use serde::Serialize;

/// Codes exist only where the pages act on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UiErrorCode {
    StatusUnreadable,
}

#[derive(Debug, Serialize)]
pub(crate) struct UiError {
    code: UiErrorCode,
    /// For the person who repairs it: what was tried and each cause below it.
    message: String,
}

impl From<ReadStatusError> for UiError {
    fn from(error: ReadStatusError) -> Self {
        Self {
            code: UiErrorCode::StatusUnreadable,
            message: with_causes(&error),
        }
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reaches_the_page_with_its_code_and_every_cause() {
        let source = std::io::Error::other("disk gone");
        let error = UiError::from(ReadStatusError::LookForReplica {
            folder: "/door".into(),
            source,
        });
        assert_eq!(
            serde_json::to_value(error).unwrap(),
            serde_json::json!({
                "code": "status_unreadable",
                "message": "looking for the replica in /door: disk gone",
            })
        );
    }
}
