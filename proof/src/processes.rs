//! The real programs, started from beside this one, watched and stopped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::api::number;

/// A program of the same build.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()
        .context("finding this program's folder")?
        .with_file_name(name);
    if !path.is_file() {
        bail!(
            "{} is not built; run it by ./hub, which builds it",
            path.display()
        );
    }
    Ok(path)
}

/// A port of the loopback that was free a moment ago.
pub fn free_port() -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
    Ok(listener.local_addr()?.port())
}

/// Sends a signal by name, such as `TERM` or `KILL`.
pub fn signal(pid: u32, name: &str) -> anyhow::Result<()> {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status()
        .context("running kill")?;
    if !status.success() {
        bail!("process {pid} could not be sent {name}");
    }
    Ok(())
}

/// Waits until `child` has ended; kills it after `limit`.
pub fn wait_for_end(child: &mut Child, limit: Duration) -> anyhow::Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().context("asking after a process")? {
            return Ok(status);
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            bail!("a process did not end within {limit:?} of being asked to");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The server, on data and a port that outlive it.
pub struct Server {
    data: PathBuf,
    port: u16,
    settings: Vec<(String, String)>,
    has_demo: bool,
    child: Option<Child>,
}

impl Server {
    /// Not started yet.
    pub fn on(data: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let settings = settings
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Ok(Self {
            data: data.to_owned(),
            port: free_port()?,
            settings,
            has_demo: false,
            child: None,
        })
    }

    /// With the demo's organizer, people and events.
    pub fn with_demo(mut self) -> Self {
        self.has_demo = true;
        self
    }

    /// How it is reached.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Starts it and waits until it is ready.
    pub async fn start(&mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        std::fs::create_dir_all(&self.data).context("making the server's folder")?;
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.data.join("server.log"))?;
        let child = Command::new(program("sync-server")?)
            .arg("serve")
            .args(self.has_demo.then_some("--demo"))
            .env_remove("DATABASE_URL")
            .env("TICKETHUB_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("TICKETHUB_PUBLIC_URL", self.url())
            .env("TICKETHUB_DATA", &self.data)
            .envs(self.settings.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("starting sync-server")?;
        self.child = Some(child);
        self.wait_until_ready(Duration::from_secs(90)).await?;
        Ok(began.elapsed())
    }

    async fn wait_until_ready(&mut self, limit: Duration) -> anyhow::Result<()> {
        let (client, ready) = (reqwest::Client::new(), format!("{}/readyz", self.url()));
        let start = Instant::now();
        loop {
            if client
                .get(&ready)
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
            let ended = self
                .child
                .as_mut()
                .and_then(|child| child.try_wait().ok().flatten());
            if let Some(status) = ended {
                bail!(
                    "the server ended at once ({status}); its log: {}",
                    self.last_log_lines()
                );
            }
            if start.elapsed() > limit {
                bail!(
                    "the server was not ready within {limit:?}; its log: {}",
                    self.last_log_lines()
                );
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Runs another command of the program on the same data, to its end; its JSON lines.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Vec<Value>> {
        let output = Command::new(program("sync-server")?)
            .args(arguments)
            .env_remove("DATABASE_URL")
            .env("TICKETHUB_DATA", &self.data)
            .stdin(Stdio::null())
            .output()
            .context("running sync-server")?;
        if !output.status.success() {
            bail!(
                "sync-server {} failed: {}{}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(json_lines(&output.stdout))
    }

    /// The end of its log.
    pub fn last_log_lines(&self) -> String {
        let log = std::fs::read_to_string(self.data.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(12).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Asks it to stop and waits.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        signal(child.id(), "TERM")?;
        let status = wait_for_end(&mut child, Duration::from_secs(30))?;
        if !status.success() {
            bail!(
                "the server stopped with {status}; its log: {}",
                self.last_log_lines()
            );
        }
        Ok(())
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        child.kill().context("killing the server")?;
        child.wait().context("waiting for the killed server")?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = signal(child.id(), "TERM");
            let _ = wait_for_end(child, Duration::from_secs(10));
        }
    }
}

/// A device: the program `door` on one data folder.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its replica.
    pub data: PathBuf,
    /// What must outlive the replica: the machine's secret and the heads of its journals.
    pub state: PathBuf,
}

/// What a run of `door` left behind.
#[derive(Debug)]
pub struct DoorRun {
    /// It ended with 0.
    pub succeeded: bool,
    /// Its JSON lines.
    pub lines: Vec<Value>,
    /// What it said on stderr.
    pub stderr: String,
}

impl Device {
    /// A device below `folder`.
    pub fn below(folder: &Path, name: &str) -> Self {
        Self {
            data: folder.join(name),
            state: folder.join(format!("{name}-state")),
        }
    }

    /// The command `door ARGS --data DIR --json`.
    pub fn command(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(program("door")?);
        command
            .args(arguments)
            .arg("--json")
            .env("TICKETHUB_STATE", &self.state);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }

    /// Runs it to its end with `--data`.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<DoorRun> {
        let data = self.data.to_string_lossy().into_owned();
        let output = self
            .command(&[arguments, &["--data", &data]].concat())?
            .output()
            .context("running door")?;
        Ok(DoorRun {
            succeeded: output.status.success(),
            lines: json_lines(&output.stdout),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it to its end; anything but success is an error.
    pub fn run_well(&self, arguments: &[&str]) -> anyhow::Result<Vec<Value>> {
        let run = self.run(arguments)?;
        if !run.succeeded {
            bail!(
                "door {} failed: {:?} {}",
                arguments.join(" "),
                run.lines.last(),
                run.stderr
            );
        }
        Ok(run.lines)
    }

    /// Checks all its journals from their first facts on; how many facts they have.
    pub fn verified_facts(&self) -> anyhow::Result<u64> {
        let data = self.data.to_string_lossy().into_owned();
        let output = self
            .command(&["journal", "verify", &data])?
            .output()
            .context("running door journal verify")?;
        if !output.status.success() {
            bail!(
                "the door's journals do not verify: {}",
                String::from_utf8_lossy(&output.stdout)
            );
        }
        let reports = json_lines(&output.stdout);
        reports.iter().try_fold(0, |facts, report| {
            Ok(facts + number(report, "/facts")?.cast_unsigned())
        })
    }
}

/// The JSON objects among the lines of an output.
pub fn json_lines(output: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(output)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}
