//! What the machine itself tells: room on the disk, charge of the battery, its name.

use std::io;
use std::path::Path;
use std::str::FromStr;

use super::view::BatteryView;

/// Where Linux tells of batteries.
pub(super) const POWER_SUPPLIES: &str = "/sys/class/power_supply";

/// Bytes that this user may still write below a folder.
pub(super) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let told = rustix::fs::statvfs(folder)?;
    Ok(told.f_bavail.saturating_mul(told.f_frsize))
}

/// What the organizer reads of this device while comparing the digits, until it has a name.
pub(super) fn machine_name() -> String {
    let told = rustix::system::uname();
    let name = told.nodename().to_string_lossy();
    if name.is_empty() {
        "door".into()
    } else {
        name.into_owned()
    }
}

/// The battery below `supplies`; of several, taken together. `None`: there is none.
pub(super) fn battery(supplies: &Path) -> Option<BatteryView> {
    let entries = std::fs::read_dir(supplies).ok()?;
    let batteries: Vec<Battery> = entries
        .flatten()
        .filter_map(|entry| Battery::read(&entry.path()))
        .collect();
    let count = u32::try_from(batteries.len())
        .ok()
        .filter(|count| *count > 0)?;
    let percent = batteries.iter().map(|battery| battery.percent).sum::<u32>() / count;
    let charging = batteries.iter().all(|battery| battery.is_fed);
    let minutes = batteries
        .iter()
        .filter(|battery| !battery.is_fed)
        .filter_map(|battery| battery.minutes_left)
        .reduce(u32::saturating_add);
    Some(BatteryView {
        percent: u8::try_from(percent.min(100)).unwrap_or(100),
        charging,
        minutes_left: minutes.filter(|_| !charging),
    })
}

struct Battery {
    percent: u32,
    /// It is charged, full on mains, or held at a level by mains.
    is_fed: bool,
    minutes_left: Option<u32>,
}

impl Battery {
    /// `None`: a charger, or the battery of a mouse.
    fn read(supply: &Path) -> Option<Self> {
        let text = |name: &str| {
            let text = std::fs::read_to_string(supply.join(name)).ok()?;
            Some(text.trim().to_owned())
        };
        if text("type")? != "Battery" || text("scope").is_some_and(|scope| scope == "Device") {
            return None;
        }
        let number = |name: &str| text(name).and_then(|text| u64::from_str(&text).ok());
        let percent = number("capacity")?;
        let status = text("status").unwrap_or_default();
        let hours = |left: &str, rate: &str| {
            let (left, rate) = (number(left)?, number(rate).filter(|rate| *rate > 0)?);
            left.saturating_mul(60).checked_div(rate)
        };
        let minutes = number("time_to_empty_now")
            .map(|seconds| seconds / 60)
            .or_else(|| hours("energy_now", "power_now"))
            .or_else(|| hours("charge_now", "current_now"));
        Some(Self {
            percent: u32::try_from(percent).unwrap_or(100),
            is_fed: ["Charging", "Full", "Not charging"].contains(&status.as_str()),
            minutes_left: minutes.and_then(|minutes| u32::try_from(minutes).ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supply(root: &Path, name: &str, files: &[(&str, &str)]) {
        let folder = root.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in files {
            std::fs::write(folder.join(file), format!("{text}\n")).unwrap();
        }
    }

    #[test]
    fn a_battery_tells_its_charge_and_how_long_it_lasts() {
        let root = tempfile::tempdir().unwrap();
        supply(root.path(), "AC", &[("type", "Mains"), ("online", "0")]);
        supply(
            root.path(),
            "BAT0",
            &[
                ("type", "Battery"),
                ("capacity", "42"),
                ("status", "Discharging"),
                ("energy_now", "20000000"),
                ("power_now", "10000000"),
            ],
        );
        supply(
            root.path(),
            "hidpp_battery_0",
            &[("type", "Battery"), ("scope", "Device"), ("capacity", "5")],
        );
        let expected = BatteryView {
            percent: 42,
            charging: false,
            minutes_left: Some(120),
        };
        assert_eq!(battery(root.path()), Some(expected));
        supply(root.path(), "BAT0", &[("status", "Charging")]);
        let charging = battery(root.path()).unwrap();
        assert_eq!((charging.charging, charging.minutes_left), (true, None));
    }

    #[test]
    fn a_machine_without_a_battery_has_none() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(battery(root.path()), None);
        assert_eq!(battery(&root.path().join("gone")), None);
    }

    #[test]
    fn a_disk_has_room_and_a_machine_a_name() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_bytes(folder.path()).unwrap() > 0);
        assert!(free_bytes(&folder.path().join("gone")).is_err());
        assert!(!machine_name().is_empty());
    }
}
