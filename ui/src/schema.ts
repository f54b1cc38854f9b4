// Generated from scanner-app/src/station/view by `./hub schema`. Do not edit.

export type Money = { minor: number, currency: "EUR" | "GBP" | "CHF", };

export type UiErrorCode = "storage" | "disk_full" | "in_use" | "replica_unusable" | "keys_missing" | "code_malformed" | "server_address" | "server_unreachable" | "impostor_server" | "enrolment_rejected" | "not_confirmed" | "already_enrolled" | "not_enrolled" | "roster_missing" | "not_allowed" | "revoked" | "signed_off" | "not_found" | "refused" | "wrong_pin" | "pin_locked" | "pin_unreadable" | "supervisor_needed" | "printer_address" | "printer_for_tickets" | "nothing_to_undo" | "override_not_needed" | "override_impossible" | "shift_open" | "facts_unsent" | "internal";

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

export type TillChoice = "no" | "not_yet" | "ready";

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
used_by: Use, 
/**
 * At the box office: a window of their own shows the guest what it costs.
 */
guest_window: boolean, };

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

export type FreeReason = "guest" | "press" | "artist" | "companion" | "partner" | "child";

export type Means = { "by": "cash" } | { "by": "card" } | { "by": "cheque" } | { "by": "voucher", 
/**
 * Its number.
 */
kind: number, } | { "by": "exchange" };

export type VoucherView = { 
/**
 * Its number.
 */
kind: number, 
/**
 * "Chèque-vacances".
 */
name: string, };

export type VatView = { 
/**
 * 550 = 5.5 %.
 */
basis_points: number, 
/**
 * The VAT.
 */
vat: Money, };

export type LineView = { 
/**
 * The show's title, if the cart holds places of several.
 */
title: string | null, 
/**
 * The type's name.
 */
name: string, 
/**
 * How many.
 */
quantity: number, 
/**
 * What one costs, before a promo code.
 */
unit: Money, 
/**
 * All of them.
 */
total: Money, 
/**
 * What a promo code took off all of them.
 */
off: Money | null, 
/**
 * What the guest has to show.
 */
proof: string | null, 
/**
 * Without charge, and why.
 */
free: FreeReason | null, 
/**
 * At a reduced rate, and why: the guest proves it.
 */
reduced: ReducedReason | null, 
/**
 * At a group's price.
 */
group: boolean, };

export type CodeView = { 
/**
 * Its word.
 */
code: string, 
/**
 * 1,000 = 10 %; `null`: it takes off an amount.
 */
percent_basis_points: number | null, 
/**
 * What it takes off the cart.
 */
off: Money, };

export type CartView = { 
/**
 * In the order in which they were added.
 */
lines: Array<LineView>, 
/**
 * How many places.
 */
places: number, 
/**
 * The sum of the lines.
 */
total: Money, 
/**
 * The VAT in it.
 */
vat: Array<VatView>, 
/**
 * The promo code that is in the prices.
 */
code: CodeView | null, };

export type ShowView = { 
/**
 * Which.
 */
event: string, 
/**
 * Its title.
 */
title: string, 
/**
 * When.
 */
when: string, 
/**
 * A test event.
 */
test: boolean, 
/**
 * Its keys are shown.
 */
current: boolean, 
/**
 * What this till holds of it may be sold until then; said when it is a day away or less.
 */
stock_until: string | null, 
/**
 * Places of it that other tills lent and that are not sold yet.
 */
lent: Array<LentView>, };

export type LentView = { 
/**
 * "Guichet 2".
 */
till: string, 
/**
 * How many.
 */
places: number, };

export type TypeKeyView = { 
/**
 * Which.
 */
type_no: number, 
/**
 * The digit that adds one, 1 to 9.
 */
key: number | null, 
/**
 * Its name.
 */
name: string, 
/**
 * What the guest has to show for this rate.
 */
proof: string | null, 
/**
 * What one costs; at a reduced rate, where the next places are.
 */
price: Money, 
/**
 * What one costs from so many on.
 */
group: GroupView | null, 
/**
 * What is left of this till's own, less all carts here.
 */
own_left: number, 
/**
 * What is left of what nobody holds, less all carts here; `null` without the server.
 */
common_left: number | null, 
/**
 * In the cart, at whatever price.
 */
in_cart: number, };

export type SaleView = { 
/**
 * Today's first.
 */
shows: Array<ShowView>, 
/**
 * Types of the show that is looked at.
 */
keys: Array<TypeKeyView>, 
/**
 * The cart.
 */
cart: CartView, 
/**
 * How many carts wait.
 */
parked: number, 
/**
 * The next places are without charge, for this reason.
 */
free: FreeReason | null, 
/**
 * A reason is being chosen.
 */
choosing_reason: boolean, 
/**
 * Reduced rates of the show, in the order of their digits.
 */
rates: Array<ReducedReason>, 
/**
 * The next places are at a reduced rate, for this reason.
 */
reduced: ReducedReason | null, 
/**
 * A reduced rate is being chosen.
 */
choosing_rate: boolean, 
/**
 * Of the tickets.
 */
ticket_language: "fr" | "en" | "es" | "de" | "it", 
/**
 * Who buys, if they said so.
 */
guest: GuestView | null, 
/**
 * Who buys is being typed.
 */
asking_guest: boolean, 
/**
 * A promo code is being typed.
 */
asking_code: boolean, 
/**
 * A promo code that went out when the cart changed.
 */
code_out: string | null, 
/**
 * What comes back for this cart.
 */
exchange: ExchangeView | null, };

export type GroupView = { 
/**
 * From so many places on.
 */
from: number, 
/**
 * Each costs this.
 */
price: Money, };

export type GuestView = { 
/**
 * May be empty.
 */
name: string, 
/**
 * May be empty.
 */
email: string, };

export type ReducedReason = "youth" | "student" | "senior" | "job_seeker" | "disabled" | "subscriber" | "staff" | "promotion";

export type ParkedView = { 
/**
 * Which: it stays the same while others go.
 */
no: number, 
/**
 * Since when, on the venue's clock.
 */
since: string, 
/**
 * What it holds.
 */
cart: CartView, };

export type PiecesView = { 
/**
 * What one is worth.
 */
value: Money, 
/**
 * It is a coin.
 */
coin: boolean, 
/**
 * How many.
 */
count: number, 
/**
 * All of them.
 */
sum: Money, };

export type AskingView = { "for": "means" } | { "for": "cash", 
/**
 * What the guest gave.
 */
given: Money, 
/**
 * What goes back; `null` = it is not enough.
 */
change: Money | null, 
/**
 * What is missing then.
 */
missing: Money | null, 
/**
 * What guests give for this amount.
 */
quick: Money[], 
/**
 * The change in notes and coins.
 */
pieces: Array<PiecesView>, } | { "for": "card", 
/**
 * How much.
 */
amount: Money, } | { "for": "cheque", 
/**
 * How much.
 */
amount: Money, } | { "for": "voucher", 
/**
 * Which kind.
 */
kind: number, 
/**
 * Its name.
 */
name: string, 
/**
 * How much.
 */
amount: Money, };

export type TakenView = { 
/**
 * By what.
 */
means: Means, 
/**
 * The voucher's kind in words.
 */
name: string | null, 
/**
 * How much.
 */
amount: Money, 
/**
 * The terminal refused the card: nothing was paid.
 */
refused: boolean, };

export type OrderStanding = "paid" | "held" | "reserved" | "taken_over" | "refunded" | "over";

export type OrderTicketsView = { 
/**
 * The type's name.
 */
name: string, 
/**
 * How many.
 */
places: number, };

export type CollectedView = { 
/**
 * The day, and the time on the venue's clock.
 */
at: string, 
/**
 * At which till.
 */
till: string, };

export type TakenOverView = { 
/**
 * The day, and the time on the venue's clock.
 */
at: string, 
/**
 * By which till.
 */
till: string, 
/**
 * That is this one.
 */
here: boolean, };

export type OrderView = { 
/**
 * Which.
 */
order: string, 
/**
 * `TH-4K7M2Q9XWA`.
 */
code: string, 
/**
 * The buyer's name.
 */
buyer: string, 
/**
 * The event.
 */
title: string, 
/**
 * When it begins.
 */
when: string, 
/**
 * How the order stands.
 */
state: OrderStanding, 
/**
 * What of it lets somebody in, by type; of a reservation, its places.
 */
tickets: Array<OrderTicketsView>, 
/**
 * What it cost, or is to cost.
 */
total: Money, 
/**
 * Its tickets were handed out before.
 */
collected: CollectedView | null, 
/**
 * It is reserved until then, on the event's clock.
 */
reserved_until: string | null, 
/**
 * A till took the reservation over.
 */
taken_over: TakenOverView | null, };

export type CollectView = { 
/**
 * What was looked for; nothing: nobody looked yet.
 */
text: string, 
/**
 * What was found, the newest first.
 */
found: Array<OrderView>, 
/**
 * There are more: the name is too common.
 */
more: boolean, 
/**
 * The one that is looked at.
 */
order: OrderView | null, 
/**
 * So many tickets of it go to the printer.
 */
printing: number | null, };

export type CollectAct = { "do": "find", 
/**
 * What was typed or read.
 */
text: string, } | { "do": "look", 
/**
 * Which.
 */
order: string, } | { "do": "hand_out" } | { "do": "duplicate" } | { "do": "take_over" } | { "do": "back" };

export type BackByView = { 
/**
 * Which.
 */
means: Means, 
/**
 * The voucher's kind in words.
 */
name: string | null, };

export type ExchangeView = { 
/**
 * The receipt of their sale.
 */
receipt: number, 
/**
 * How many.
 */
places: number, 
/**
 * What they cost.
 */
credit: Money, 
/**
 * What is left to pay for the new ones.
 */
due: Money, 
/**
 * What goes back to the guest.
 */
back: Money, 
/**
 * By what it may go back, or went.
 */
back_by: Array<BackByView>, };

export type InterruptedView = { 
/**
 * When, on the venue's clock.
 */
at: string, 
/**
 * What.
 */
taken: Array<TakenView>, };

export type PaymentView = { 
/**
 * How many places.
 */
places: number, 
/**
 * All of it.
 */
due: Money, 
/**
 * What was taken, in order.
 */
taken: Array<TakenView>, 
/**
 * What is left to pay: `due` less what was taken.
 */
rest: Money, 
/**
 * The kinds of vouchers, in the order of their keys.
 */
vouchers: Array<VoucherView>, 
/**
 * What is asked for.
 */
asking: AskingView, 
/**
 * What comes back for this cart.
 */
exchange: ExchangeView | null, };

export type PrintState = "no_printer" | "waiting" | "handed_over" | "printed" | "failed";

export type TicketOutView = { 
/**
 * Its number in the series, with its letters.
 */
number: string, 
/**
 * The type's name.
 */
name: string, };

export type DoneView = { 
/**
 * Its receipt's number.
 */
receipt: number, 
/**
 * How many places.
 */
places: number, 
/**
 * What was paid.
 */
total: Money, 
/**
 * By what.
 */
taken: Array<TakenView>, 
/**
 * What goes back into the guest's hand.
 */
change: Money | null, 
/**
 * The same in notes and coins.
 */
pieces: Array<PiecesView>, 
/**
 * Where the tickets are.
 */
print: PrintState, 
/**
 * Where they go besides, once the sale is with the server.
 */
email: string | null, 
/**
 * The receipt was sent to the printer: the guest wanted one.
 */
receipt_asked: boolean, 
/**
 * The tickets.
 */
tickets: Array<TicketOutView>, 
/**
 * What came back for them.
 */
exchange: ExchangeView | null, };

export type CountView = { 
/**
 * All values, the largest first.
 */
pieces: Array<PiecesView>, 
/**
 * The sum.
 */
total: Money, };

export type CashReason = "change" | "banked" | "purchase" | "other_till" | "correction";

export type CashMoveView = { 
/**
 * Into it; else out of it.
 */
into: boolean, 
/**
 * How much.
 */
amount: Money, 
/**
 * Why.
 */
reason: CashReason, };

export type MeansFigureView = { 
/**
 * Which.
 */
means: Means, 
/**
 * The voucher's kind in words.
 */
name: string | null, 
/**
 * How many payments.
 */
payments: number, 
/**
 * Their sum.
 */
sum: Money, };

export type RateFigureView = { 
/**
 * 550 = 5.5 %.
 */
basis_points: number, 
/**
 * Without VAT.
 */
base: Money, 
/**
 * The VAT.
 */
vat: Money, };

export type FiguresView = { 
/**
 * Of which day, worded.
 */
day: string, 
/**
 * How many sales.
 */
sales: number, 
/**
 * By means.
 */
means: Array<MeansFigureView>, 
/**
 * How many refunds.
 */
refunds: number, 
/**
 * What went back.
 */
refunded: Money, 
/**
 * Sold less given back, VAT included.
 */
revenue: Money, 
/**
 * By VAT rate.
 */
rates: Array<RateFigureView>, 
/**
 * Tickets sold, free ones included.
 */
tickets: number, 
/**
 * Without charge.
 */
free: number, 
/**
 * Their numbers, as ranges in words: "A-301 à A-586".
 */
numbers: Array<string>, 
/**
 * In the drawer when the shift began.
 */
float: Money, 
/**
 * Put into it without a sale.
 */
moved_in: Money, 
/**
 * Taken out of it without a sale.
 */
moved_out: Money, };

export type ClosedView = { 
/**
 * What was taken.
 */
figures: FiguresView, 
/**
 * The count.
 */
count: CountView, 
/**
 * What should be in the drawer.
 */
expected: Money, 
/**
 * Counted less expected.
 */
difference: Money, 
/**
 * Facts that the server has not acknowledged.
 */
unsent: number, 
/**
 * The Z's number, once the shift is closed.
 */
z: number | null, };

export type KeptBecause = "taken_back" | "used";

export type RefundReason = "mistake" | "guest" | "event_cancelled" | "event_changed" | "exchange" | "duplicate" | "not_handed_over";

export type PastSaleView = { 
/**
 * Which.
 */
sale: string, 
/**
 * Its receipt's number.
 */
receipt: number, 
/**
 * When, on the venue's clock.
 */
at: string, 
/**
 * Who sold.
 */
clerk: string, 
/**
 * How many places.
 */
places: number, 
/**
 * What was paid.
 */
total: Money, 
/**
 * So many of its tickets were taken back.
 */
taken_back: number, };

export type PastTicketView = { 
/**
 * Its number in the series, with its letters.
 */
number: string, 
/**
 * Its type.
 */
name: string, 
/**
 * What it cost.
 */
price: Money, 
/**
 * Why it can't be taken back, if it can't.
 */
kept: KeptBecause | null, 
/**
 * It is marked to be taken back.
 */
marked: boolean, };

export type PastDetailView = { 
/**
 * In short.
 */
sale: PastSaleView, 
/**
 * How it was paid.
 */
taken: Array<TakenView>, 
/**
 * Its tickets.
 */
tickets: Array<PastTicketView>, 
/**
 * The means by which money may go back.
 */
back_by: Array<Means>, 
/**
 * What the marked tickets cost: what goes back.
 */
back: Money, 
/**
 * It was sent to the printer again just now.
 */
reprinted: boolean, 
/**
 * A refund was written just now, with this receipt.
 */
refund_receipt: number | null, };

export type PastView = { 
/**
 * What was looked for.
 */
text: string, 
/**
 * What was found, the newest first.
 */
found: Array<PastSaleView>, 
/**
 * The one that is looked at.
 */
sale: PastDetailView | null, };

export type PaperOf = "tickets" | "papers";

export type PrinterView = { 
/**
 * `tcp:192.168.1.60`, `device:/dev/usb/lp0`, `cups:QUEUE`, `file:PATH`.
 */
address: string, 
/**
 * `escpos:80:wpc1252:picture`, `fgl:203`, `zpl:300`, `pdf:a6`.
 */
speaks: string, };

export type PrintersView = { 
/**
 * Of tickets; `null` = they are shown to the guest.
 */
tickets: PrinterView | null, 
/**
 * Of receipts and reports.
 */
papers: PrinterView | null, };

export type FoundPrinters = { 
/**
 * Queues first, then devices.
 */
addresses: Array<string>, };

export type PaperKind = "tickets" | "receipt" | "report";

export type UnprintedView = { 
/**
 * The job's number.
 */
job: number, 
/**
 * What is on it.
 */
paper: PaperKind, 
/**
 * Of which sale: its receipt's number.
 */
receipt: number | null, 
/**
 * Something of it may be on paper: the next one says DUPLICATA.
 */
began: boolean, 
/**
 * What is wrong and what to do, in the screen's language.
 */
says: string, };

export type PaperAct = { "do": "again", 
/**
 * The job's number.
 */
job: number, } | { "do": "let_be", 
/**
 * The job's number.
 */
job: number, };

export type TillRefusal = "nothing_left" | "cart_empty" | "too_many" | "short" | "too_much" | "nothing_asked" | "money_taken" | "carts_wait" | "places_gone" | "price_changed" | "stock_ended" | "disk_full" | "not_written" | "drawer_too_low" | "no_printer" | "not_here" | "no_rate" | "wrong_email" | "wrong_name" | "no_contact_key" | "exchange_open" | "no_server" | "too_short" | "order_not_paid" | "order_empty" | "order_rotates" | "reservation_over" | "reservation_paid" | "reservation_sold" | "reservation_offline" | "code_unknown" | "code_not_yet" | "code_over" | "code_used_up" | "code_other_types" | "code_below_minimum" | "code_needs_person" | "code_needs_server" | "code_again";

export type TillScreen = { "at": "log_in", 
/**
 * Who may.
 */
people: Array<SupervisorView>, 
/**
 * No PIN is taken until then, on this device's clock.
 */
locked_until_ms: number | null, } | { "at": "open" } & CountView | { "at": "sale" } & SaleView | { "at": "payment" } & PaymentView | { "at": "done" } & DoneView | { "at": "parked", 
/**
 * Oldest first.
 */
carts: Array<ParkedView>, } | { "at": "menu" } | { "at": "cash" } & CashMoveView | { "at": "report" } & FiguresView | { "at": "count" } & CountView | { "at": "compare" } & ClosedView | { "at": "closed" } & ClosedView | { "at": "past" } & PastView | { "at": "collect" } & CollectView;

export type TillView = { 
/**
 * Counts up whenever something was done that must not be done twice. Acts and keys carry the one that they were meant
 * for; of any other nothing comes.
 */
step: number, 
/**
 * "Guichet 2".
 */
till: string, 
/**
 * Who sells, once somebody has logged in.
 */
clerk: string | null, 
/**
 * When the shift began, on the venue's clock; `null` before.
 */
opened: string | null, 
/**
 * Why nothing came of the last act; `null` = it was done.
 */
refusal: TillRefusal | null, 
/**
 * Papers that did not come out, the oldest first.
 */
unprinted: Array<UnprintedView>, 
/**
 * Money was taken for a sale that was never made: the machine died.
 */
interrupted: InterruptedView | null, 
/**
 * What there is to do.
 */
screen: TillScreen, };

export type CustomerCodeView = { 
/**
 * Its number in the series.
 */
number: string, 
/**
 * The type's name.
 */
name: string, 
/**
 * The code as an SVG picture, with its quiet zone.
 */
svg: string, };

export type CustomerView = { 
/**
 * Counts up with each view that is another.
 */
step: number, 
/**
 * Of the guest.
 */
language: "fr" | "en" | "es" | "de" | "it", 
/**
 * What they buy; `null` = nobody is served.
 */
cart: CartView | null, 
/**
 * What is left to pay while they pay.
 */
rest: Money | null, 
/**
 * What they get back.
 */
change: Money | null, 
/**
 * They have paid.
 */
paid: boolean, 
/**
 * Tickets to take along by a telephone's camera, where none was printed.
 */
codes: Array<CustomerCodeView>, };

export type Stroke = { "stroke": "digit", 
/**
 * 0 to 9.
 */
digit: number, } | { "stroke": "double_zero" } | { "stroke": "erase" };

export type SaleAct = { "do": "show", 
/**
 * Which.
 */
event: string, } | { "do": "add", 
/**
 * Its type.
 */
type_no: number, } | { "do": "more", 
/**
 * Its index; `null` = the one that was added to last.
 */
line: number | null, } | { "do": "less", 
/**
 * Its index; `null` = takes back what was added last.
 */
line: number | null, } | { "do": "set", 
/**
 * Its index.
 */
line: number, 
/**
 * How many; 0 takes the line out.
 */
quantity: number, } | { "do": "empty" } | { "do": "reasons" } | { "do": "free", 
/**
 * Why.
 */
reason: FreeReason | null, } | { "do": "rates" } | { "do": "reduced", 
/**
 * Why.
 */
reason: ReducedReason | null, } | { "do": "ticket_language", 
/**
 * Which.
 */
language: "fr" | "en" | "es" | "de" | "it", } | { "do": "guest" } | { "do": "guest_is", 
/**
 * A name.
 */
name: string, 
/**
 * An address.
 */
email: string, 
/**
 * Of tickets and mail.
 */
language: "fr" | "en" | "es" | "de" | "it", } | { "do": "code" } | { "do": "code_is", 
/**
 * As it was typed or read.
 */
code: string, } | { "do": "no_code" } | { "do": "park" } | { "do": "parked" } | { "do": "resume", 
/**
 * Its number.
 */
no: number, } | { "do": "back" } | { "do": "pay", 
/**
 * By what; `null` = it is chosen there.
 */
means: Means | null, } | { "do": "no_exchange" } | { "do": "menu" };

export type PaymentAct = { "do": "by", 
/**
 * Which.
 */
means: Means, } | { "do": "type", 
/**
 * What.
 */
stroke: Stroke, } | { "do": "give", 
/**
 * In minor units.
 */
minor: number, } | { "do": "take" } | { "do": "take_part" } | { "do": "card_refused" } | { "do": "give_back", 
/**
 * Its index.
 */
part: number, } | { "do": "return", 
/**
 * By what.
 */
means: Means, } | { "do": "back" };

export type DoneAct = { "do": "next" } | { "do": "print_again" } | { "do": "receipt" };

export type ShiftAct = { "do": "count", 
/**
 * What one is worth, in minor units.
 */
value: number, 
/**
 * How many.
 */
count: number, } | { "do": "confirm" } | { "do": "report" } | { "do": "cash", 
/**
 * Into it; else out of it.
 */
into: boolean, } | { "do": "type", 
/**
 * What.
 */
stroke: Stroke, } | { "do": "reason", 
/**
 * Why.
 */
reason: CashReason, } | { "do": "past" } | { "do": "collect" } | { "do": "count_drawer" } | { "do": "log_out" } | { "do": "back" };

export type PastAct = { "do": "find", 
/**
 * What was typed.
 */
text: string, } | { "do": "look", 
/**
 * Which.
 */
sale: string, } | { "do": "reprint", 
/**
 * Its receipt; else its tickets.
 */
receipt: boolean, } | { "do": "mark", 
/**
 * Its index.
 */
ticket: number, } | { "do": "refund", 
/**
 * Why.
 */
reason: RefundReason, 
/**
 * By what the money goes back.
 */
means: Means, } | { "do": "exchange" } | { "do": "back" };

export type TillAct = { "on": "sale", "act": SaleAct } | { "on": "payment", "act": PaymentAct } | { "on": "done", "act": DoneAct } | { "on": "shift", "act": ShiftAct } | { "on": "past", "act": PastAct } | { "on": "collect", "act": CollectAct } | { "on": "paper", "act": PaperAct } | { "on": "given_back" };

export type TillKey = { "key": "digit", 
/**
 * Which.
 */
digit: number, } | { "key": "function", 
/**
 * Which.
 */
no: number, } | { "key": "plus" } | { "key": "minus" } | { "key": "backspace" } | { "key": "enter" } | { "key": "escape" };

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
places: Array<PlaceChoice>, 
/**
 * Whether it may be a box office as well.
 */
till: TillChoice, } | { "screen": "door" } & PlaceView | { "screen": "till", 
/**
 * Of the venue's clock, as IANA names it.
 */
time_zone: string, } | { "screen": "closed", 
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

export type News = { "news": "overview", "of": Overview } | { "news": "verdict", "of": VerdictView } | { "news": "hint", "of": CameraHint } | { "news": "outline", "of": Outline } | { "news": "camera", "of": CameraView } | { "news": "ready", "of": ReadyView } | { "news": "sync", "of": SyncView } | { "news": "counts", "of": CountsView } | { "news": "recent", "of": Array<RecentView> } | { "news": "alerts", "of": Array<AlertView> } | { "news": "till", "of": TillView };
