//! `door till`: a till without a window. A sale and its payments are one act, so there is no command that only pays.

mod archive;
mod arguments;
mod exchange;
mod print;
mod promotion;
mod standing;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::fact::till::{CashReason, CashWay, ClerkId, Means, RefundReason, Reprinted, SaleId};
use shared::ids::{FactId, TicketId};
use shared::language::Language;
use shared::money::Currency;
use shared::till::cart::Tender;
use shared::till::contact::Contact;
use shared::when::amount;

use self::arguments::{Count, Line, Payment, by_code, means, money, typed_pin};
use self::words::{Said, said};
use super::{CliError, Output, open_replica};
use crate::edge::{OsRandom, SystemClock};
use crate::print::terminal;
use crate::replica::Replica;
use crate::till::{MoveCash, Sale, SaleDone, TakeBack, Till, TillError, Wanted};

/// What `door till` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of this till's data.
    #[arg(long, global = true, default_value = ".")]
    data: PathBuf,
    /// Language: fr, en, es, de, it.
    #[arg(long, global = true, default_value = "fr")]
    lang: Language,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    #[command(flatten)]
    Act(Act),
    /// Take away or check the till's signed archive.
    Archive(archive::Arguments),
    /// Check all journals, and write them with their archives for an inspector. Fails if one is not whole and unaltered.
    Inspect {
        /// Folder to write to; made if there is none.
        #[arg(long, default_value = "controle")]
        to: PathBuf,
    },
    /// Print what waits to be printed.
    Print(print::Arguments),
    /// Choose this till's printers.
    Printer(print::SetUp),
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Begin a shift. The clerk's PIN is read from standard input.
    Open {
        /// Who sells.
        #[arg(long)]
        clerk: ClerkId,
        /// What lies in the drawer: `VALUExPIECES` in cents, with commas: `50x20,1000x5`.
        #[arg(long, default_value = "")]
        float: Count,
    },
    /// Another clerk goes on in this shift. The PIN is read from standard input.
    Clerk {
        /// Who sells from now on.
        clerk: ClerkId,
    },
    /// Sell tickets, with how they are paid.
    Sell {
        /// `EVENT:TYPE:QUANTITY`, and maybe `:REASON`. More than once for more lines.
        #[arg(long = "line", required = true)]
        lines: Vec<Line>,
        /// `cash:CENTS` (all that was given), `card:CENTS`, `refused:CENTS`, `cheque:CENTS`, `voucher:KIND:CENTS`. In the order in which it was paid.
        #[arg(long = "pay")]
        payments: Vec<Payment>,
        /// The sale's id, to tell the same sale twice without making it twice.
        #[arg(long)]
        id: Option<SaleId>,
        /// Whose tickets they are. It stands on them, and goes to the server sealed.
        #[arg(long, default_value = "")]
        name: String,
        /// Where the tickets are sent as well, once the sale is with the server.
        #[arg(long, default_value = "")]
        email: String,
        /// Of tickets and mail: fr, en, es, de, it. Without it that of `--lang`.
        #[arg(long)]
        language: Option<Language>,
        /// A promo code of the store, for the event of the first line. The server is asked, unless it granted the same before.
        #[arg(long)]
        promo: Option<String>,
    },
    /// Sell to learn: counts nowhere.
    Train {
        /// As of a sale.
        #[arg(long = "line", required = true)]
        lines: Vec<Line>,
    },
    /// Take tickets of a sale of this till back.
    Refund {
        /// Which sale.
        sale: SaleId,
        /// Which of its tickets; without it all that are left.
        #[arg(long = "ticket")]
        tickets: Vec<TicketId>,
        /// Why.
        #[arg(long, value_parser = by_code(RefundReason::ALL, RefundReason::code))]
        reason: RefundReason,
        /// By what the money goes back: `cash`, `card`, `cheque`, `voucher:KIND`.
        #[arg(long, value_parser = means)]
        by: Means,
    },
    /// Exchange tickets of a sale of this till for others.
    Exchange(exchange::Arguments),
    /// Print something of a sale once more, as a duplicate.
    Reprint {
        /// Which sale.
        sale: SaleId,
        /// The receipt instead of the tickets.
        #[arg(long, conflicts_with = "ticket")]
        receipt: bool,
        /// One ticket instead of all.
        #[arg(long)]
        ticket: Option<TicketId>,
    },
    /// Put money into the drawer or take some out.
    Cash {
        /// `in` or `out`.
        #[arg(value_parser = by_code(CashWay::ALL, CashWay::code))]
        way: CashWay,
        /// In cents.
        amount: u32,
        /// Why.
        #[arg(long, value_parser = by_code(CashReason::ALL, CashReason::code))]
        reason: CashReason,
    },
    /// How the shift stands: an X. Closes nothing.
    X,
    /// End the shift with what was counted: a Z.
    Close {
        /// What lies in the drawer, as of `--float`.
        #[arg(long, default_value = "")]
        count: Count,
    },
    /// Close the days, months and years that are over, and list all.
    Closing,
    /// How this till stands, without what should be in its drawer.
    Status,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let now_ms = SystemClock.now_ms();
    let opened = || -> Result<(Replica, Till), CliError> {
        let replica = open_replica(&arguments.data)?;
        let till = Till::open(&replica).map_err(|error| failed(&error))?;
        Ok((replica, till))
    };
    let open = || opened().map(|(_, till)| till);
    let act = match &arguments.command {
        Command::Archive(archive) => return archive::run(archive, open, now_ms, output),
        Command::Inspect { to } => return archive::inspect(&open()?, to, now_ms, output),
        Command::Print(print) => return print::run(&open()?, print, arguments.lang, output),
        Command::Printer(printer) => return print::set_up(&open()?, printer, output),
        Command::Act(act) => act,
    };
    let (replica, till) = opened()?;
    let promotion = match act {
        Act::Sell {
            lines, id, promo, ..
        } => {
            let code = promo.as_deref();
            promotion::granted((&replica, &till), code, (&wanted(lines), *id), now_ms)?
        }
        _other => None,
    };
    let done = perform(&till, act, promotion, arguments.lang, now_ms);
    let (value, text) = done.map_err(|error| failed(&error))?;
    output.line(&value, &text)?;
    Ok(ExitCode::SUCCESS)
}

fn failed(error: &TillError) -> CliError {
    CliError::of(error.code(), error)
}

/// Does it: what to tell as JSON, and in words.
fn perform(
    till: &Till,
    act: &Act,
    promotion: Option<FactId>,
    language: Language,
    now_ms: i64,
) -> Result<(Value, String), TillError> {
    let words = |what, told: String| said(what, language, &told);
    Ok(match act {
        Act::Open { clerk, float } => {
            till.open_shift(*clerk, &typed_pin(), float.0.clone(), now_ms)?;
            (
                json!({"opened": clerk}),
                words(Said::Opened, till.name_of(*clerk)?),
            )
        }
        Act::Clerk { clerk } => {
            till.change_clerk(*clerk, &typed_pin(), now_ms)?;
            (
                json!({"clerk": clerk}),
                words(Said::Clerk, till.name_of(*clerk)?),
            )
        }
        Act::Sell {
            lines,
            payments,
            id,
            name,
            email,
            language: of_tickets,
            promo: _,
        } => {
            let of_tickets = of_tickets.unwrap_or(language);
            let contact = match (name.as_str(), email.as_str()) {
                ("", "") => None,
                (name, email) => Some(Contact::typed(name, email, of_tickets)?),
            };
            let sale = Sale {
                id: id.unwrap_or_else(|| FactId::new(now_ms, &mut OsRandom)),
                wanted: wanted(lines),
                tenders: tenders(payments, till.currency()?),
                language: of_tickets,
                contact,
                promotion,
            };
            let done = till.sell(sale, now_ms)?;
            let told = amount(done.total, language);
            (sold_json(&done), words(Said::Sold, told))
        }
        Act::Train { lines } => {
            let (number, total) = till.train(wanted(lines), now_ms)?;
            let value =
                json!({"training": number, "total": total.minor, "currency": total.currency});
            (value, words(Said::Trained, amount(total, language)))
        }
        Act::Refund {
            sale,
            tickets,
            reason,
            by,
        } => {
            let back = TakeBack {
                sale: *sale,
                tickets: tickets.clone(),
                reason: *reason,
                means: *by,
            };
            let done = till.refund(back, now_ms)?;
            let value = json!({
                "refund": done.refund, "receipt": done.receipt, "amount": done.amount.minor,
                "currency": done.amount.currency, "tickets": done.tickets,
            });
            (value, words(Said::Refunded, amount(done.amount, language)))
        }
        Act::Exchange(arguments) => exchange::run(till, arguments, language, now_ms)?,
        Act::Reprint {
            sale,
            receipt,
            ticket,
        } => {
            let what = match ticket {
                Some(ticket) => Reprinted::Ticket(*ticket),
                None if *receipt => Reprinted::Receipt,
                None => Reprinted::Tickets,
            };
            let fact = till.reprint(*sale, what, now_ms)?;
            (
                json!({"reprint": fact}),
                words(Said::Reprinted, sale.to_string()),
            )
        }
        Act::Cash {
            way,
            amount: of,
            reason,
        } => {
            let (way, reason) = (*way, *reason);
            let moved = MoveCash {
                way,
                amount: *of,
                reason,
            };
            till.move_cash(moved, now_ms)?;
            let value = json!({"cash": way.code(), "amount": of, "reason": reason.code()});
            let told = amount(money((*of).into(), till.currency()?), language);
            (value, words(Said::Moved, told))
        }
        Act::X => {
            let x = till.x()?;
            let paper = terminal::told(&till.x_on_paper(language, now_ms)?);
            (json!(x), paper)
        }
        Act::Close { count } => {
            let z = till.close_shift(count.0.clone(), now_ms)?;
            let paper = terminal::told(&till.z_on_paper(z.z, language, now_ms)?);
            (json!(z), paper)
        }
        Act::Closing => {
            let closings = till.closings(now_ms)?;
            let told = standing::closings(&closings, till.currency()?, language);
            (json!({"closings": closings}), words(Said::Closings, told))
        }
        Act::Status => {
            let standing = till.standing()?;
            let clerk = standing
                .clerk
                .map(|clerk| till.name_of(clerk))
                .transpose()?;
            let told = standing::told(&standing, clerk, till.currency()?, language);
            (json!(standing), words(Said::Status, told))
        }
    })
}

fn wanted(lines: &[Line]) -> Vec<Wanted> {
    lines.iter().map(|line| line.0).collect()
}

fn tenders(payments: &[Payment], currency: Currency) -> Vec<Tender> {
    let tenders = payments.iter().map(|payment| match *payment {
        Payment::Cash(minor) => Tender::Cash {
            given: money(minor, currency),
        },
        Payment::Card(minor, outcome) => Tender::Card {
            amount: money(minor, currency),
            outcome,
        },
        Payment::Cheque(minor) => Tender::Cheque {
            amount: money(minor, currency),
        },
        Payment::Voucher(kind, minor) => Tender::Voucher {
            kind,
            amount: money(minor, currency),
        },
    });
    tenders.collect()
}

fn sold_json(done: &SaleDone) -> Value {
    let (seq, [a, b, c, d, ..]) = done.place;
    json!({
        "sale": done.sale, "receipt": done.receipt, "total": done.total.minor,
        "change": done.change.minor, "currency": done.total.currency, "tickets": done.tickets,
        "seq": seq, "hash": format!("{a:02x}{b:02x}{c:02x}{d:02x}"), "made_before": done.made_before,
    })
}
