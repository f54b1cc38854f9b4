//! The public API as a stranger's program sees it: JSON over HTTP.

use anyhow::{Context as _, bail};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

/// A caller, with or without a log-in.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
    token: Option<String>,
}

impl Api {
    /// Nobody in particular.
    pub fn guest(server_url: &str) -> Self {
        Self {
            client: Client::new(),
            base: format!("{server_url}/api/v1"),
            token: None,
        }
    }

    /// The same caller, logged in.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// What it shows of its log-in.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Any request; the answer's status and JSON (null if it has none).
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("{method} {path}"))?;
        let status = answer.status();
        let bytes = answer
            .bytes()
            .await
            .with_context(|| format!("{method} {path}: reading the answer"))?;
        Ok((
            status,
            serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        ))
    }

    async fn expect(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let (status, answer) = self.call(method.clone(), path, body).await?;
        if !status.is_success() {
            bail!("{method} {path} was answered {status}: {answer}");
        }
        Ok(answer)
    }

    /// GET that must succeed.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.expect(Method::GET, path, None).await
    }

    /// POST that must succeed.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.expect(Method::POST, path, Some(body)).await
    }

    /// PUT that must succeed.
    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.expect(Method::PUT, path, Some(body)).await
    }

    /// GET of bytes that must succeed.
    pub async fn bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let mut request = self.client.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request
            .send()
            .await?
            .error_for_status()
            .with_context(|| format!("GET {path}"))?;
        Ok(answer.bytes().await?.to_vec())
    }
}

/// A text of an answer.
pub fn text<'a>(value: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .with_context(|| format!("no text {pointer} in {value}"))
}

/// A number of an answer.
pub fn number(value: &Value, pointer: &str) -> anyhow::Result<i64> {
    value
        .pointer(pointer)
        .and_then(Value::as_i64)
        .with_context(|| format!("no number {pointer} in {value}"))
}
