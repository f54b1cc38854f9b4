//! Rooms of a building: a network namespace for each door, joined by a bridge. Everything is done by iproute2 and
//! util-linux, as root or in a user namespace of one's own.

use std::cell::RefCell;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsFd as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::net::TcpListener;

/// Where doors take calls unless told otherwise.
pub const PORT: u16 = 7464;
const BRIDGE: &str = "hall";
const SOON: Duration = Duration::from_secs(10);

/// What a namespace must let us do; said by the shell that fails.
const NEEDED: &str = "ip link set lo up && ip link add hall type bridge && ip link add room0 type veth peer name room9 && \
    ip rule add ipproto tcp sport 7464 to 10.77.0.2 blackhole && unshare --net true";

/// A command that runs in a network namespace of its own, in which it may do everything.
fn apart() -> Command {
    let mut command = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        // The same user as before: PostgreSQL refuses one that looks like root.
        command.args(["--user", "--map-current-user", "--keep-caps"]);
    }
    command.args(["--net", "--"]);
    command
}

/// Why there can be no rooms here, if there can't.
pub fn refusal() -> Option<String> {
    let mut tried = apart();
    tried.args(["sh", "-c", NEEDED]);
    why_not(tried)
}

/// Runs this program once more, with these arguments, in a namespace of its own.
pub fn run_apart(arguments: &[String]) -> anyhow::Result<()> {
    let status = apart()
        .arg(std::env::current_exe().context("finding this program")?)
        .args(arguments)
        .status()
        .context("running unshare")?;
    ensure!(status.success(), "the proof in namespaces failed");
    Ok(())
}

/// One door's room. Dropping it ends it.
pub struct Room {
    keeper: Child,
    number: u8,
    /// What was cut, each with the arguments of `ip` that mend it.
    cut: RefCell<Vec<Vec<String>>>,
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

/// The hall and so many rooms around it.
pub fn build(rooms: u8) -> anyhow::Result<Vec<Room>> {
    ip(&["link", "set", "lo", "up"])?;
    ip(&["link", "add", BRIDGE, "type", "bridge"])?;
    ip(&["link", "set", BRIDGE, "up"])?;
    (1..=rooms).map(Room::build).collect()
}

/// Makes every line between two rooms a delay of 20 ms; why not, if this kernel can't.
pub fn delay_lines(rooms: &[Room]) -> Option<String> {
    let netem = |device: &str| {
        // Not every user has its folder in the path.
        let mut command = Command::new("/sbin/tc");
        command.args(["qdisc", "add", "dev", device, "root", "netem"]);
        command.args(["delay", "10ms"]);
        command
    };
    rooms.iter().find_map(|room| {
        // Half on the way into the hall and half on the way out of it.
        let each = [room.around(&netem("eth0")), netem(&room.socket())];
        each.into_iter().find_map(why_not)
    })
}

fn why_not(mut command: Command) -> Option<String> {
    match command.output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Some(said.lines().last().unwrap_or("no word why").to_owned())
        }
        Err(error) => Some(error.to_string()),
    }
}

impl Room {
    fn build(number: u8) -> anyhow::Result<Self> {
        // It lives as long as we don't close its input, so no longer than this process.
        let keeper = Command::new("unshare")
            .args(["--net", "--", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("running unshare")?;
        let room = Self {
            keeper,
            number,
            cut: RefCell::default(),
        };
        room.wait_until_apart()?;
        let (socket, pid) = (room.socket(), room.keeper.id().to_string());
        let end = ["peer", "name", "eth0", "netns", &pid];
        ip(&[&["link", "add", &socket, "type", "veth"][..], &end].concat())?;
        ip(&["link", "set", &socket, "master", BRIDGE])?;
        ip(&["link", "set", &socket, "up"])?;
        room.ip(&["link", "set", "lo", "up"])?;
        let address = format!("{}/24", room.ip_address());
        room.ip(&["address", "add", &address, "dev", "eth0"])?;
        room.ip(&["link", "set", "eth0", "up"])?;
        Ok(room)
    }

    fn wait_until_apart(&self) -> anyhow::Result<()> {
        let (here, there) = ("/proc/self/ns/net".to_owned(), self.path());
        let began = Instant::now();
        while fs::read_link(&here).ok() == fs::read_link(&there).ok() {
            ensure!(began.elapsed() < SOON, "a namespace did not come about");
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    fn path(&self) -> String {
        format!("/proc/{}/ns/net", self.keeper.id())
    }

    /// Its end of the line in the hall.
    fn socket(&self) -> String {
        format!("room{}", self.number)
    }

    fn ip_address(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, 0, self.number)
    }

    /// Where its door takes calls.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((self.ip_address(), PORT))
    }

    /// The same command, in the room. The process is the command's own.
    pub fn around(&self, command: &Command) -> Command {
        let mut inside = Command::new("nsenter");
        inside.arg(format!("--net={}", self.path())).arg("--");
        inside.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                inside.env(name, value);
            }
        }
        inside
    }

    /// Listens on the room's loopback.
    pub fn listen(&self, port: u16) -> anyhow::Result<TcpListener> {
        let listener = self.within(move || {
            let listener = std::net::TcpListener::bind(("127.0.0.1", port))?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        })?;
        Ok(TcpListener::from_std(listener)?)
    }

    /// A socket from which the whole hall can be told something.
    pub fn speaker(&self, port: u16) -> anyhow::Result<UdpSocket> {
        self.ip(&["route", "add", "224.0.0.0/4", "dev", "eth0"])?;
        self.within(move || {
            let socket = UdpSocket::bind(("0.0.0.0", port))?;
            socket.set_multicast_ttl_v4(255)?;
            Ok(socket)
        })
    }

    /// Only the thread that does it is in the room; sockets that it makes stay there.
    fn within<T: Send + 'static>(
        &self,
        act: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let path = self.path();
        let acting = std::thread::spawn(move || {
            let room = File::open(&path).context("opening a namespace")?;
            move_into_link_name_space(room.as_fd(), Some(LinkNameSpaceType::Network))
                .context("entering a namespace")?;
            act()
        });
        match acting.join() {
            Ok(done) => done,
            Err(_) => bail!("what ran in a namespace panicked"),
        }
    }

    /// Nothing that this room sends reaches the other one; it hears it.
    pub fn send_nothing_to(&self, other: &Self) -> anyhow::Result<()> {
        let to = format!("{}/32", other.ip_address());
        self.cut(&["route", "add", "blackhole", &to], &["route", "del", &to])
    }

    /// The other one can't call this room, as behind a firewall; this room can call it.
    pub fn take_no_calls_of(&self, other: &Self) -> anyhow::Result<()> {
        let to = other.ip_address().to_string();
        let port = PORT.to_string();
        let rule = ["ipproto", "tcp", "sport", &port, "to", &to, "blackhole"];
        self.cut(
            &[&["rule", "add"][..], &rule].concat(),
            &[&["rule", "del"][..], &rule].concat(),
        )
    }

    /// The cable is out.
    pub fn unplug(&self) -> anyhow::Result<()> {
        self.cut(
            &["link", "set", "eth0", "down"],
            &["link", "set", "eth0", "up"],
        )
    }

    /// Takes back all that was done to the room's lines.
    pub fn heal(&self) -> anyhow::Result<()> {
        self.cut.take().iter().rev().try_for_each(|mend| {
            let mend: Vec<&str> = mend.iter().map(String::as_str).collect();
            self.ip(&mend)
        })
    }

    fn cut(&self, cut: &[&str], mend: &[&str]) -> anyhow::Result<()> {
        self.ip(cut)?;
        let mend = mend.iter().map(|word| (*word).to_owned()).collect();
        self.cut.borrow_mut().push(mend);
        Ok(())
    }

    fn ip(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let mut command = Command::new("ip");
        command.args(arguments);
        succeed(self.around(&command), arguments)
    }
}

fn ip(arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("ip");
    command.args(arguments);
    succeed(command, arguments)
}

fn succeed(mut command: Command, arguments: &[&str]) -> anyhow::Result<()> {
    let output = command.output().context("running ip")?;
    ensure!(
        output.status.success(),
        "ip {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
