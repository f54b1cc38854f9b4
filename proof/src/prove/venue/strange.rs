//! Announcements of a stranger (mDNS, RFC 6762): doors that nobody knows, false addresses of those that are known, and
//! packets that are none.

use std::net::{Ipv4Addr, SocketAddrV4};

use shared::ids::DeviceId;
use uuid::Uuid;

/// Where announcements are sent from and to.
pub const PORT: u16 = 5353;
/// Everybody in the hall.
pub const GROUP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(224, 0, 0, 251), PORT);

const SERVICE: [&str; 3] = ["_tickethub", "_tcp", "local"];
const PTR: u16 = 12;
const TXT: u16 = 16;
const SRV: u16 = 33;
const A: u16 = 1;
/// Class IN; with the highest bit: instead of what was said before.
const IN: u16 = 1;
const FLUSH: u16 = 0x8000;
/// As long as honest ones say.
const SECONDS: u32 = 4_500;

/// The `at`th of them: of ten, one is cut off, one says a false address of a door that is there, the others are nobody.
pub fn announcement(at: u32, siblings: &[DeviceId]) -> Vec<u8> {
    let somewhere = Ipv4Addr::from(0x0a4d_0100 + (at & 0xffff));
    match at % 10 {
        0 => {
            let mut whole = response(&nobody(at), somewhere);
            whole.truncate(12 + at as usize % 120);
            whole
        }
        1 => {
            let device = siblings[at as usize / 10 % siblings.len()];
            response(&device.0.simple().to_string(), somewhere)
        }
        _ => response(&nobody(at), somewhere),
    }
}

fn nobody(at: u32) -> String {
    Uuid::from_u128(u128::from(at) << 64 | 7)
        .simple()
        .to_string()
}

fn response(name: &str, address: Ipv4Addr) -> Vec<u8> {
    let mut instance = vec![name];
    instance.extend(SERVICE);
    let host = [name, "local"];
    // Number 0, an authoritative answer, four records in it.
    let mut packet = vec![0, 0, 0x84, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    record(&mut packet, &SERVICE, PTR, IN, &labels(&instance));
    let mut place = vec![0, 0, 0, 0];
    place.extend(7464u16.to_be_bytes());
    place.extend(labels(&host));
    record(&mut packet, &instance, SRV, IN | FLUSH, &place);
    record(&mut packet, &instance, TXT, IN | FLUSH, &[0]);
    record(&mut packet, &host, A, IN | FLUSH, &address.octets());
    packet
}

fn record(packet: &mut Vec<u8>, name: &[&str], kind: u16, class: u16, data: &[u8]) {
    packet.extend(labels(name));
    packet.extend(kind.to_be_bytes());
    packet.extend(class.to_be_bytes());
    packet.extend(SECONDS.to_be_bytes());
    packet.extend((data.len() as u16).to_be_bytes());
    packet.extend(data);
}

fn labels(name: &[&str]) -> Vec<u8> {
    let each = name.iter().flat_map(|label| {
        let length = std::iter::once(label.len() as u8);
        length.chain(label.bytes())
    });
    each.chain(std::iter::once(0)).collect()
}
