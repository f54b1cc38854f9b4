//! The program `stripe-double`: says its address, then answers until it is stopped.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Parser;
use stripe_double::edge::{OsRandom, SystemClock};
use stripe_double::{Double, Settings};

/// A stand-in for Stripe. No money moves here.
#[derive(Parser)]
#[command(name = "stripe-double", version)]
struct Arguments {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:12111")]
    listen: SocketAddr,
    /// The key that calls must show.
    #[arg(long, default_value = "sk_test_double")]
    key: String,
    /// Where events are told.
    #[arg(long, requires = "webhook_secret")]
    webhook: Option<String>,
    /// What they are signed with.
    #[arg(long)]
    webhook_secret: Option<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let settings = Settings {
        listen: arguments.listen,
        secret_key: arguments.key,
        ..Settings::new(Arc::new(SystemClock), Box::new(OsRandom))
    };
    let double = Double::start(settings).await?;
    if let (Some(url), Some(secret)) = (arguments.webhook, arguments.webhook_secret) {
        double.deliver_to(&url, &[secret]);
    }
    let mut out = std::io::stdout();
    writeln!(out, "listening on {}", double.base())?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}
