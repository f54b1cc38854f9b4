//! The names in the certificates with which devices know each other. No name server knows them: whoever calls a device
//! says itself at which address it is.

use uuid::Uuid;

use crate::ids::DeviceId;

/// Below it each device has a name.
const ZONE: &str = "device.tickethub.internal";

/// A name that every device's certificate has besides its own: for calling an address of which nobody knows whose it is.
pub const ANY_DEVICE: &str = ZONE;

/// The device's own name.
pub fn name_of(device: DeviceId) -> String {
    format!("{}.{ZONE}", device.0.simple())
}

/// The device of such a name.
pub fn device_of(name: &str) -> Option<DeviceId> {
    let label = name.strip_suffix(ZONE)?.strip_suffix('.')?;
    (label.len() == 32)
        .then(|| Uuid::try_parse(label).ok().map(DeviceId))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_device_and_no_other_name_does() {
        let device = DeviceId::from_bytes([0xab; 16]);
        assert_eq!(device_of(&name_of(device)), Some(device));
        for other in [
            ANY_DEVICE,
            "abab.device.tickethub.internal",
            "example.org",
            "",
        ] {
            assert_eq!(device_of(other), None, "{other}");
        }
    }
}
