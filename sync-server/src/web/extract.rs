//! axum's extractors, with our error envelope when they refuse.

use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::{IntoResponse, Response};
use shared::wire::latest::ErrorCode;

use super::ApiError;

/// A JSON body, in or out.
#[derive(Clone, Copy, Debug, FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub struct Json<T>(pub T);

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// What stands in the address.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub struct Path<T>(pub T);

/// What stands behind the `?`.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub struct Query<T>(pub T);

/// A form that a page sent.
#[derive(Clone, Copy, Debug, FromRequest)]
#[from_request(via(axum::Form), rejection(ApiError))]
pub struct Form<T>(pub T);

impl From<FormRejection> for ApiError {
    fn from(rejection: FormRejection) -> Self {
        Self::new(
            ErrorCode::MalformedBody,
            format!(
                "The form is not what is expected here: {}",
                rejection.body_text()
            ),
        )
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            return Self::new(
                ErrorCode::TooLarge,
                "The body is larger than is taken here; send less at once.",
            );
        }
        Self::new(
            ErrorCode::MalformedBody,
            format!(
                "The body is not what is expected here: {}",
                rejection.body_text()
            ),
        )
    }
}

impl From<PathRejection> for ApiError {
    /// An id that isn't one names nothing.
    fn from(_: PathRejection) -> Self {
        Self::new(
            ErrorCode::NotFound,
            "The address holds something that is no id.",
        )
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(
            ErrorCode::InvalidRequest,
            format!(
                "The address's parameters are wrong: {}",
                rejection.body_text()
            ),
        )
    }
}
