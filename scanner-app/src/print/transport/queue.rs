//! Queues of CUPS, by its own programs `lp` and `lpstat`: a queue that works for other programs works here.

use std::io::ErrorKind;
use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::conversation::Patience;
use super::{Failure, within};
use crate::print::job::Handed;
use crate::print::printer::Speaks;
use crate::print::trouble::Trouble;

pub(super) async fn hand_over(
    bytes: &[u8],
    title: &str,
    name: &str,
    speaks: &Speaks,
    patience: &Patience,
) -> Result<Handed, Failure> {
    stands(name, patience).await?;
    let mut lp = cups("lp");
    lp.args(["-s", "-d", name, "-t", title]);
    match speaks {
        // The printer's own language: nothing in between may touch it.
        Speaks::EscPos(_) | Speaks::Fgl(_) | Speaks::Zpl(_) => {
            lp.args(["-o", "raw"]);
        }
        Speaks::Pdf(_) => {}
    }
    let mut child = lp
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Failure::before(trouble_of(&error)))?;
    let given = async {
        if let Some(mut input) = child.stdin.take() {
            // What it refuses shows in how it ends.
            let _ = input.write_all(bytes).await;
        }
        child.wait().await
    };
    // `lp` gives the whole job to CUPS, or nothing.
    match within(patience.stall, given).await {
        Some(Ok(status)) if status.success() => Ok(Handed::Over),
        Some(Ok(_) | Err(_)) => Err(Failure::before(Trouble::QueueStopped)),
        None => Err(Failure::before(Trouble::Stalled)),
    }
}

/// The queues that this machine knows.
pub async fn list(patience: &Patience) -> Result<Vec<String>, Trouble> {
    let output = run(cups("lpstat").arg("-e"), patience).await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.lines().map(str::trim).filter(|name| !name.is_empty());
    Ok(names.map(ToOwned::to_owned).collect())
}

/// Is there such a queue, does it take jobs, and does it print them?
async fn stands(name: &str, patience: &Patience) -> Result<(), Failure> {
    let before = Failure::before;
    let printer = run(cups("lpstat").args(["-p", name]), patience).await;
    let printer = printer.map_err(before)?;
    if !printer.status.success() {
        return Err(before(Trouble::NoQueue));
    }
    let accepts = run(cups("lpstat").args(["-a", name]), patience).await;
    let accepts = accepts.map_err(before)?;
    let says = |output: &Output, text: &str| String::from_utf8_lossy(&output.stdout).contains(text);
    if says(&printer, "disabled since") || says(&accepts, "not accepting requests") {
        return Err(before(Trouble::QueueStopped));
    }
    Ok(())
}

async fn run(command: &mut Command, patience: &Patience) -> Result<Output, Trouble> {
    command.stdin(Stdio::null()).kill_on_drop(true);
    match within(patience.stall, command.output()).await {
        Some(Ok(output)) => Ok(output),
        Some(Err(error)) => Err(trouble_of(&error)),
        None => Err(Trouble::Stalled),
    }
}

/// With answers in the words that this file knows.
fn cups(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C");
    command
}

fn trouble_of(error: &std::io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::NotFound => Trouble::NoCups,
        _ => Trouble::QueueStopped,
    }
}
