//! The built-in provider: no money, but every habit of a real one. The method token chooses the habit:
//!
//! | method | what it does |
//! | --- | --- |
//! | `accept` | succeeds at once |
//! | `decline` | declines at once |
//! | `delay`, `delay:MS` | answers nothing, succeeds by notification after 2 s or MS milliseconds (at most 60,000) |
//! | `repeat` | succeeds at once and notifies so three times more |
//! | `reorder` | answers nothing; its notifications come in the wrong order: succeeded, then the older declined |
//! | `hang` | answers nothing, ever |
//! | `accept_keep` | succeeds at once and later refuses to give money back |

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::mpsc::UnboundedSender;

use super::listen::Notifications;
use super::provider::{
    AskError, GiveBack, GiveBackError, Notification, Outcome, PaymentProvider, PaymentRequest,
    Question, Standing, StartError, Started,
};

const DELAY_MS: u64 = 2_000;
const LONGEST_DELAY_MS: u64 = 60_000;
const REPEATS: usize = 3;
const KEEPS: &str = "test_keeps_";

/// See the table above.
#[derive(Debug)]
pub struct TestProvider {
    notify: UnboundedSender<Notification>,
}

impl TestProvider {
    /// A provider and what it will tell by itself.
    pub fn new() -> (Self, Notifications) {
        let (notify, notifications) = tokio::sync::mpsc::unbounded_channel();
        (Self { notify }, notifications)
    }

    fn answer(&self, request: &PaymentRequest) -> Result<Started, StartError> {
        let notification = |outcome| notification(request, "test_", outcome);
        let succeeded = notification(Outcome::Succeeded(request.amount));
        match request.method.as_str() {
            "accept" => Ok(Started::Decided(succeeded)),
            "accept_keep" => Ok(Started::Decided(self::notification(
                request,
                KEEPS,
                Outcome::Succeeded(request.amount),
            ))),
            "decline" => Ok(Started::Decided(notification(Outcome::Declined))),
            "repeat" => {
                (0..REPEATS).for_each(|_| self.tell(succeeded.clone()));
                Ok(Started::Decided(succeeded))
            }
            "reorder" => {
                self.tell(succeeded);
                self.tell(notification(Outcome::Declined));
                Ok(Started::Waiting)
            }
            "hang" => Ok(Started::Waiting),
            other => {
                let delay = delay(other).ok_or(StartError::UnknownMethod)?;
                let notify = self.notify.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    // Nobody listens any more: the server is stopping.
                    let _ = notify.send(succeeded);
                });
                Ok(Started::Waiting)
            }
        }
    }

    fn tell(&self, notification: Notification) {
        // As above.
        let _ = self.notify.send(notification);
    }
}

impl PaymentProvider for TestProvider {
    fn name(&self) -> &'static str {
        "test"
    }

    fn tells_others(&self) -> bool {
        false
    }

    fn start<'a>(
        &'a self,
        request: &'a PaymentRequest,
    ) -> BoxFuture<'a, Result<Started, StartError>> {
        std::future::ready(self.answer(request)).boxed()
    }

    /// It tells by itself, or never.
    fn ask<'a>(&'a self, _: &'a Question) -> BoxFuture<'a, Result<Standing, AskError>> {
        std::future::ready(Ok(Standing::Open { onward: None })).boxed()
    }

    fn give_back<'a>(&'a self, request: &'a GiveBack) -> BoxFuture<'a, Result<(), GiveBackError>> {
        let answer = if request.reference.starts_with(KEEPS) {
            Err(GiveBackError::Refused)
        } else {
            Ok(())
        };
        std::future::ready(answer).boxed()
    }
}

fn notification(request: &PaymentRequest, prefix: &str, outcome: Outcome) -> Notification {
    Notification {
        payment: request.payment,
        order: request.order,
        reference: format!("{prefix}{}", request.payment),
        outcome,
    }
}

fn delay(method: &str) -> Option<Duration> {
    let ms = match method.strip_prefix("delay")? {
        "" => DELAY_MS,
        rest => rest.strip_prefix(':')?.parse().ok()?,
    };
    (ms <= LONGEST_DELAY_MS).then(|| Duration::from_millis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_has_a_bound() {
        assert_eq!(delay("delay"), Some(Duration::from_secs(2)));
        assert_eq!(delay("delay:5"), Some(Duration::from_millis(5)));
        assert_eq!(delay("delay:60001"), None);
        assert_eq!(delay("delayed"), None);
        assert_eq!(delay("later"), None);
    }
}
