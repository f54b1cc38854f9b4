//! A printer as it is set up: where it is, and what it understands.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::escpos::EscPos;
use super::{Leaf, Stock};

/// The port that printers on a network listen at.
pub const PORT: u16 = 9100;

/// What it understands.
#[derive(Clone, Debug, PartialEq)]
pub enum Speaks {
    /// A receipt printer.
    EscPos(EscPos),
    /// A printer of ticket stock: Boca.
    Fgl(Stock),
    /// A printer of ticket stock or labels: Zebra.
    Zpl(Stock),
    /// An office printer, or a file to be kept.
    Pdf(Leaf),
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrinterAddress {
    /// On the network.
    Network {
        /// Name or address.
        host: String,
        /// [`PORT`] with most.
        port: u16,
    },
    /// USB or serial: a device file.
    Device {
        /// Which one.
        path: PathBuf,
        /// A serial line's speed; without one it stays as it is.
        speed: Option<Speed>,
    },
    /// A queue of CUPS.
    Queue(String),
    /// No printer: each job replaces the file.
    File(PathBuf),
}

/// Bits a second on a serial line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// 9600.
    B9600,
    /// 19200.
    B19200,
    /// 38400.
    B38400,
    /// 57600.
    B57600,
    /// 115200.
    B115200,
}

impl Speed {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::B9600,
        Self::B19200,
        Self::B38400,
        Self::B57600,
        Self::B115200,
    ];

    const fn bits(self) -> &'static str {
        match self {
            Self::B9600 => "9600",
            Self::B19200 => "19200",
            Self::B38400 => "38400",
            Self::B57600 => "57600",
            Self::B115200 => "115200",
        }
    }
}

impl fmt::Display for PrinterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network { host, port } if host.contains(':') => {
                write!(f, "tcp:[{host}]:{port}")
            }
            Self::Network { host, port } => write!(f, "tcp:{host}:{port}"),
            Self::Device { path, speed } => {
                write!(f, "device:{}", path.display())?;
                speed.map_or(Ok(()), |speed| write!(f, "@{}", speed.bits()))
            }
            Self::Queue(name) => write!(f, "cups:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

/// Not the address of a printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a printer's address: write tcp:HOST or tcp:HOST:PORT, device:/dev/usb/lp0, device:/dev/ttyUSB0@19200, cups:QUEUE or file:PATH"
)]
pub struct PrinterAddressError;

impl FromStr for PrinterAddress {
    type Err = PrinterAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text.split_once(':').ok_or(PrinterAddressError)?;
        if rest.is_empty() {
            return Err(PrinterAddressError);
        }
        match kind {
            "tcp" => network(rest),
            "device" => device(rest),
            // Else `lp` would take it for an option.
            "cups" if rest.starts_with('-') => Err(PrinterAddressError),
            "cups" => Ok(Self::Queue(rest.to_owned())),
            "file" => Ok(Self::File(rest.into())),
            _ => Err(PrinterAddressError),
        }
    }
}

/// A path, and for a serial line perhaps its speed.
fn device(text: &str) -> Result<PrinterAddress, PrinterAddressError> {
    let (path, speed) = match text.rsplit_once('@') {
        Some((path, bits)) => {
            let speed = Speed::ALL.into_iter().find(|speed| speed.bits() == bits);
            (path, Some(speed.ok_or(PrinterAddressError)?))
        }
        None => (text, None),
    };
    Ok(PrinterAddress::Device {
        path: path.into(),
        speed,
    })
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn network(text: &str) -> Result<PrinterAddress, PrinterAddressError> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or(PrinterAddressError)?;
        (host, port.strip_prefix(':'))
    } else {
        match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let port = port.map_or(Ok(PORT), |port| {
        port.parse().map_err(|_| PrinterAddressError)
    })?;
    if host.is_empty() || port == 0 {
        return Err(PrinterAddressError);
    }
    Ok(PrinterAddress::Network {
        host: host.to_owned(),
        port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for text in [
            "tcp:10.0.0.9:9100",
            "tcp:[fe80::1]:9101",
            "device:/dev/usb/lp0",
            "device:/dev/ttyUSB0@19200",
            "cups:Bureau",
            "file:/tmp/ticket.pdf",
        ] {
            let read: PrinterAddress = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
        }
        let short: PrinterAddress = "tcp:printer".parse().unwrap();
        assert_eq!(short.to_string(), "tcp:printer:9100");
    }

    #[test]
    fn other_text_is_no_address() {
        for text in [
            "",
            "tcp:",
            "tcp::9100",
            "tcp:a:0",
            "tcp:a:b",
            "cups:-o",
            "lpt1",
            "ftp:a",
            "device:/dev/ttyS0@12",
        ] {
            assert_eq!(
                text.parse::<PrinterAddress>(),
                Err(PrinterAddressError),
                "{text}"
            );
        }
    }
}
