// Every screen, as the news and the gestures that lead there. `sample` is src/samples.ts.
const news = (kind) => (of) => ({ news: kind, of });
const [overview, verdict, hint, outline, camera, ready, sync, counts, recent, alerts] = [
  "overview",
  "verdict",
  "hint",
  "outline",
  "camera",
  "ready",
  "sync",
  "counts",
  "recent",
  "alerts",
].map(news);

const SERVER = "https://billets.la-cigale.example";

/** Sentences that the window words itself, long ones. */
const SAID = {
  fr: {
    note: "Vérifier le justificatif de tarif réduit, mineur accompagné",
    refused: {},
    longRefused: {
      says: "Valable seulement à partir de 20\u00a0h\u00a030, samedi 28\u00a0novembre, portes B et C",
      then: "Faites patienter, puis scannez de nouveau",
    },
    asked: {},
    send: "Porte C",
  },
  de: {
    note: "Ermäßigungsnachweis prüfen, Minderjährige in Begleitung",
    refused: { says: "Schon um 19:42 eingelassen, Eingang\u00a0A", then: "Zum Empfang schicken", type_name: "Stehplatz" },
    longRefused: {
      says: "Gültig erst ab 20:30\u00a0Uhr, Samstag, 28.\u00a0November, Eingänge B und C",
      then: "Bitten Sie um Geduld und scannen Sie danach noch einmal",
      type_name: "Sitzplatz Balkon, ermäßigt",
    },
    asked: {
      says: "Ticket vom Eingang\u00a0C",
      then: "Eingang\u00a0C antwortet seit 20:05 nicht mehr: niemand kann wissen, ob dieses Ticket schon drin ist.",
      type_name: "Sitzplatz Balkon",
    },
    send: "Eingang C",
  },
};

export function screens(sample, language, theme) {
  const said = SAID[language] ?? SAID.fr;
  const at = (screen, changed = {}) => overview(sample.overview(screen, { language, theme, ...changed }));
  const door = (changed, settings) => at(sample.atTheDoor(changed), settings);
  const evening = [
    camera(sample.camera),
    sync(sample.live),
    ready(sample.almostReady),
    counts(sample.counts),
    recent(sample.recent),
    alerts(sample.alerts),
  ];
  const scanning = (...more) => [door(), ...evening, ...more];
  const enrol = (step) => {
    const told = at({ screen: "enrol", step, device_name: "porte-tablette-2" });
    return { ...told, of: { ...told.of, device_name: null, organizer_name: null } };
  };
  const start = "main .btn-main";
  const supervise = '.door-acts button[aria-label]:last-child';
  const phone = { width: 1280, height: 720, codes: [[[540, 300], [740, 300], [740, 500], [540, 500]]] };
  const error = (code) => ({ code, detail: "asking https://billets.la-cigale.example for the offer: dns error: no such host" });

  return [
    { name: "enrol", news: [enrol({ step: "waiting" }), camera(sample.camera)] },
    {
      name: "enrol-wrong",
      news: [
        enrol({ step: "waiting" }),
        camera({ id: null, name: null, standing: { state: "missing" } }),
        hint({ hint: "foreign" }),
      ],
      press: [start],
    },
    { name: "enrol-connecting", news: [enrol({ step: "connecting", server: SERVER })] },
    { name: "enrol-compare", news: [enrol({ step: "compare", digits: "483920", server: SERVER })] },
    { name: "enrol-failed", news: [enrol({ step: "failed", error: error("server_unreachable") })] },
    { name: "choose-till", news: [at({ screen: "choose", places: sample.places, till: "ready" }), sync(sample.live)] },
    { name: "choose", news: [at({ screen: "choose", places: sample.places, till: "no" }), sync(sample.live)] },
    { name: "choose-none", news: [at({ screen: "choose", places: [] }), sync({ ...sample.live, phase: "bootstrapping" })] },
    { name: "ready-almost", news: [door(), ...evening] },
    { name: "ready-ok", news: [door(), ...evening, ready(sample.ready)] },
    { name: "ready-no", news: [door({ test: true }), ...evening, ready(sample.notReady), sync(sample.offline)] },
    { name: "scan", news: scanning(), press: [start] },
    { name: "scan-found", news: scanning(outline(phone)), press: [start] },
    { name: "scan-lan", news: scanning(sync(sample.lan)), press: [start] },
    {
      name: "scan-full-offline-test",
      news: [
        door({ test: true, gate: null }),
        ...evening,
        sync(sample.offline),
        counts({ ...sample.counts, inside: 1402, crowd: "full" }),
        hint({ hint: "order_code", order: "C7QX9P" }),
      ],
      press: [start],
    },
    {
      name: "scan-disk-full",
      news: scanning(
        counts({ ...sample.counts, inside: 1290, crowd: "nearly_full" }),
        hint({ hint: "failed", error: error("disk_full") }),
      ),
      press: [start],
    },
    {
      name: "scan-no-camera",
      news: scanning(camera({ id: null, name: null, standing: { state: "stalled" } }), recent([]), alerts([])),
      press: [start],
    },
    { name: "undo", news: scanning(), press: [start, "button.scan-row"] },
    { name: "verdict-admit", news: scanning(), press: [start], then: [verdict({ ...sample.admitted, note: said.note })] },
    { name: "verdict-out", news: scanning(), press: [start], then: [verdict(sample.verdict({ way: "out" }))] },
    {
      name: "verdict-check",
      news: scanning(),
      press: [start],
      then: [verdict(sample.verdict({ way: "check_only", entry: { no: 1, of: null } }))],
    },
    { name: "verdict-refuse", news: scanning(), press: [start], then: [verdict({ ...sample.refused, ...said.refused })] },
    {
      name: "verdict-refuse-long",
      news: scanning(),
      press: [start],
      then: [
        verdict({ ...sample.refused, ...said.longRefused, may_override: true, send_to: said.send }),
        hint({ hint: "foreign" }),
      ],
    },
    {
      name: "verdict-ask",
      news: scanning(sync(sample.lan)),
      press: [start],
      then: [verdict({ ...sample.asked, ...said.asked, send_to: said.send })],
    },
    {
      name: "search",
      news: scanning(),
      press: [start, ".door-acts .btn"],
      answers: { search: sample.hits },
      type: ["#wanted", "zo"],
      until: "li .who",
    },
    { name: "search-start", news: scanning(), press: [start, ".door-acts .btn"] },
    {
      name: "search-sure",
      news: scanning(),
      press: [start, ".door-acts .btn"],
      answers: { search: sample.hits },
      type: ["#wanted", "zo"],
      until: "li .who",
      finally: ["li .btn"],
    },
    { name: "alerts", news: scanning(), press: [start, ".door-acts .alerts"] },
    { name: "counts", news: scanning(), press: [start, ".inside"] },
    { name: "supervisor-who", news: scanning(), press: [start, supervise], answers: { supervisors: sample.supervisors }, until: ".person" },
    {
      name: "supervisor-pin",
      news: scanning(),
      press: [start, supervise],
      answers: { supervisors: sample.supervisors, unlock: { refused: { code: "wrong_pin", detail: "" } } },
      until: ".person",
      finally: [".person", ".pad .key", ".go"],
    },
    {
      name: "supervisor-locked",
      news: scanning(),
      press: [start, supervise],
      answers: { supervisors: { ...sample.supervisors, locked_until_ms: Date.now() + 270_500 } },
      until: ".person",
      finally: [".person"],
    },
    {
      name: "supervisor",
      news: [door({ strict: true }), ...evening],
      press: [start, supervise],
      answers: {
        supervisors: { ...sample.supervisors, unlocked: sample.supervisors.people[0] },
        export_journal: { path: "/home/porte/Documents/Ticket Hub/journal-2026-11-28-tablette-2.zip" },
      },
      until: ".tools",
      finally: [".tools .btn:nth-child(3)"],
    },
    {
      name: "supervisor-sign-off",
      news: scanning(),
      press: [start, supervise],
      answers: { supervisors: { ...sample.supervisors, unlocked: sample.supervisors.people[0] } },
      until: ".tools",
      finally: [".tools .btn-no"],
    },
    {
      name: "supervisor-override",
      news: scanning(),
      press: [start],
      then: [verdict({ ...sample.asked, ...said.asked })],
      answers: { supervisors: { ...sample.supervisors, unlocked: sample.supervisors.people[0] } },
      finally: [".btn-ask"],
      until: "section.verdict",
      last: ".override",
    },
    { name: "self", news: [door({}, { used_by: "self_service" }), ...evening] },
    {
      name: "self-refuse",
      news: [door({}, { used_by: "self_service" }), ...evening],
      then: [verdict({ ...sample.refused, ...said.refused })],
    },
    {
      name: "settings",
      news: scanning(),
      press: [start, ".door-top > .btn:last-child"],
      answers: { cameras: [{ id: "v4l:0", name: "USB 2.0 Camera" }, { id: "v4l:1", name: "Integrated Webcam HD" }] },
      until: ".choice",
    },
    { name: "closed-waiting", news: [at({ screen: "closed", unsent: 146, revoked: true }), sync(sample.offline)] },
    { name: "closed", news: [at({ screen: "closed", unsent: 0, revoked: false }), sync(sample.live)] },
  ];
}
