//! What the page is told and what it may ask: one schema, from which `ui/src/schema.ts` is generated.
//!
//! Views are made for the screen: sentences come in the language of the screen where the rules word them, codes where the
//! page words them itself. Times are Unix milliseconds of server time, unless said otherwise.

mod by_hand;
mod collect;
mod counts;
mod drawer;
mod enrol;
mod error;
mod news;
mod past;
mod place;
mod printer;
mod ready;
mod schema;
mod settings;
mod supervisor;
mod till;
mod till_act;
mod verdict;

pub use shared::ids::{EventId, GateNo, TicketId, UserId};

pub use by_hand::{HandHit, HitState};
pub use collect::{
    CollectAct, CollectView, CollectedView, OrderStanding, OrderTicketsView, OrderView,
    TakenOverView,
};
pub use counts::{CountsView, Crowd, GateCount};
pub use drawer::{
    CashMoveView, CashReason, ClosedView, CountView, FiguresView, MeansFigureView, RateFigureView,
};
pub use enrol::{EnrolStep, EnrolView};
pub use error::{UiError, UiErrorCode};
pub use news::{CameraHint, News, Outline, Overview, SavedFile, Screen};
pub use past::{KeptBecause, PastDetailView, PastSaleView, PastTicketView, PastView, RefundReason};
pub use place::{GateChoice, PlaceChoice, PlaceView, TillChoice, Way};
pub use printer::{
    FoundPrinters, PaperAct, PaperKind, PaperOf, PrinterView, PrintersView, UnprintedView,
};
pub use ready::{
    BatteryView, CameraChoice, CameraStanding, CameraView, Light, PeerView, Protection, ReadyLine,
    ReadyView, ReadyWhat, SyncView,
};
pub use schema::typescript;
pub use settings::{Settings, Theme, Use};
pub use supervisor::{SupervisorView, SupervisorsView, UndoReason};
pub use till::{
    AskingView, BackByView, CartView, CodeView, CustomerCodeView, CustomerView, DoneView,
    ExchangeView, FreeReason, GroupView, GuestView, InterruptedView, LentView, LineView, Means,
    ParkedView, PaymentView, PiecesView, PrintState, ReducedReason, SaleView, ShowView, TakenView,
    TicketOutView, TillRefusal, TillScreen, TillView, TypeKeyView, VatView, VoucherView,
};
pub use till_act::{DoneAct, PastAct, PaymentAct, SaleAct, ShiftAct, Stroke, TillAct, TillKey};
pub use verdict::{
    AlertSightingView, AlertView, EntryCount, RecentView, VerdictLight, VerdictView,
};
