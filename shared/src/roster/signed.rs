//! Objects that the organizer's root key signs, so that devices may also get them from each other:
//! the key set, the device list, the leases. A lower version is ignored; an equal version with other bytes
//! is an alarm.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::{DeviceRow, KeyRow};
use crate::clock::UnixMillis;
use crate::ids::{DeviceId, OrganizerId};
use crate::lease::{Lease, LeaseList};
use crate::wire::v1::base64_bytes;

const DOMAIN: &[u8] = b"tickethub/signed/v1";

/// What is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedKind {
    /// All ticket keys of all events of the organizer.
    KeySet,
    /// All devices, and the server as a device.
    DeviceList,
    /// All leases of all events: a [`crate::lease::LeaseList`].
    Leases,
}

impl SignedKind {
    /// All of them.
    pub const ALL: &[Self] = &[Self::KeySet, Self::DeviceList, Self::Leases];

    /// As it stands in addresses and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeySet => "key_set",
            Self::DeviceList => "device_list",
            Self::Leases => "leases",
        }
    }

    /// From its text.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// The key set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    /// Every key.
    pub keys: Vec<KeyRow>,
}

/// The device list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceList {
    /// Every device.
    pub devices: Vec<DeviceRow>,
    /// The one of them that is the server: only its annotations count in a fold.
    #[serde(default)]
    pub server: Option<DeviceId>,
    /// The X.509 certificate (DER) that signs those with which devices know each other in the venue's network; `None`
    /// until the first device asked for one. November 2026.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "optional_base64"
    )]
    pub peer_authority: Option<Vec<u8>>,
}

mod optional_base64 {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    #[expect(clippy::ref_option, reason = "the form that serde calls")]
    pub(super) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        bytes
            .as_ref()
            .map(|bytes| STANDARD.encode(bytes))
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|text| STANDARD.decode(text).map_err(D::Error::custom))
            .transpose()
    }
}

/// A signed object as it travels and is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedObject {
    /// Whose.
    pub organizer: OrganizerId,
    /// What.
    pub kind: SignedKind,
    /// max(last + 1, the server's clock in ms).
    pub version: u64,
    /// When.
    pub issued_ms: UnixMillis,
    /// JSON of a [`KeySet`], [`DeviceList`] or [`crate::lease::LeaseList`], exactly as signed.
    #[serde(with = "base64_bytes")]
    pub body: Vec<u8>,
    /// By the root key.
    #[serde(with = "base64_bytes")]
    pub signature: [u8; 64],
}

/// A signed object is not to be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenSignedError {
    /// Not signed by the pinned root key.
    #[error(
        "an object of the organizer has a wrong signature: it is not from the server that this device was enrolled with"
    )]
    Signature,
    /// Its body is not what its kind says.
    #[error("reading a signed object of the organizer")]
    Body(#[source] serde_json::Error),
}

impl SignedObject {
    /// Signs `body`.
    pub fn sign<T: Serialize>(
        organizer: OrganizerId,
        kind: SignedKind,
        version: u64,
        issued_ms: UnixMillis,
        body: &T,
        root_key: &SigningKey,
    ) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_vec(body)?;
        let mut object = Self {
            organizer,
            kind,
            version,
            issued_ms,
            body,
            signature: [0; 64],
        };
        object.signature = root_key.sign(&object.signed_bytes()).to_bytes();
        Ok(object)
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let kind = self.kind.as_str().as_bytes();
        [
            DOMAIN,
            self.organizer.as_bytes(),
            &(kind.len() as u32).to_be_bytes(),
            kind,
            &self.version.to_be_bytes(),
            &self.issued_ms.to_be_bytes(),
            &self.body,
        ]
        .concat()
    }

    /// Is it from the pinned root?
    pub fn verify(&self, root_key: &VerifyingKey) -> Result<(), OpenSignedError> {
        root_key
            .verify_strict(
                &self.signed_bytes(),
                &Signature::from_bytes(&self.signature),
            )
            .map_err(|_| OpenSignedError::Signature)
    }

    /// Verifies, then reads the body.
    pub fn open<T: for<'de> Deserialize<'de>>(
        &self,
        root_key: &VerifyingKey,
    ) -> Result<T, OpenSignedError> {
        self.verify(root_key)?;
        serde_json::from_slice(&self.body).map_err(OpenSignedError::Body)
    }
}

/// Does `later`, an object of the same kind and organizer with a greater version, lack a device, key, revocation or lease of
/// `former`? Devices and keys never leave their lists, so it was signed by a server that was put back from a backup and has
/// not heard of them yet: bring it `former` before using `later`. (A lease leaves its list when all its rights were granted
/// anew; then `former` is brought for nothing.) Both are verified already; a body that can't be read lacks nothing.
pub fn forgets(former: &SignedObject, later: &SignedObject) -> bool {
    match former.kind {
        SignedKind::DeviceList => {
            let revoked_ms = |row: &DeviceRow| row.revocation.as_ref().map(|it| it.at_ms);
            let (was, is) = (body::<DeviceList>(former), body::<DeviceList>(later));
            lacks(was.devices, &is.devices, |was, is| {
                was.id == is.id && revoked_ms(was) <= revoked_ms(is)
            })
        }
        SignedKind::KeySet => {
            let (was, is) = (body::<KeySet>(former), body::<KeySet>(later));
            lacks(was.keys, &is.keys, |was, is| {
                was.id == is.id && was.public == is.public && was.revoked <= is.revoked
            })
        }
        SignedKind::Leases => {
            let (was, is) = (body::<LeaseList>(former), body::<LeaseList>(later));
            let name = |lease: &Lease| (lease.event, lease.right, lease.term);
            lacks(was.leases, &is.leases, |was, is| name(was) == name(is))
        }
    }
}

fn body<T: Default + for<'de> Deserialize<'de>>(object: &SignedObject) -> T {
    serde_json::from_slice(&object.body).unwrap_or_default()
}

fn lacks<T>(was: Vec<T>, is: &[T], keeps: impl Fn(&T, &T) -> bool) -> bool {
    was.iter().any(|was| !is.iter().any(|is| keeps(was, is)))
}

/// `GET /api/v1/sync/signed?have=key_set:VERSION,device_list:VERSION,leases:VERSION`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedAnswer {
    /// Only those newer than what the device has.
    pub objects: Vec<SignedObject>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_lost_a_device_or_a_revocation_is_told_from_one_that_grew() {
        let root = SigningKey::from_bytes(&[7; 32]);
        let row = |id: u8, revoked_ms: Option<i64>| DeviceRow {
            id: DeviceId::from_bytes([id; 16]),
            name: String::new(),
            public: [id; 32],
            rights: crate::roster::Rights::default(),
            events: Vec::new(),
            revocation: revoked_ms.map(|at_ms| crate::roster::Revocation {
                at_ms,
                points: Vec::new(),
            }),
        };
        let list = |devices| {
            let list = DeviceList {
                devices,
                ..DeviceList::default()
            };
            let organizer = OrganizerId::from_bytes([1; 16]);
            SignedObject::sign(organizer, SignedKind::DeviceList, 5, 1_000, &list, &root).unwrap()
        };
        let was = list(vec![row(1, None), row(2, Some(10))]);
        assert!(!forgets(&was, &was));
        let grew = list(vec![row(1, Some(9)), row(2, Some(11)), row(3, None)]);
        assert!(!forgets(&was, &grew));
        assert!(forgets(&was, &list(vec![row(1, None)])), "a device");
        assert!(
            forgets(&was, &list(vec![row(1, None), row(2, None)])),
            "a revocation"
        );
    }

    #[test]
    fn an_object_opens_under_its_root_and_only_unchanged() {
        let root = SigningKey::from_bytes(&[7; 32]);
        let organizer = OrganizerId::from_bytes([1; 16]);
        let object = SignedObject::sign(
            organizer,
            SignedKind::KeySet,
            5,
            1_000,
            &KeySet::default(),
            &root,
        )
        .unwrap();
        assert_eq!(
            object.open::<KeySet>(&root.verifying_key()).unwrap(),
            KeySet::default()
        );

        let older = SignedObject {
            version: 4,
            ..object.clone()
        };
        assert!(matches!(
            older.verify(&root.verifying_key()),
            Err(OpenSignedError::Signature)
        ));
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert!(matches!(
            object.verify(&other),
            Err(OpenSignedError::Signature)
        ));
    }
}
