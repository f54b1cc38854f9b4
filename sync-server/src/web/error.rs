//! When to use what: a handler returns [`ApiError`], made by one of its constructors from a domain
//! error. A failure of the server is logged once, here, and its cause never leaves the machine.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use shared::wire::latest::{ErrorBody, ErrorCode};

/// Marks an answer whose body is the envelope, so that a browser can be shown a page instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IsError;

/// An answer that is an error.
#[derive(Debug)]
pub struct ApiError {
    body: ErrorBody,
    retry_after_seconds: Option<u32>,
    cause: Option<anyhow::Error>,
}

impl ApiError {
    /// `detail`: what happened and what to do next, for a person.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        let body = ErrorBody {
            code,
            detail: detail.into(),
            fields: BTreeMap::new(),
        };
        Self {
            body,
            retry_after_seconds: None,
            cause: None,
        }
    }

    /// Fields that are wrong, each with what is wrong.
    pub fn invalid<K: Into<String>, V: Into<String>>(
        fields: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let mut error = Self::new(
            ErrorCode::InvalidRequest,
            "Some fields are not as they must be; see `fields`.",
        );
        error.body.fields = fields
            .into_iter()
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        error
    }

    /// There is none, or it isn't theirs to see.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("There is no such {what}, or it is not yours to see."),
        )
    }

    /// Signed in, but without the role.
    pub fn forbidden() -> Self {
        Self::new(
            ErrorCode::Forbidden,
            "Your role does not allow this; ask the organizer's owner for it.",
        )
    }

    /// The server's own failure.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        let detail =
            "Something failed on our side and was noted. Nothing was half done; try again.";
        Self {
            cause: Some(cause.into()),
            ..Self::new(ErrorCode::Internal, detail)
        }
    }

    /// Not now.
    pub fn unavailable(seconds: u32) -> Self {
        let detail =
            "The server is busy with this event; try again in a moment. Nothing was half done.";
        Self {
            retry_after_seconds: Some(seconds),
            ..Self::new(ErrorCode::Unavailable, detail)
        }
    }

    /// Adds `Retry-After`.
    pub fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after_seconds: Some(seconds),
            ..self
        }
    }

    /// Adds a detail that programs may read.
    pub fn with_field(mut self, key: &str, value: impl Into<String>) -> Self {
        self.body.fields.insert(key.to_owned(), value.into());
        self
    }

    /// What `Retry-After` says.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after_seconds
    }

    /// What programs branch on.
    pub fn code(&self) -> ErrorCode {
        self.body.code
    }
}

impl From<sqlx::Error> for ApiError {
    /// Lock time-outs (55P03) and an exhausted pool pass; all else is the server's failure.
    fn from(error: sqlx::Error) -> Self {
        let lock_timed_out = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .is_some_and(|code| code == "55P03");
        match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed => {
                Self::unavailable(2)
            }
            other if lock_timed_out => {
                tracing::warn!(error = %other, "a lock was waited for too long");
                Self::unavailable(1)
            }
            other => Self::internal(other),
        }
    }
}

impl From<crate::vault::UnsealError> for ApiError {
    fn from(error: crate::vault::UnsealError) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(error = format!("{cause:#}"), "a request failed");
        }
        let status = StatusCode::from_u16(self.body.code.status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self.body)).into_response();
        response.extensions_mut().insert(IsError);
        if let Some(seconds) = self.retry_after_seconds {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
