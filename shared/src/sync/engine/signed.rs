//! Root-signed objects: asked for once a session, and when a page names a newer version.

#[derive(Debug, Default)]
pub(super) struct Signed {
    held: u64,
    /// The newest that was heard of.
    wanted: u64,
    /// Under way: what comes is at least of this version. What is heard of meanwhile is asked for afterwards.
    asked: Option<u64>,
    /// In this session the server was asked, and answered or not: rosters may be pulled.
    was_asked: bool,
}

impl Signed {
    pub(super) fn resume(held: u64) -> Self {
        Self {
            held,
            ..Self::default()
        }
    }

    pub(super) fn session_opened(&mut self) {
        self.was_asked = false;
    }

    /// Whether it is newer than all that was heard of.
    pub(super) fn hear_of(&mut self, version: u64) -> bool {
        let is_news = version > self.newest();
        self.wanted = self.wanted.max(version);
        is_news
    }

    /// That is here or was heard of.
    pub(super) fn newest(&self) -> u64 {
        self.held.max(self.wanted)
    }

    pub(super) fn was_asked(&self) -> bool {
        self.was_asked
    }

    pub(super) fn is_due(&self) -> bool {
        self.asked.is_none() && !self.is_settled()
    }

    pub(super) fn is_settled(&self) -> bool {
        self.was_asked && self.held >= self.wanted
    }

    pub(super) fn ask(&mut self) {
        self.asked = Some(self.newest());
    }

    pub(super) fn answered(&mut self, newest: Option<u64>) {
        self.was_asked = true;
        self.asked = self.asked.max(newest);
    }

    /// All of the answer is here.
    pub(super) fn saved(&mut self) {
        self.held = self.held.max(self.asked.take().unwrap_or(0));
    }

    /// Asked again later.
    pub(super) fn failed(&mut self) {
        self.asked = None;
        self.was_asked = true;
        self.wanted = self.wanted.max(self.held + 1);
    }
}
