//! Where a machine may have printers.

use std::path::{Path, PathBuf};

use super::{Patience, queue};
use crate::print::printer::PrinterAddress;

/// Queues first, then devices. That there is no CUPS is no error: there may be devices.
pub async fn found() -> Vec<PrinterAddress> {
    let queues = queue::list(&Patience::default()).await.unwrap_or_default();
    let queues = queues.into_iter().map(PrinterAddress::Queue);
    let devices = devices(Path::new("/dev"))
        .into_iter()
        .map(|path| PrinterAddress::Device { path, speed: None });
    queues.chain(devices).collect()
}

/// USB printers, then serial lines by USB.
fn devices(dev: &Path) -> Vec<PathBuf> {
    let within = |folder: PathBuf, beginnings: &'static [&'static str]| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = entries
            .filter(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                beginnings
                    .iter()
                    .any(|beginning| name.starts_with(beginning))
            })
            .map(|entry| entry.path())
            .collect();
        found.sort();
        found
    };
    let mut all = within(dev.join("usb"), &["lp"]);
    all.extend(within(dev.to_owned(), &["ttyUSB", "ttyACM"]));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_usb_printers_and_serial_lines_in_order() {
        let dev = tempfile::tempdir().unwrap();
        std::fs::create_dir(dev.path().join("usb")).unwrap();
        for name in [
            "usb/lp1",
            "usb/lp0",
            "usb/hiddev0",
            "ttyUSB0",
            "tty1",
            "null",
        ] {
            std::fs::write(dev.path().join(name), []).unwrap();
        }
        let names: Vec<_> = devices(dev.path())
            .into_iter()
            .map(|path| path.strip_prefix(dev.path()).unwrap().to_owned())
            .collect();
        let expected = ["usb/lp0", "usb/lp1", "ttyUSB0"].map(PathBuf::from);
        assert_eq!(names, expected);
    }
}
