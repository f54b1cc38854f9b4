//! The types above, as the page's TypeScript.

use ts_rs::{Config, TS};

use super::{
    AlertSightingView, AlertView, BatteryView, CameraChoice, CameraHint, CameraStanding,
    CameraView, CountsView, Crowd, EnrolStep, EnrolView, EntryCount, GateChoice, GateCount,
    HandHit, HitState, Light, News, Outline, Overview, PeerView, PlaceChoice, PlaceView,
    Protection, ReadyLine, ReadyView, ReadyWhat, RecentView, SavedFile, Screen, Settings,
    SupervisorView, SupervisorsView, SyncView, Theme, UiError, UiErrorCode, UndoReason, Use,
    VerdictLight, VerdictView, Way,
};
use crate::status::SyncPhase;

/// The whole of `ui/src/schema.ts`.
pub fn typescript() -> String {
    let config = Config::default();
    let mut text = String::from(
        "// Generated from scanner-app/src/station/view by `./hub schema`. Do not edit.\n",
    );
    macro_rules! declare {
        ($($name:ty),* $(,)?) => {
            $(text += &format!("\nexport {}\n", <$name>::decl(&config));)*
        };
    }
    declare!(
        UiErrorCode,
        UiError,
        Way,
        PlaceChoice,
        GateChoice,
        PlaceView,
        EnrolStep,
        EnrolView,
        VerdictLight,
        EntryCount,
        VerdictView,
        RecentView,
        AlertSightingView,
        AlertView,
        Crowd,
        GateCount,
        CountsView,
        SyncPhase,
        Light,
        Protection,
        BatteryView,
        CameraStanding,
        CameraView,
        CameraChoice,
        PeerView,
        SyncView,
        ReadyWhat,
        ReadyLine,
        ReadyView,
        Theme,
        Use,
        Settings,
        SupervisorView,
        SupervisorsView,
        UndoReason,
        HitState,
        HandHit,
        Outline,
        CameraHint,
        Screen,
        SavedFile,
        Overview,
        News,
    );
    text
}

#[cfg(test)]
mod tests {
    use super::typescript;

    /// `./hub schema` sets this to write the file instead.
    const WRITE: &str = "TICKETHUB_WRITE_SCHEMA";

    #[test]
    fn the_pages_types_are_those_of_the_views() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/schema.ts");
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(file, typescript()).unwrap();
        }
        let committed = std::fs::read_to_string(file).unwrap_or_default();
        assert!(
            committed == typescript(),
            "ui/src/schema.ts is not what the views say; run `./hub schema`"
        );
    }
}
