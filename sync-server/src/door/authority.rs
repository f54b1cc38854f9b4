//! An organizer's own keys: the root key that signs what peers may relay, and the key of the server as a device.

use ed25519_dalek::SigningKey;
use shared::clock::UnixMillis;
use shared::fact::FactSigningKey;
use shared::ids::{DeviceId, OrganizerId, Random};
use sqlx::PgConnection;

use crate::vault::{UnsealError, Vault};

/// What a new organizer's row and its server device need.
#[derive(Clone, Debug)]
pub struct NewAuthority {
    /// Of the organizer's row.
    pub root_public: [u8; 32],
    /// Of the organizer's row.
    pub root_sealed: Vec<u8>,
    /// The server as a device of this organizer.
    pub server_device: DeviceId,
    device_public: [u8; 32],
    device_sealed: Vec<u8>,
}

impl NewAuthority {
    /// Draws both keys and seals them.
    pub fn draw(
        organizer: OrganizerId,
        now_ms: UnixMillis,
        vault: &Vault,
        random: &mut impl Random,
    ) -> Self {
        let mut seed = [0; 32];
        random.fill(&mut seed);
        let root = SigningKey::from_bytes(&seed);
        let server_device = DeviceId::new(now_ms, random);
        let device = FactSigningKey::generate(random);
        Self {
            root_public: root.verifying_key().to_bytes(),
            root_sealed: vault.seal(&root_purpose(organizer), &seed),
            server_device,
            device_public: *device.public().as_bytes(),
            device_sealed: vault.seal(&device_purpose(server_device), &device.seed()),
        }
    }

    /// Enrols the server as a device; the organizer's row must be there.
    pub async fn insert_server_device(
        &self,
        conn: &mut PgConnection,
        organizer: OrganizerId,
        now_ms: UnixMillis,
    ) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "insert into devices (organizer_id, id, name, public_key, sealed_private, rights, state, enrolled_ms)
             values ($1, $2, 'Serveur', $3, $4, 0, 'active', $5)",
            organizer.0,
            self.server_device.0,
            &self.device_public,
            self.device_sealed,
            now_ms
        )
        .execute(conn)
        .await
        .map(drop)
    }
}

fn root_purpose(organizer: OrganizerId) -> String {
    format!("root_key/{organizer}")
}

fn device_purpose(device: DeviceId) -> String {
    format!("device_key/{device}")
}

/// Opens an organizer's root key.
pub fn open_root_key(
    vault: &Vault,
    organizer: OrganizerId,
    sealed: &[u8],
) -> Result<SigningKey, UnsealError> {
    let seed = vault.unseal_array::<32>(&root_purpose(organizer), sealed)?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Opens the key of the server as a device.
pub fn open_device_key(
    vault: &Vault,
    device: DeviceId,
    sealed: &[u8],
) -> Result<FactSigningKey, UnsealError> {
    let seed = vault.unseal_array::<32>(&device_purpose(device), sealed)?;
    Ok(FactSigningKey::from_seed(&seed))
}
