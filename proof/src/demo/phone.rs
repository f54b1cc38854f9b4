//! A stranger's phone: a real browser without a window, driven by `ui/e2e/store/phone.mjs`.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

use crate::processes::wait_for_end;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/e2e/store/phone.mjs");
const LONGEST_END: Duration = Duration::from_secs(10);

/// Goes when it is dropped.
pub struct Phone {
    child: Child,
    says: Option<ChildStdin>,
    hears: Lines<BufReader<ChildStdout>>,
}

impl Phone {
    /// Turned on.
    pub fn on() -> anyhow::Result<Self> {
        let mut child = Command::new("node")
            .arg(PROGRAM)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("running node, which ./hub provides")?;
        let (says, hears) = (child.stdin.take(), child.stdout.take());
        Ok(Self {
            child,
            says,
            hears: BufReader::new(hears.context("the phone's output")?).lines(),
        })
    }

    /// Has it do something; its answer.
    pub fn does(&mut self, command: &Value) -> anyhow::Result<Value> {
        let says = self.says.as_mut().context("the phone was turned off")?;
        writeln!(says, "{command}").context("telling the phone what to do")?;
        let line = self.hears.next().with_context(|| {
            format!("the phone's browser gave up at {command}; is chromium installed?")
        })?;
        serde_json::from_str(&line?).context("reading the phone's answer")
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        drop(self.says.take());
        let _ = wait_for_end(&mut self.child, LONGEST_END);
    }
}
