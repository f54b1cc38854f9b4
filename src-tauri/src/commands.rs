//! What the page may ask: `ui/src/commands.ts`, one function a command. None runs on the main thread: the disk may be slow
//! and the window must not freeze.

use scanner_app::edge::SystemClock;
use scanner_app::station::Station;
use scanner_app::station::view::{
    CameraChoice, CustomerView, EventId, FoundPrinters, GateNo, HandHit, News, Overview, PaperOf,
    PlaceChoice, PrinterView, PrintersView, SavedFile, Settings, SupervisorsView, TicketId,
    TillAct, TillKey, TillView, UiError, UiErrorCode, UndoReason, UserId, VerdictView, Way,
};
use tauri::State;
use tauri::ipc::{Channel, Response};

use crate::state::Device;

type Answer<T> = Result<T, UiError>;

/// Asks the station on a thread that may wait.
async fn ask<T: Send + 'static>(
    device: State<'_, Device>,
    question: impl FnOnce(&Station) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let device = device.inner().clone();
    let asked = tauri::async_runtime::spawn_blocking(move || question(&*device.station()?));
    asked
        .await
        .unwrap_or_else(|error| Err(UiError::of(UiErrorCode::Internal, &error)))
}

/// One page listens: the last one. Everything is told anew at once.
#[tauri::command]
pub(crate) async fn listen(device: State<'_, Device>, channel: Channel<News>) -> Answer<()> {
    tracing::info!("the page listens");
    device.listen(channel);
    ask(device, |station| {
        station.tell_all();
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn overview(device: State<'_, Device>) -> Answer<Overview> {
    ask(device, |station| Ok(station.overview())).await
}

/// Raw bytes: the picture's number (8, little endian), then the JPEG. Nothing at all when none came within a second.
#[tauri::command]
pub(crate) async fn preview(device: State<'_, Device>, after: u64) -> Answer<Response> {
    let picture = ask(device, move |station| Ok(station.preview(after))).await?;
    let bytes = picture.map(|picture| [&picture.no.to_le_bytes()[..], &picture.jpeg].concat());
    Ok(Response::new(bytes.unwrap_or_default()))
}

#[tauri::command]
pub(crate) async fn enrol(device: State<'_, Device>, server: String, code: String) -> Answer<()> {
    ask(device, move |station| station.enrol(&server, &code)).await
}

#[tauri::command]
pub(crate) async fn enrol_cancel(device: State<'_, Device>) -> Answer<()> {
    ask(device, Station::enrol_cancel).await
}

#[tauri::command]
pub(crate) async fn places(device: State<'_, Device>) -> Answer<Vec<PlaceChoice>> {
    ask(device, Station::places).await
}

#[tauri::command]
pub(crate) async fn take_place(
    device: State<'_, Device>,
    event: EventId,
    gate: Option<GateNo>,
) -> Answer<()> {
    ask(device, move |station| station.take_place(event, gate)).await
}

#[tauri::command]
pub(crate) async fn leave_place(device: State<'_, Device>) -> Answer<()> {
    ask(device, Station::leave_place).await
}

#[tauri::command]
pub(crate) async fn face(device: State<'_, Device>, way: Way) -> Answer<()> {
    ask(device, move |station| station.face(way)).await
}

#[tauri::command]
pub(crate) async fn wedge(device: State<'_, Device>, text: String) -> Answer<()> {
    ask(device, move |station| {
        station.wedge(&text);
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn search(device: State<'_, Device>, text: String) -> Answer<Vec<HandHit>> {
    ask(device, move |station| station.search(&text)).await
}

#[tauri::command]
pub(crate) async fn by_hand(device: State<'_, Device>, ticket: TicketId) -> Answer<VerdictView> {
    ask(device, move |station| station.by_hand(ticket)).await
}

#[tauri::command]
pub(crate) async fn undo(device: State<'_, Device>, no: u32, reason: UndoReason) -> Answer<()> {
    ask(device, move |station| station.undo(no, reason)).await
}

#[tauri::command]
pub(crate) async fn cameras(device: State<'_, Device>) -> Answer<Vec<CameraChoice>> {
    ask(device, |station| Ok(station.cameras())).await
}

#[tauri::command]
pub(crate) async fn save_settings(device: State<'_, Device>, settings: Settings) -> Answer<()> {
    ask(device, move |station| station.save_settings(settings)).await
}

#[tauri::command]
pub(crate) async fn supervisors(device: State<'_, Device>) -> Answer<SupervisorsView> {
    ask(device, Station::supervisors).await
}

#[tauri::command]
pub(crate) async fn unlock(
    device: State<'_, Device>,
    person: UserId,
    pin: String,
) -> Answer<SupervisorsView> {
    ask(device, move |station| station.unlock(person, &pin)).await
}

#[tauri::command]
pub(crate) async fn lock(device: State<'_, Device>) -> Answer<()> {
    ask(device, |station| {
        station.lock();
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn let_in_anyway(device: State<'_, Device>, no: u32) -> Answer<VerdictView> {
    ask(device, move |station| station.let_in_anyway(no)).await
}

#[tauri::command]
pub(crate) async fn hand_back(device: State<'_, Device>) -> Answer<u32> {
    ask(device, Station::hand_back).await
}

#[tauri::command]
pub(crate) async fn sign_off(device: State<'_, Device>) -> Answer<()> {
    ask(device, Station::sign_off).await
}

#[tauri::command]
pub(crate) async fn export_journal(device: State<'_, Device>) -> Answer<SavedFile> {
    ask(device, Station::export_journal).await
}

/// Also of a device whose station does not start.
#[tauri::command]
pub(crate) async fn prepare_report(device: State<'_, Device>) -> Answer<SavedFile> {
    let folders = device.folders()?;
    match ask(device, Station::prepare_report).await {
        Ok(file) => Ok(file),
        Err(_) => folders.prepare_report(&SystemClock),
    }
}

#[tauri::command]
pub(crate) async fn take_till(device: State<'_, Device>) -> Answer<()> {
    ask(device, Station::take_till).await
}

#[tauri::command]
pub(crate) async fn till_act(
    device: State<'_, Device>,
    step: u32,
    act: TillAct,
) -> Answer<TillView> {
    ask(device, move |station| station.till_act(step, act)).await
}

#[tauri::command]
pub(crate) async fn till_press(
    device: State<'_, Device>,
    step: u32,
    key: TillKey,
) -> Answer<TillView> {
    ask(device, move |station| station.till_press(step, key)).await
}

#[tauri::command]
pub(crate) async fn till_log_in(
    device: State<'_, Device>,
    person: UserId,
    pin: String,
) -> Answer<TillView> {
    ask(device, move |station| station.till_log_in(person, &pin)).await
}

/// The guest's own window listens. It is told anew at once.
#[tauri::command]
pub(crate) async fn listen_guest(
    device: State<'_, Device>,
    channel: Channel<CustomerView>,
) -> Answer<()> {
    device.listen_guest(channel);
    ask(device, |station| {
        station.tell_guest();
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn printers(device: State<'_, Device>) -> Answer<PrintersView> {
    ask(device, Station::printers).await
}

#[tauri::command]
pub(crate) async fn found_printers(device: State<'_, Device>) -> Answer<FoundPrinters> {
    ask(device, Station::found_printers).await
}

#[tauri::command]
pub(crate) async fn set_printer(
    device: State<'_, Device>,
    of: PaperOf,
    printer: Option<PrinterView>,
) -> Answer<()> {
    ask(device, move |station| station.set_printer(of, printer)).await
}

#[tauri::command]
pub(crate) async fn test_print(device: State<'_, Device>, of: PaperOf) -> Answer<String> {
    ask(device, move |station| station.test_print(of)).await
}
