//! What a provider tells by itself, in this process. A provider with webhooks has a handler that calls
//! [`super::settle()`] in the same way.

use tokio::sync::mpsc::UnboundedReceiver;

use super::Notification;
use super::settle::settle;
use crate::app::App;

/// What the test provider will tell.
pub type Notifications = UnboundedReceiver<Notification>;

/// Settles whatever is told, until the server is told to stop.
pub async fn listen(app: App, mut notifications: Notifications) {
    loop {
        let told = tokio::select! {
            () = app.stopping.cancelled() => None,
            told = notifications.recv() => told,
        };
        let Some(notification) = told else {
            break;
        };
        if let Err(error) = settle(&app, &notification).await {
            let error = anyhow::Error::from(error);
            tracing::error!(payment.id = %notification.payment, error = format!("{error:#}"), "a payment's notification could not be settled");
        }
    }
}
