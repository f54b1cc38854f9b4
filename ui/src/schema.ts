// Generated from scanner-app/src/station/view by `./hub schema`. Do not edit.

export type UiErrorCode = "storage" | "disk_full" | "in_use" | "replica_unusable" | "keys_missing" | "code_malformed" | "server_address" | "server_unreachable" | "impostor_server" | "enrolment_rejected" | "not_confirmed" | "already_enrolled" | "not_enrolled" | "roster_missing" | "not_allowed" | "revoked" | "signed_off" | "not_found" | "refused" | "wrong_pin" | "pin_locked" | "pin_unreadable" | "supervisor_needed" | "nothing_to_undo" | "override_not_needed" | "override_impossible" | "facts_unsent" | "internal";

export type UiError = { 
/**
 * For the page's sentence.
 */
code: UiErrorCode, 
/**
 * For the person who repairs it: what was tried and each cause below it, in English.
 */
detail: string, };

export type Way = "in" | "out" | "check_only";

export type PlaceChoice = { 
/**
 * Which.
 */
event: string, 
/**
 * Its title; `null` until its first page is here.
 */
name: string | null, 
/**
 * When it begins.
 */
starts_ms: number | null, 
/**
 * The same for people, on the venue's clock and in the screen's language.
 */
starts: string | null, 
/**
 * Its entry hours include today.
 */
today: boolean, 
/**
 * A test event.
 */
test: boolean, 
/**
 * Its gates.
 */
gates: Array<GateChoice>, 
/**
 * The first page is here: scanning may begin.
 */
can_scan: boolean, 
/**
 * Ticket rows here.
 */
tickets: number, 
/**
 * Nothing is missing.
 */
complete: boolean, };

export type GateChoice = { 
/**
 * Its number.
 */
no: number, 
/**
 * Its name.
 */
name: string, 
/**
 * The one that the organizer gave this device.
 */
own: boolean, };

export type PlaceView = { 
/**
 * At which event.
 */
event: string, 
/**
 * Its title.
 */
name: string, 
/**
 * A test event: it is said on every screen.
 */
test: boolean, 
/**
 * The gate's name.
 */
gate: string | null, 
/**
 * The way it stands.
 */
way: Way, 
/**
 * When the doors open.
 */
doors_ms: number, 
/**
 * Of the venue's clock, as IANA names it.
 */
time_zone: string, 
/**
 * Strict mode.
 */
strict: boolean, 
/**
 * This device may search by name and let in by hand.
 */
may_search: boolean, 
/**
 * This device may be used to decide against the rules.
 */
may_supervise: boolean, };

export type EnrolStep = { "step": "waiting" } | { "step": "connecting", 
/**
 * Its address.
 */
server: string, } | { "step": "compare", 
/**
 * `483920`
 */
digits: string, 
/**
 * The server's address.
 */
server: string, } | { "step": "failed", 
/**
 * Why.
 */
error: UiError, };

export type EnrolView = { 
/**
 * Where it stands.
 */
step: EnrolStep, 
/**
 * What this device calls itself to the organizer.
 */
device_name: string, };

export type VerdictLight = "admit" | "refuse" | "ask";

export type EntryCount = { 
/**
 * The how manieth, from 1.
 */
no: number, 
/**
 * Of how many; `null` = as many as they like.
 */
of: number | null, };

export type VerdictView = { 
/**
 * Counts up; the same number again is the same verdict, still in view.
 */
no: number, 
/**
 * Which.
 */
light: VerdictLight, 
/**
 * The way the door stood.
 */
way: Way, 
/**
 * The ticket type's name, if the ticket is known.
 */
type_name: string | null, 
/**
 * On green.
 */
entry: EntryCount | null, 
/**
 * On green: what the person at the door does or looks at ("vérifier le justificatif").
 */
note: string | null, 
/**
 * On red and amber: what is the matter, a sentence.
 */
says: string | null, 
/**
 * On red and amber: what to do, a sentence.
 */
then: string | null, 
/**
 * On green: a revoked device says that it was here before, a sentence.
 */
also_seen: string | null, 
/**
 * On amber: the name of the gate to send them to.
 */
send_to: string | null, 
/**
 * A supervisor may let them in anyway.
 */
may_override: boolean, 
/**
 * When it was decided.
 */
at_ms: number, };

export type RecentView = { 
/**
 * The verdict's number.
 */
no: number, 
/**
 * Which.
 */
light: VerdictLight, 
/**
 * The way the door stood.
 */
way: Way, 
/**
 * The ticket type's name, if the ticket is known.
 */
type_name: string | null, 
/**
 * The note, or what was the matter.
 */
detail: string | null, 
/**
 * When.
 */
at_ms: number, 
/**
 * The same on the venue's clock: `19:42`.
 */
at: string, 
/**
 * The entry or exit that may be undone here.
 */
undo: string | null, 
/**
 * It was undone.
 */
undone: boolean, };

export type AlertSightingView = { 
/**
 * The device's name.
 */
device: string, 
/**
 * The gate's name.
 */
gate: string | null, 
/**
 * On the venue's clock: `19:42`.
 */
at: string, 
/**
 * At this device.
 */
here: boolean, };

export type AlertView = { 
/**
 * `duplicate_entry`, ...: `shared::admission::fold::AlertKind`.
 */
kind: string, 
/**
 * The short code of the ticket.
 */
ticket: string, 
/**
 * What it is, a sentence.
 */
says: string, 
/**
 * Where it was seen, in order.
 */
seen: Array<AlertSightingView>, };

export type Crowd = "fine" | "nearly_full" | "full";

export type GateCount = { 
/**
 * Its name.
 */
name: string | null, 
/**
 * Entries there.
 */
entries: number, 
/**
 * Exits there.
 */
exits: number, };

export type CountsView = { 
/**
 * People inside.
 */
inside: number, 
/**
 * Entries so far.
 */
entries: number, 
/**
 * Exits so far.
 */
exits: number, 
/**
 * People allowed in at once; `null` = not known.
 */
capacity: number | null, 
/**
 * What the two come to.
 */
crowd: Crowd, 
/**
 * By gate, in the order of their numbers; entries at no gate come last, without a name.
 */
gates: Array<GateCount>, };

export type SyncPhase = "bootstrapping" | "catching_up" | "live" | "lan" | "offline" | "needs_reset" | "needs_upgrade" | "blocked";

export type Light = "ok" | "wait" | "no";

export type Protection = "key_store" | "file_only";

export type BatteryView = { 
/**
 * 0 to 100.
 */
percent: number, 
/**
 * It is being charged, or full on mains.
 */
charging: boolean, 
/**
 * Minutes until it is empty, while it isn't charged and where the system tells.
 */
minutes_left: number | null, };

export type CameraStanding = { "state": "looking" } | { "state": "live", 
/**
 * Pixels.
 */
width: number, 
/**
 * Pixels.
 */
height: number, 
/**
 * Pictures a second, as the camera promises.
 */
fps: number, } | { "state": "stalled" } | { "state": "busy" } | { "state": "missing" } | { "state": "unusable" } | { "state": "off" };

export type CameraView = { 
/**
 * Its id, as `choose_camera` takes it.
 */
id: string | null, 
/**
 * Its name.
 */
name: string | null, 
/**
 * How it stands.
 */
standing: CameraStanding, };

export type CameraChoice = { 
/**
 * As `Settings.camera` keeps it.
 */
id: string, 
/**
 * Its name.
 */
name: string, };

export type PeerView = { 
/**
 * Its name.
 */
name: string, 
/**
 * It answered when it was called last.
 */
reachable: boolean, };

export type SyncView = { 
/**
 * Where the engine stands; `null` = it has not begun.
 */
phase: SyncPhase | null, 
/**
 * Since when it has stood there, for "Hors ligne depuis 19:51".
 */
since_ms: number | null, 
/**
 * The same on the venue's clock.
 */
since: string | null, 
/**
 * The other doors.
 */
peers: Array<PeerView>, 
/**
 * Facts that the server has not acknowledged.
 */
unsent: number, };

export type ReadyWhat = { "kind": "roster", 
/**
 * Ticket rows here.
 */
tickets: number, 
/**
 * Seconds since nothing was missing; `null` = never yet.
 */
age_s: number | null, 
/**
 * Nothing was missing after the last page.
 */
complete: boolean, } | { "kind": "keys", 
/**
 * How many are known.
 */
count: number, } | { "kind": "clock", 
/**
 * Server time minus this device's clock; `null` = never compared.
 */
offset_ms: number | null, 
/**
 * At most this wrong.
 */
error_ms: number | null, 
/**
 * The clock is in doubt.
 */
suspect: boolean, } | { "kind": "camera" } & CameraView | { "kind": "disk", 
/**
 * Bytes.
 */
free_bytes: number, } | { "kind": "battery" } & BatteryView | { "kind": "peers", 
/**
 * Names of those that answer.
 */
reachable: Array<string>, 
/**
 * How many are known.
 */
known: number, } | { "kind": "event", 
/**
 * A test event.
 */
test: boolean, } | { "kind": "protection", 
/**
 * How.
 */
by: Protection, } | { "kind": "unsent", 
/**
 * Facts that the server has not acknowledged.
 */
facts: number, 
/**
 * Seconds since the oldest of them.
 */
oldest_s: number | null, } | { "kind": "sync" } & SyncView;

export type ReadyLine = { 
/**
 * How it stands.
 */
light: Light, 
/**
 * What, with the figures that the page words.
 */
what: ReadyWhat, };

export type ReadyView = { 
/**
 * The worst of the lines.
 */
light: Light, 
/**
 * Problems first.
 */
lines: Array<ReadyLine>, };

export type Theme = "night" | "day";

export type Use = "staffed" | "locked" | "self_service";

export type Settings = { 
/**
 * Of every screen.
 */
language: "fr" | "en" | "es" | "de" | "it", 
/**
 * Of every screen but verdicts.
 */
theme: Theme, 
/**
 * Of the sounds, 0 to 100.
 */
volume: number, 
/**
 * The camera to use; `null` = the first.
 */
camera: string | null, 
/**
 * What the USB scanner is set to send before each code; empty = nothing.
 */
wedge_prefix: string, 
/**
 * Who uses the device. Only a supervisor changes it.
 */
used_by: Use, };

export type SupervisorView = { 
/**
 * Who: facts carry it.
 */
person: string, 
/**
 * Their name, as the organizer wrote it.
 */
name: string, };

export type SupervisorsView = { 
/**
 * Who may.
 */
people: Array<SupervisorView>, 
/**
 * Who is unlocked now.
 */
unlocked: SupervisorView | null, 
/**
 * No PIN is taken until then, on this device's clock.
 */
locked_until_ms: number | null, };

export type UndoReason = "did_not_enter" | "wrong_ticket" | "wrong_way" | "other";

export type HitState = { "state": "not_yet" } | { "state": "inside", 
/**
 * Since, on the venue's clock.
 */
since: string, } | { "state": "left" } | { "state": "gone", 
/**
 * Which.
 */
says: string, };

export type HandHit = { 
/**
 * Which.
 */
ticket: string, 
/**
 * Its holder's name, else the buyer's.
 */
name: string, 
/**
 * Its order.
 */
order: string, 
/**
 * Its short code.
 */
code: string, 
/**
 * Its type.
 */
type_name: string, 
/**
 * The order's note.
 */
note: string | null, 
/**
 * Where the holder is.
 */
at: HitState, };

export type Outline = { 
/**
 * The picture's size, in the same units as the corners.
 */
width: number, 
/**
 * Rows.
 */
height: number, 
/**
 * Of each code its four corners, clockwise, as x, y.
 */
codes: Array<[[number, number], [number, number], [number, number], [number, number]]>, };

export type CameraHint = { "hint": "foreign" } | { "hint": "order_code", 
/**
 * Its code.
 */
order: string, } | { "hint": "two_tickets" } | { "hint": "too_much_in_view" } | { "hint": "half_code" } | { "hint": "failed", 
/**
 * The error.
 */
error: UiError, };

export type Screen = { "screen": "enrol" } & EnrolView | { "screen": "choose", 
/**
 * Today's first.
 */
places: Array<PlaceChoice>, } | { "screen": "door" } & PlaceView | { "screen": "closed", 
/**
 * Facts that still wait.
 */
unsent: number, 
/**
 * The organizer revoked it; else a supervisor signed it off here.
 */
revoked: boolean, };

export type SavedFile = { 
/**
 * The whole path.
 */
path: string, };

export type Overview = { 
/**
 * Choices.
 */
settings: Settings, 
/**
 * Which screen.
 */
screen: Screen, 
/**
 * This device's name; `null` until it is enrolled.
 */
device_name: string | null, 
/**
 * The organizer's name.
 */
organizer_name: string | null, };

export type News = { "news": "overview", "of": Overview } | { "news": "verdict", "of": VerdictView } | { "news": "hint", "of": CameraHint } | { "news": "outline", "of": Outline } | { "news": "camera", "of": CameraView } | { "news": "ready", "of": ReadyView } | { "news": "sync", "of": SyncView } | { "news": "counts", "of": CountsView } | { "news": "recent", "of": Array<RecentView> } | { "news": "alerts", "of": Array<AlertView> };
