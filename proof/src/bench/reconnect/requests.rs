//! What the server was asked, by its own figures at `/metrics`.

use anyhow::Context as _;

use crate::processes::Server;

/// Requests of devices so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// All.
    pub all: u64,
    /// Those that were not answered well.
    pub failed: u64,
}

impl Requests {
    /// As the server has counted until now.
    pub async fn of(server: &Server) -> anyhow::Result<Self> {
        let address = format!("{}/metrics", server.url());
        let figures = reqwest::get(address).await?.error_for_status()?;
        Self::read(&figures.text().await?).context("the server's figures can't be read")
    }

    fn read(figures: &str) -> anyhow::Result<Self> {
        let mut requests = Self::default();
        for line in figures.lines() {
            let Some((labels, count)) = line
                .strip_prefix("http_requests_total{")
                .and_then(|line| line.rsplit_once("} "))
            else {
                continue;
            };
            if !labels.contains("route=\"/api/v1/sync/") {
                continue;
            }
            let count: u64 = count.trim().parse()?;
            requests.all += count;
            if !labels.contains("status=\"2xx\"") {
                requests.failed += count;
            }
        }
        Ok(requests)
    }

    /// Since an earlier count.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            all: self.all - earlier.all,
            failed: self.failed - earlier.failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_of_devices_are_counted_and_only_good_answers_are_good() {
        let figures = r#"# TYPE http_requests_total counter
http_requests_total{method="POST",route="/api/v1/sync/facts",status="2xx"} 40
http_requests_total{method="POST",route="/api/v1/sync/facts",status="5xx"} 2
http_requests_total{method="GET",route="/api/v1/sync/events/{event}/changes",status="4xx"} 1
http_requests_total{method="GET",route="/metrics",status="2xx"} 7
http_request_seconds_count{method="GET",route="/api/v1/sync/session"} 3
"#;
        let all = Requests { all: 43, failed: 3 };
        assert_eq!(Requests::read(figures).unwrap(), all);
    }
}
