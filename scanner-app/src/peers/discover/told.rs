//! What one device's screen shows and another is told: `tickethub:lan?device=ID&at=ADDRESS:PORT,ADDRESS:PORT`, as text
//! or as a QR code; or only `ADDRESS:PORT`, typed. Told while the exchange runs, it waits in a file of the data folder.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use shared::ids::DeviceId;

const SCHEME: &str = "tickethub:lan?";
/// Of the data folder.
const FILE: &str = "lan-told";
/// Addresses in one text.
const MOST_ADDRESSES: usize = 8;
/// A longer file is not what this program wrote.
const MOST_BYTES: u64 = 64 * 1024;

/// Where a device may be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanText {
    /// Which; `None` if only an address was typed.
    pub device: Option<DeviceId>,
    /// Where.
    pub addresses: Vec<SocketAddr>,
}

/// A text says no such thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "that is neither what `door lan show` prints on another door nor an address such as 192.168.1.20:7464"
)]
pub struct ParseLanTextError;

impl fmt::Display for LanText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses: Vec<String> = self.addresses.iter().map(SocketAddr::to_string).collect();
        match self.device {
            Some(device) => write!(f, "{SCHEME}device={device}&at={}", addresses.join(",")),
            None => f.write_str(&addresses.join(",")),
        }
    }
}

impl FromStr for LanText {
    type Err = ParseLanTextError;

    fn from_str(text: &str) -> Result<Self, ParseLanTextError> {
        let text = text.trim();
        let (mut device, mut at) = (None, text);
        if let Some(fields) = text.strip_prefix(SCHEME) {
            at = "";
            for field in fields.split('&') {
                match field.split_once('=') {
                    Some(("device", id)) => {
                        device = Some(id.parse().map_err(|_| ParseLanTextError)?);
                    }
                    Some(("at", addresses)) => at = addresses,
                    Some(_) | None => {}
                }
            }
            device.ok_or(ParseLanTextError)?;
        }
        let addresses = at.split(',').map(str::parse::<SocketAddr>);
        let addresses: Vec<SocketAddr> = addresses
            .collect::<Result<_, _>>()
            .map_err(|_| ParseLanTextError)?;
        if addresses.len() > MOST_ADDRESSES {
            return Err(ParseLanTextError);
        }
        Ok(Self { device, addresses })
    }
}

/// Leaves it for whoever runs the exchange, now or later.
pub fn leave(data_dir: &Path, text: &LanText) -> io::Result<()> {
    let mut file = fs::File::options()
        .append(true)
        .create(true)
        .open(data_dir.join(FILE))?;
    writeln!(file, "{text}")
}

/// What was left, and takes it away. A line that is no such text is passed over.
pub(in crate::peers) fn take(data_dir: &Path) -> Vec<LanText> {
    let file: PathBuf = data_dir.join(FILE);
    let taken = file.with_extension("taken");
    // Renamed first: what is told meanwhile goes into a new file.
    let Ok(()) = fs::rename(&file, &taken) else {
        return Vec::new();
    };
    let is_small = fs::metadata(&taken).is_ok_and(|found| found.len() <= MOST_BYTES);
    let text = if is_small {
        fs::read_to_string(&taken).unwrap_or_default()
    } else {
        String::new()
    };
    let _ = fs::remove_file(&taken);
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_screen_shows_the_other_understands() {
        let shown = LanText {
            device: Some(DeviceId::from_bytes([3; 16])),
            addresses: vec![
                "192.168.1.20:7464".parse().unwrap(),
                "[fd00::1]:9".parse().unwrap(),
            ],
        };
        assert_eq!(shown.to_string().parse(), Ok(shown));
        let typed: LanText = " 10.0.0.3:7464 ".parse().unwrap();
        assert_eq!(typed.device, None);
    }

    #[test]
    fn anything_else_is_refused() {
        let nine = ["10.0.0.1:1"; 9].join(",");
        for text in [
            "",
            "10.0.0.3",
            "tickethub:lan?at=10.0.0.3:1",
            "tickethub:lan?device=x&at=10.0.0.3:1",
            "tickethub:lan?device=00000000-0000-0000-0000-000000000001",
            "tickethub:enrol?server=x&code=y",
            &nine,
        ] {
            assert_eq!(text.parse::<LanText>(), Err(ParseLanTextError), "{text}");
        }
    }

    #[test]
    fn what_was_left_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let text: LanText = "10.0.0.3:7464".parse().unwrap();
        leave(folder.path(), &text).unwrap();
        fs::write(folder.path().join("other"), "x").unwrap();
        leave(folder.path(), &text).unwrap();
        assert_eq!(take(folder.path()), [text.clone(), text]);
        assert_eq!(take(folder.path()), []);
    }
}
