//! `door till exchange`.

use serde_json::{Value, json};
use shared::fact::till::{Means, SaleId};
use shared::ids::{FactId, TicketId};
use shared::language::Language;
use shared::when::amount;

use super::arguments::{Line, Payment, means};
use super::words::{Said, said};
use super::{sold_json, tenders, wanted};
use crate::edge::OsRandom;
use crate::till::{Exchange, Till, TillError};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The sale whose tickets come back.
    sale: SaleId,
    /// Which of its tickets; without it all that are left.
    #[arg(long = "ticket")]
    tickets: Vec<TicketId>,
    /// What the guest gets for them, as of a sale.
    #[arg(long = "line", required = true)]
    lines: Vec<Line>,
    /// How the difference is paid if the new ones are dearer, as of a sale.
    #[arg(long = "pay")]
    payments: Vec<Payment>,
    /// By what the difference goes back if they are cheaper: `cash`, `card`, `cheque`, `voucher:KIND`.
    #[arg(long, value_parser = means, default_value = "cash")]
    by: Means,
    /// The new sale's id, to tell the same exchange twice without making it twice.
    #[arg(long)]
    id: Option<SaleId>,
}

pub(super) fn run(
    till: &Till,
    arguments: &Arguments,
    language: Language,
    now_ms: i64,
) -> Result<(Value, String), TillError> {
    let currency = till.currency()?;
    let id = arguments.id;
    let exchange = Exchange {
        id: id.unwrap_or_else(|| FactId::new(now_ms, &mut OsRandom)),
        of: arguments.sale,
        tickets: arguments.tickets.clone(),
        wanted: wanted(&arguments.lines),
        tenders: tenders(&arguments.payments, currency),
        back_by: arguments.by,
        language,
        contact: None,
    };
    let done = till.exchange(exchange, None, now_ms)?;
    let mut value = sold_json(&done.sale);
    value["exchange"] = json!({
        "refund": done.refund, "receipt": done.refund_receipt, "tickets": done.tickets,
        "credit": done.credit.minor, "back": done.back.minor,
    });
    let told = format!(
        "{} \u{2192} {}",
        amount(done.credit.plus(done.back).unwrap_or(done.credit), language),
        amount(done.sale.total, language)
    );
    Ok((value, said(Said::Exchanged, language, &told)))
}
