//! Lines that all servers share.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, Script};
use shared::clock::UnixMillis;
use shared::ids::EventId;

use super::line::{BURST_SECONDS, Standing, turn};
use super::{Ask, FORGOTTEN_AFTER};

/// Whoever books does not wait longer for Redis.
const PATIENCE: Duration = Duration::from_millis(500);

/// An address that is none.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct RedisUrlError(#[from] RedisError);

/// Lines in Redis, one hash for each event: `tickethub:line:{event}`.
#[derive(Clone)]
pub(super) struct RedisLines {
    connection: ConnectionManager,
    script: Script,
}

impl RedisLines {
    /// Connects to it when it is needed, and again when it was away.
    pub(super) fn at(url: &str) -> Result<Self, RedisUrlError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?,
            script: Script::new(include_str!("line.lua")),
        })
    }

    pub(super) async fn ask(
        &self,
        event: EventId,
        ask: Ask,
        per_second: f64,
        now_ms: UnixMillis,
    ) -> Result<Standing, RedisError> {
        let number = match ask {
            Ask::Join => 0,
            Ask::Of(number) => number,
        };
        let mut invocation = self.script.key(format!("tickethub:line:{event}"));
        invocation
            .arg(now_ms)
            .arg(per_second)
            .arg(BURST_SECONDS)
            .arg(number)
            .arg(FORGOTTEN_AFTER.as_secs());
        let mut connection = self.connection.clone();
        let (number, admitted): (u64, f64) = invocation.invoke_async(&mut connection).await?;
        Ok(Standing {
            number,
            turn: turn(number, admitted, per_second),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::process::{Child, Command, Stdio};

    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};
    use uuid::Uuid;

    use super::super::WaitingRoom;
    use super::super::line::{Line, Turn};
    use super::*;

    /// A real one, on a port of its own, that keeps nothing.
    struct Redis {
        child: Child,
        port: u16,
    }

    impl Redis {
        async fn start() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            drop(listener);
            let child = Command::new("redis-server")
                .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
                .args(["--save", "", "--appendonly", "no"])
                .stdout(Stdio::null())
                .spawn()
                .expect("redis-server of Debian's package redis-server");
            let redis = Self { child, port };
            let client = Client::open(redis.url()).unwrap();
            while client.get_multiplexed_async_connection().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            redis
        }

        fn url(&self) -> String {
            format!("redis://127.0.0.1:{}", self.port)
        }
    }

    impl Drop for Redis {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    fn event(n: u128) -> EventId {
        EventId(Uuid::from_u128(n))
    }

    #[tokio::test]
    async fn redis_and_memory_say_the_same_of_the_same_line() {
        let redis = Redis::start().await;
        let lines = RedisLines::at(&redis.url()).unwrap();
        for seed in 0..8 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut now_ms = 1_700_000_000_000;
            let mut per_second: f64 = 10.0;
            let mut line = None;
            for step in 0..200 {
                now_ms += random.random_range(-20..200);
                per_second = (per_second * random.random_range(0.8..1.2)).clamp(1.0, 50.0);
                let ask = match random.random_range(0..3) {
                    0 => Ask::Of(random.random_range(1..=60)),
                    _ => Ask::Join,
                };
                let expected = line
                    .get_or_insert_with(|| Line::new(per_second, now_ms))
                    .ask(ask, per_second, now_ms);
                let told = lines
                    .ask(event(seed.into()), ask, per_second, now_ms)
                    .await
                    .unwrap();
                assert_eq!(told, expected, "seed {seed}, step {step}");
            }
        }
    }

    #[tokio::test]
    async fn two_servers_have_one_line_and_go_on_without_redis() {
        let redis = Redis::start().await;
        let servers = [(); 2].map(|()| WaitingRoom::at(Some(&redis.url())).unwrap());
        let mut numbers = Vec::new();
        for n in 0..120 {
            let (place, _) = servers[n % 2].join(event(1), 5_000).await;
            numbers.push(place.number);
        }
        assert_eq!(numbers, (1..=120).collect::<Vec<u64>>());
        drop(redis);
        let (place, turn) = servers[0].join(event(1), 5_000).await;
        assert_eq!((place.number, turn), (1, Turn::Now));
    }

    #[test]
    fn an_address_of_something_else_is_refused() {
        assert!(RedisLines::at("http://127.0.0.1").is_err());
    }
}
