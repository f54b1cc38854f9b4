//! Printers at a device file: USB (`/dev/usb/lp0`) and serial (`/dev/ttyUSB0`).

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, IsTerminal as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use nix::sys::termios::{BaudRate, SetArg, cfmakeraw, cfsetspeed, tcgetattr, tcsetattr};
use tokio::net::unix::pipe::{Receiver, Sender};

use super::Failure;
use super::conversation::{Patience, talk};
use crate::print::job::Handed;
use crate::print::printer::{Speaks, Speed};
use crate::print::trouble::Trouble;

pub(super) async fn hand_over(
    bytes: &[u8],
    path: &Path,
    speed: Option<Speed>,
    speaks: &Speaks,
    patience: &Patience,
) -> Result<Handed, Failure> {
    let device = open(path)?;
    set_up(&device, speed).map_err(|_| Failure::before(Trouble::NoDevice))?;
    let lines = device.try_clone().and_then(|other| {
        let from = Receiver::from_file_unchecked(device)?;
        Ok((from, Sender::from_file_unchecked(other)?))
    });
    // A plain file in the device's place is no device.
    let (from, to) = lines.map_err(|_| Failure::before(Trouble::NoDevice))?;
    talk(bytes, from, to, speaks, patience).await
}

/// Never waits for the printer, and makes no terminal of it.
fn open(path: &Path) -> Result<File, Failure> {
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path);
    opened.map_err(|error| {
        Failure::before(match error.kind() {
            ErrorKind::PermissionDenied => Trouble::NotAllowed,
            // Another program has it, or the printer is off.
            ErrorKind::ResourceBusy => Trouble::Offline,
            _ => Trouble::NoDevice,
        })
    })
}

/// A serial line must pass each byte as it is; the kernel takes it for a terminal, which changes line ends.
fn set_up(device: &File, speed: Option<Speed>) -> nix::Result<()> {
    if !device.is_terminal() {
        return Ok(());
    }
    let mut settings = tcgetattr(device)?;
    cfmakeraw(&mut settings);
    if let Some(speed) = speed {
        let speed = match speed {
            Speed::B9600 => BaudRate::B9600,
            Speed::B19200 => BaudRate::B19200,
            Speed::B38400 => BaudRate::B38400,
            Speed::B57600 => BaudRate::B57600,
            Speed::B115200 => BaudRate::B115200,
        };
        cfsetspeed(&mut settings, speed)?;
    }
    tcsetattr(device, SetArg::TCSANOW, &settings)
}
