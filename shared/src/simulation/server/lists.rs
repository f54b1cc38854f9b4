//! Root-signed lists: published, brought back by devices, and asked for.

use std::collections::BTreeMap;

use super::SimServer;
use crate::clock::UnixMillis;
use crate::ids::{DeviceId, JournalId};
use crate::roster::Revocation;
use crate::roster::signed::{DeviceList, SignedKind, SignedObject};
use crate::simulation::venue::{BEGIN, Venue};

impl SimServer {
    /// A device offers what the root signed: after a restore it proves what the server forgot.
    pub(in crate::simulation) fn offered(
        &mut self,
        venue: &Venue,
        from: DeviceId,
        objects: &[SignedObject],
        now_ms: UnixMillis,
    ) {
        for object in objects {
            let root = venue.root.verifying_key();
            let held = self.durable.signed.get(&object.kind);
            if held.is_some_and(|held| held.version >= object.version) {
                if object.kind == SignedKind::DeviceList {
                    let list = object.open(&root).expect("signed by the root");
                    self.take_revocations(venue, &list, now_ms);
                }
                continue;
            }
            match object.kind {
                SignedKind::DeviceList => {
                    let list: DeviceList = object.open(&root).expect("signed by the root");
                    self.durable.revoked = list
                        .devices
                        .iter()
                        .filter_map(|row| Some((row.id, row.revocation.clone()?)))
                        .collect();
                    self.recovering
                        .retain(|device| !self.durable.revoked.contains_key(device));
                    self.durable.devices = list;
                }
                SignedKind::Leases => {
                    self.durable.leases = object.open(&root).expect("signed by the root");
                }
                SignedKind::KeySet => {}
            }
            self.durable.signed.insert(object.kind, object.clone());
            self.refold_all(venue);
        }
        self.recovering.remove(&from);
    }

    /// What was revoked before the restore, if somebody else has been revoked since.
    fn take_revocations(&mut self, venue: &Venue, list: &DeviceList, now_ms: UnixMillis) {
        let mut has_news = false;
        for row in &list.devices {
            let Some(revocation) = &row.revocation else {
                continue;
            };
            let known = self.durable.revoked.get(&row.id);
            if known.is_none_or(|known| known.at_ms < revocation.at_ms) {
                self.durable.revoked.insert(row.id, revocation.clone());
                self.recovering.remove(&row.id);
                has_news = true;
            }
        }
        if has_news {
            self.publish_devices(venue, now_ms);
        }
    }

    fn publish_devices(&mut self, venue: &Venue, now_ms: UnixMillis) {
        self.durable.devices = venue.device_list(self.devices, &self.durable.revoked);
        let version = self.next_version(now_ms);
        let object = venue.sign_devices(&self.durable.devices, version);
        self.durable.signed.insert(SignedKind::DeviceList, object);
        self.refold_all(venue);
    }

    pub(super) fn next_version(&self, now_ms: UnixMillis) -> u64 {
        (self.signed_version() + 1).max((now_ms - BEGIN + 2).max(1).cast_unsigned())
    }

    pub(in crate::simulation) fn publish_leases(&mut self, venue: &Venue, now_ms: UnixMillis) {
        self.changes += 1;
        let version = self.next_version(now_ms);
        let object = venue.sign_leases(&self.durable.leases, version);
        self.durable.signed.insert(SignedKind::Leases, object);
    }

    /// Revokes, or moves the point: each journal's last fact that was received before `since_ms`.
    pub(in crate::simulation) fn revoke(
        &mut self,
        venue: &Venue,
        device: DeviceId,
        since_ms: UnixMillis,
        now_ms: UnixMillis,
    ) {
        let mut points: BTreeMap<JournalId, (u64, [u8; 32])> = BTreeMap::new();
        for stored in self.durable.facts.all() {
            let at = (stored.header.journal, stored.header.seq);
            let in_time = self
                .durable
                .received
                .get(&at)
                .is_some_and(|received| *received < since_ms);
            if stored.header.device == device && in_time {
                points.insert(at.0, (at.1, stored.header.hash));
            }
        }
        let revocation = Revocation {
            at_ms: now_ms,
            points: points
                .into_iter()
                .map(|(journal, (seq, hash))| (journal, seq, hash))
                .collect(),
        };
        self.durable.revoked.insert(device, revocation);
        self.recovering.remove(&device);
        self.publish_devices(venue, now_ms);
    }

    pub(in crate::simulation) fn newer_signed(
        &self,
        have: &BTreeMap<SignedKind, u64>,
    ) -> Vec<SignedObject> {
        let newer = |object: &&SignedObject| have.get(&object.kind) < Some(&object.version);
        self.durable
            .signed
            .values()
            .filter(newer)
            .cloned()
            .collect()
    }

    pub(in crate::simulation) fn signed_version(&self) -> u64 {
        let versions = self.durable.signed.values().map(|object| object.version);
        versions.max().unwrap_or(0)
    }
}
