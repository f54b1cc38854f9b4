//! The bytes that a device and the server sign to open a session.
//!
//! The device signs with its own key, the server answers with the organizer's root key over the same
//! bytes under another tag: an impostor can't open a session, nor pretend to be the server.

use crate::ids::DeviceId;

/// What both sides sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionClaim {
    /// Who asks.
    pub device: DeviceId,
    /// The server as the device addresses it: scheme, host and port, without a slash at the end.
    pub server_name: String,
    /// Once, for 60 seconds.
    pub server_nonce: [u8; 32],
    /// The device's own.
    pub device_nonce: [u8; 32],
    /// SHA-256 of the TLS key seen; zeros without TLS (loopback).
    pub tls_key: [u8; 32],
}

impl SessionClaim {
    /// What the device's key signs.
    pub fn device_bytes(&self) -> Vec<u8> {
        self.bytes(b"tickethub/session/v1")
    }

    /// What the root key signs.
    pub fn server_bytes(&self) -> Vec<u8> {
        self.bytes(b"tickethub/session-server/v1")
    }

    fn bytes(&self, tag: &[u8]) -> Vec<u8> {
        let name = self.server_name.as_bytes();
        let length = (name.len() as u32).to_be_bytes();
        [
            tag,
            self.device.as_bytes(),
            &length,
            name,
            &self.server_nonce,
            &self.device_nonce,
            &self.tls_key,
        ]
        .concat()
    }
}
