//! Is the replica the server's roster? Count and xor of a hash of each ticket row.

use sha2::{Digest as _, Sha256};

use crate::roster::TicketRow;

/// The first 8 bytes of SHA-256 over 28 bytes: id, then type, window, key, status and home gate as
/// 4 bytes each, all big-endian. The server's SQL function `ticket_hash` gives the same number.
pub fn ticket_hash(row: &TicketRow) -> u64 {
    let mut hash = Sha256::new();
    hash.update(row.id.0.to_be_bytes());
    for column in [
        row.type_no.0.into(),
        row.window.0.into(),
        row.key.0,
        row.status as u32,
        u32::from(row.home_gate.0),
    ] {
        hash.update(column.to_be_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    u64::from_be_bytes(std::array::from_fn(|i| digest[i]))
}

/// Count and xor over many rows, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum {
    /// How many rows.
    pub rows: u64,
    /// Xor of their hashes.
    pub xor: u64,
}

impl Checksum {
    /// A row came.
    pub fn add(&mut self, row: &TicketRow) {
        self.rows += 1;
        self.xor ^= ticket_hash(row);
    }

    /// A row became another.
    pub fn replace(&mut self, former: &TicketRow, row: &TicketRow) {
        self.xor ^= ticket_hash(former) ^ ticket_hash(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{GateNo, KeyId, TicketId, TypeNo, WindowNo};
    use crate::roster::TicketStatus;

    fn row(id: u64, status: TicketStatus) -> TicketRow {
        TicketRow {
            id: TicketId(id),
            type_no: TypeNo(2),
            window: WindowNo(3),
            key: KeyId(4),
            status,
            home_gate: GateNo(5),
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_a_change_is_seen() {
        let (mut one, mut other) = (Checksum::default(), Checksum::default());
        for id in [1, 2, 3] {
            one.add(&row(id, TicketStatus::Valid));
        }
        for id in [3, 1, 2] {
            other.add(&row(id, TicketStatus::Valid));
        }
        assert_eq!(one, other);
        one.replace(
            &row(2, TicketStatus::Valid),
            &row(2, TicketStatus::Refunded),
        );
        assert_ne!(one, other);
        other.replace(
            &row(2, TicketStatus::Valid),
            &row(2, TicketStatus::Refunded),
        );
        assert_eq!(one, other);
    }
}
