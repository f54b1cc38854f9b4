// What the page may ask of the window: src-tauri/src/commands.rs, one function a command.
import { Channel, invoke } from "@tauri-apps/api/core";
import type {
  CameraChoice,
  CustomerView,
  FoundPrinters,
  HandHit,
  News,
  Overview,
  PaperOf,
  PlaceChoice,
  PrintersView,
  PrinterView,
  SavedFile,
  Settings,
  SupervisorsView,
  TillAct,
  TillKey,
  TillView,
  UndoReason,
  VerdictView,
  Way,
} from "./schema";

export type { CameraChoice, SavedFile };

/** Tells everything anew at once, then whatever changes. One page listens: the last one. */
export function listen(hear: (news: News) => void): Promise<void> {
  const channel = new Channel<News>();
  channel.onmessage = hear;
  return invoke("listen", { channel });
}

export const overview = () => invoke<Overview>("overview");

/**
 * The next camera picture after `after`, as JPEG; its number comes in the first 8 bytes (little endian). Waits a second for
 * it; when none came the answer is empty.
 */
export const preview = (after: number) => invoke<ArrayBuffer>("preview", { after });

/** The organizer's 16 characters, at this server. The rest is told as news. */
export const enrol = (server: string, code: string) => invoke<void>("enrol", { server, code });
export const enrolCancel = () => invoke<void>("enrol_cancel");

export const places = () => invoke<PlaceChoice[]>("places");
/** No gate: the organizer's, else none. */
export const takePlace = (event: string, gate: number | null) => invoke<void>("take_place", { event, gate });
/** Back to choosing; once the door has scanned an unlocked supervisor is needed, where anybody supervises. */
export const leavePlace = () => invoke<void>("leave_place");
export const face = (way: Way) => invoke<void>("face", { way });

/** What a USB scanner sent. */
export const wedge = (text: string) => invoke<void>("wedge", { text });

export const search = (text: string) => invoke<HandHit[]>("search", { text });
/** The verdict is told as news, too. */
export const byHand = (ticket: string) => invoke<VerdictView>("by_hand", { ticket });
export const undo = (no: number, reason: UndoReason) => invoke<void>("undo", { no, reason });

export const cameras = () => invoke<CameraChoice[]>("cameras");
export const saveSettings = (settings: Settings) => invoke<void>("save_settings", { settings });

export const supervisors = () => invoke<SupervisorsView>("supervisors");
/** Who decides from now on, until `lock` or two minutes without a decision. */
export const unlock = (person: string, pin: string) => invoke<SupervisorsView>("unlock", { person, pin });
export const lock = () => invoke<void>("lock");
/** Lets the ticket of this verdict in against the decision. */
export const letInAnyway = (no: number) => invoke<VerdictView>("let_in_anyway", { no });
/** Strict mode: this door's share of the tickets goes to the server, who grants it to others. */
export const handBack = () => invoke<number>("hand_back");
export const exportJournal = () => invoke<SavedFile>("export_journal");
/** Secrets are erased at once, journals when the server has them. */
export const signOff = () => invoke<void>("sign_off");

/** A zip with the log and this device's state, without personal data, to look at and hand on. */
export const prepareReport = () => invoke<SavedFile>("prepare_report");

/** Takes up the box office; `leavePlace` leaves it, while nobody is logged in and no cart waits. */
export const takeTill = () => invoke<void>("take_till");
/** At the box office: an act or a key, meant for the step that was shown. The view is told as news, too. */
export const tillAct = (step: number, act: TillAct) => invoke<TillView>("till_act", { step, act });
export const tillPress = (step: number, key: TillKey) => invoke<TillView>("till_press", { step, key });
/** Who sells from now on. */
export const tillLogIn = (person: string, pin: string) => invoke<TillView>("till_log_in", { person, pin });

/** The box office's printers, and where this machine may have some. */
export const printers = () => invoke<PrintersView>("printers");
export const foundPrinters = () => invoke<FoundPrinters>("found_printers");
/** `null` takes it away: tickets are shown to the guest then. */
export const setPrinter = (of: PaperOf, printer: PrinterView | null) => invoke<void>("set_printer", { of, printer });
/** Prints a sheet that says SPECIMEN; what came of it, in words. */
export const testPrint = (of: PaperOf) => invoke<string>("test_print", { of });

/** Tells the guest's own window what it shows, at once and then whatever changes. */
export function listenGuest(hear: (view: CustomerView) => void): Promise<void> {
  const channel = new Channel<CustomerView>();
  channel.onmessage = hear;
  return invoke("listen_guest", { channel });
}
