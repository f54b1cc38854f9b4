// What a window may tell, for tests and for the gallery of pictures: never part of the built page.
import type {
  AlertView,
  CameraView,
  CountsView,
  HandHit,
  Overview,
  PlaceChoice,
  PlaceView,
  ReadyView,
  RecentView,
  Screen,
  Settings,
  SupervisorsView,
  SyncView,
  VerdictView,
} from "./schema";

const EVENING = Date.parse("2026-11-28T20:14:00+01:00");

export const settings: Settings = {
  language: "fr",
  theme: "night",
  volume: 80,
  camera: null,
  wedge_prefix: "",
  used_by: "staffed",
  guest_window: false,
};

export const place: PlaceView = {
  event: "0190a5c0-0000-7000-8000-000000000001",
  name: "Mirabelle Nord, La Cigale",
  test: false,
  gate: "Porte B",
  way: "in",
  doors_ms: EVENING + 19 * 60_000,
  time_zone: "Europe/Paris",
  strict: false,
  may_search: true,
  may_supervise: true,
};

export function overview(screen: Screen, changed: Partial<Settings> = {}): Overview {
  return {
    settings: { ...settings, ...changed },
    screen,
    device_name: "Tablette 2",
    organizer_name: "La Cigale",
  };
}

export const atTheDoor = (changed: Partial<PlaceView> = {}): Screen => ({ screen: "door", ...place, ...changed });

export const places: PlaceChoice[] = [
  {
    event: place.event,
    name: "Mirabelle Nord, La Cigale",
    starts_ms: EVENING,
    starts: "samedi 28 novembre, 20\u00a0h\u00a030",
    today: true,
    test: false,
    gates: [
      { no: 1, name: "Porte A", own: false },
      { no: 2, name: "Porte B", own: true },
      { no: 3, name: "Entrée des artistes et des personnes à mobilité réduite", own: false },
    ],
    can_scan: true,
    tickets: 1389,
    complete: true,
  },
  {
    event: "0190a5c0-0000-7000-8000-000000000002",
    name: "Répétition générale",
    starts_ms: EVENING,
    starts: "samedi 28 novembre, 14\u00a0h",
    today: true,
    test: true,
    gates: [],
    can_scan: true,
    tickets: 12,
    complete: false,
  },
  {
    event: "0190a5c0-0000-7000-8000-000000000003",
    name: null,
    starts_ms: null,
    starts: null,
    today: false,
    test: false,
    gates: [{ no: 1, name: "Porte A", own: true }],
    can_scan: false,
    tickets: 0,
    complete: false,
  },
];

export const camera: CameraView = {
  id: "v4l:0",
  name: "USB 2.0 Camera",
  standing: { state: "live", width: 1280, height: 720, fps: 30 },
};

export const live: SyncView = {
  phase: "live",
  since_ms: EVENING,
  since: "18:41",
  peers: [
    { name: "Porte A", reachable: true },
    { name: "Porte C", reachable: true },
  ],
  unsent: 0,
};

export const lan: SyncView = { ...live, phase: "lan", since: "19:51", unsent: 146 };

export const offline: SyncView = {
  phase: "offline",
  since_ms: EVENING,
  since: "19:51",
  peers: [{ name: "Porte A", reachable: false }],
  unsent: 146,
};

export const counts: CountsView = {
  inside: 1051,
  entries: 1076,
  exits: 25,
  capacity: 1400,
  crowd: "fine",
  gates: [
    { name: "Porte A", entries: 612, exits: 9 },
    { name: "Porte B", entries: 460, exits: 16 },
    { name: null, entries: 4, exits: 0 },
  ],
};

export const almostReady: ReadyView = {
  light: "wait",
  lines: [
    { light: "wait", what: { kind: "protection", by: "file_only" } },
    { light: "wait", what: { kind: "battery", percent: 24, charging: false, minutes_left: 95 } },
    { light: "ok", what: { kind: "roster", tickets: 1389, age_s: 40, complete: true } },
    { light: "ok", what: { kind: "keys", count: 3 } },
    { light: "ok", what: { kind: "camera", ...camera } },
    { light: "ok", what: { kind: "clock", offset_ms: 214, error_ms: 30, suspect: false } },
    { light: "ok", what: { kind: "disk", free_bytes: 41_200_000_000 } },
    { light: "ok", what: { kind: "peers", reachable: ["Porte A", "Porte C"], known: 2 } },
    { light: "ok", what: { kind: "unsent", facts: 0, oldest_s: null } },
    { light: "ok", what: { kind: "event", test: false } },
    { light: "ok", what: { kind: "sync", ...live } },
  ],
};

export const ready: ReadyView = {
  light: "ok",
  lines: almostReady.lines.filter((line) => line.light === "ok"),
};

export const notReady: ReadyView = {
  light: "no",
  lines: [
    { light: "no", what: { kind: "roster", tickets: 0, age_s: null, complete: false } },
    { light: "no", what: { kind: "disk", free_bytes: 120_000_000 } },
    { light: "wait", what: { kind: "camera", id: null, name: null, standing: { state: "missing" } } },
    { light: "wait", what: { kind: "clock", offset_ms: 812_000, error_ms: 30, suspect: true } },
    { light: "wait", what: { kind: "peers", reachable: [], known: 3 } },
    { light: "wait", what: { kind: "unsent", facts: 146, oldest_s: 1400 } },
    { light: "wait", what: { kind: "sync", ...offline } },
    { light: "ok", what: { kind: "keys", count: 3 } },
    { light: "ok", what: { kind: "event", test: true } },
  ],
};

export function verdict(changed: Partial<VerdictView>): VerdictView {
  return {
    no: 7,
    light: "admit",
    way: "in",
    type_name: "Moins de 26\u00a0ans",
    entry: null,
    note: null,
    says: null,
    then: null,
    also_seen: null,
    send_to: null,
    may_override: false,
    at_ms: EVENING,
    ...changed,
  };
}

export const admitted = verdict({ note: "Voir une pièce d’identité", entry: { no: 2, of: 3 } });

export const refused = verdict({
  no: 8,
  light: "refuse",
  type_name: "Fosse, debout",
  says: "Déjà entré à 19\u00a0h\u00a042, porte\u00a0A",
  then: "Envoyez au point accueil",
});

export const asked = verdict({
  no: 9,
  light: "ask",
  type_name: "Balcon, assis",
  says: "Billet de la porte\u00a0C",
  then: "La porte\u00a0C ne répond plus depuis 20:05\u00a0: on ne peut pas savoir si ce billet est déjà entré.",
  send_to: "Porte C",
  may_override: true,
});

function scan(no: number, at: string, changed: Partial<RecentView>): RecentView {
  return {
    no,
    light: "admit",
    way: "in",
    type_name: "Fosse, debout",
    detail: null,
    at_ms: EVENING,
    at,
    undo: null,
    undone: false,
    ...changed,
  };
}

export const recent: RecentView[] = [
  scan(12, "20:14", { undo: "f12" }),
  scan(11, "20:14", { type_name: "Moins de 26\u00a0ans", detail: "Justificatif vu", undo: "f11" }),
  scan(10, "20:13", { light: "refuse", detail: "Déjà entré à 19\u00a0h\u00a042, porte\u00a0A" }),
  scan(9, "20:13", { type_name: "Balcon, assis", undone: true }),
  scan(8, "20:12", { light: "ask", type_name: null, detail: "Cette porte n’est pas à jour" }),
  scan(7, "20:12", { way: "out", undo: "f7" }),
];

export const alerts: AlertView[] = [
  {
    kind: "duplicate_entry",
    ticket: "K7QM-22PX",
    says: "Le même billet est entré deux fois.",
    seen: [
      { device: "Tablette 1", gate: "Porte A", at: "19:42", here: false },
      { device: "Tablette 2", gate: "Porte B", at: "20:13", here: true },
    ],
  },
];

export const hits: HandHit[] = [
  {
    ticket: "t1",
    name: "Zoé Müller-Lefèvre",
    order: "C7QX9P",
    code: "K7QM-22PX",
    type_name: "Fosse, debout",
    note: "Fauteuil roulant, accompagnée",
    at: { state: "not_yet" },
  },
  {
    ticket: "t2",
    name: "Zoé Müller-Lefèvre",
    order: "C7QX9P",
    code: "K7QM-22PY",
    type_name: "Moins de 26\u00a0ans",
    note: null,
    at: { state: "inside", since: "19:42" },
  },
  {
    ticket: "t3",
    name: "Zoran Ilić",
    order: "D2AA0K",
    code: "M1TT-93RA",
    type_name: "Balcon, assis",
    note: null,
    at: { state: "gone", says: "Remboursé le 12\u00a0novembre" },
  },
];

export const supervisors: SupervisorsView = {
  people: [
    { person: "p1", name: "Inès Fournier" },
    { person: "p2", name: "Karl-Heinz Oberbauer" },
  ],
  unlocked: null,
  locked_until_ms: null,
};
