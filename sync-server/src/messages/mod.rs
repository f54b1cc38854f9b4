//! What leaves by mail. Only from the outbox, which is written in the transaction of what it tells.

pub mod outbox;
