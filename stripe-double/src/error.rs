//! Errors in the form in which Stripe answers them.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A request that is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    decline_code: Option<&'static str>,
    message: String,
    /// With a declined card: the intent as it is now.
    intent: Option<Box<Value>>,
}

impl Refusal {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            code: None,
            param: None,
            decline_code: None,
            message: message.into(),
            intent: None,
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    pub(crate) fn key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_request_error",
            "Invalid API Key provided: sk_test_****",
        )
    }

    pub(crate) fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}."))
            .code("parameter_missing")
            .param(param)
    }

    pub(crate) fn unknown_param(param: &str) -> Self {
        Self::invalid(format!("Received unknown parameter: {param}"))
            .code("parameter_unknown")
            .param(param)
    }

    pub(crate) fn none(what: &str, id: &str) -> Self {
        let mut refusal = Self::invalid(format!("No such {what}: '{id}'"))
            .code("resource_missing")
            .param("id");
        refusal.status = StatusCode::NOT_FOUND;
        refusal
    }

    pub(crate) fn no_route(method: &str, path: &str) -> Self {
        let mut refusal = Self::invalid(format!("Unrecognized request URL ({method}: {path})."));
        refusal.status = StatusCode::NOT_FOUND;
        refusal
    }

    pub(crate) fn other_body(key: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "idempotency_error",
            format!(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
            ),
        )
    }

    pub(crate) fn declined(decline_code: &'static str, intent: Value) -> Self {
        let mut refusal = Self::new(
            StatusCode::PAYMENT_REQUIRED,
            "card_error",
            "Your card was declined.",
        )
        .code("card_declined");
        refusal.decline_code = Some(decline_code);
        refusal.intent = Some(Box::new(intent));
        refusal
    }

    pub(crate) fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "api_error",
            "Sorry! There was an error while talking to one of our backends.",
        )
    }

    pub(crate) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(crate) fn param(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    /// Stripe keeps what was answered under an idempotency key once the work had begun; not what failed to be valid.
    pub(crate) fn is_kept(&self) -> bool {
        self.status == StatusCode::PAYMENT_REQUIRED
            || self.status == StatusCode::INTERNAL_SERVER_ERROR
    }

    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        let fields = [
            ("code", self.code.map(str::to_owned)),
            ("param", self.param.clone()),
            ("decline_code", self.decline_code.map(str::to_owned)),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                error[name] = json!(value);
            }
        }
        if let Some(intent) = &self.intent {
            error["payment_intent"] = Value::clone(intent);
        }
        json!({ "error": error })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, axum::Json(self.body())).into_response()
    }
}
