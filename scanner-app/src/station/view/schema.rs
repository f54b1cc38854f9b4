//! The types above, as the page's TypeScript.

use ts_rs::{Config, TS};

use super::{
    AlertSightingView, AlertView, AskingView, BackByView, BatteryView, CameraChoice, CameraHint,
    CameraStanding, CameraView, CartView, CashMoveView, CashReason, ClosedView, CodeView,
    CollectAct, CollectView, CollectedView, CountView, CountsView, Crowd, CustomerCodeView,
    CustomerView, DoneAct, DoneView, EnrolStep, EnrolView, EntryCount, ExchangeView, FiguresView,
    FoundPrinters, FreeReason, GateChoice, GateCount, GroupView, GuestView, HandHit, HitState,
    InterruptedView, KeptBecause, LentView, Light, LineView, Means, MeansFigureView, News,
    OrderStanding, OrderTicketsView, OrderView, Outline, Overview, PaperAct, PaperKind, PaperOf,
    ParkedView, PastAct, PastDetailView, PastSaleView, PastTicketView, PastView, PaymentAct,
    PaymentView, PeerView, PiecesView, PlaceChoice, PlaceView, PrintState, PrinterView,
    PrintersView, Protection, RateFigureView, ReadyLine, ReadyView, ReadyWhat, RecentView,
    ReducedReason, RefundReason, SaleAct, SaleView, SavedFile, Screen, Settings, ShiftAct,
    ShowView, Stroke, SupervisorView, SupervisorsView, SyncView, TakenOverView, TakenView, Theme,
    TicketOutView, TillAct, TillChoice, TillKey, TillRefusal, TillScreen, TillView, TypeKeyView,
    UiError, UiErrorCode, UndoReason, UnprintedView, Use, VatView, VerdictLight, VerdictView,
    VoucherView, Way,
};
use crate::status::SyncPhase;

/// `shared::money::Money`, as it is told.
const MONEY: &str =
    "\nexport type Money = { minor: number, currency: \"EUR\" | \"GBP\" | \"CHF\", };\n";

/// The whole of `ui/src/schema.ts`.
pub fn typescript() -> String {
    let config = Config::default();
    let mut text = String::from(
        "// Generated from scanner-app/src/station/view by `./hub schema`. Do not edit.\n",
    );
    text += MONEY;
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
        TillChoice,
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
        FreeReason,
        Means,
        VoucherView,
        VatView,
        LineView,
        CodeView,
        CartView,
        ShowView,
        LentView,
        TypeKeyView,
        SaleView,
        GroupView,
        GuestView,
        ReducedReason,
        ParkedView,
        PiecesView,
        AskingView,
        TakenView,
        OrderStanding,
        OrderTicketsView,
        CollectedView,
        TakenOverView,
        OrderView,
        CollectView,
        CollectAct,
        BackByView,
        ExchangeView,
        InterruptedView,
        PaymentView,
        PrintState,
        TicketOutView,
        DoneView,
        CountView,
        CashReason,
        CashMoveView,
        MeansFigureView,
        RateFigureView,
        FiguresView,
        ClosedView,
        KeptBecause,
        RefundReason,
        PastSaleView,
        PastTicketView,
        PastDetailView,
        PastView,
        PaperOf,
        PrinterView,
        PrintersView,
        FoundPrinters,
        PaperKind,
        UnprintedView,
        PaperAct,
        TillRefusal,
        TillScreen,
        TillView,
        CustomerCodeView,
        CustomerView,
        Stroke,
        SaleAct,
        PaymentAct,
        DoneAct,
        ShiftAct,
        PastAct,
        TillAct,
        TillKey,
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
