// What a box office shows in the middle of an evening, for tests and for the gallery of pictures: never part of the built page.
import type {
  CartView,
  ClosedView,
  CollectView,
  CountView,
  CustomerView,
  DoneView,
  ExchangeView,
  FiguresView,
  LineView,
  Money,
  OrderView,
  PastDetailView,
  PastSaleView,
  PaymentView,
  PiecesView,
  SaleView,
  TillScreen,
  TillView,
  TypeKeyView,
} from "../schema";

export const euros = (amount: number): Money => ({ minor: Math.round(amount * 100), currency: "EUR" });

export const tillAt = (screen: TillScreen, changed: Partial<TillView> = {}): TillView => ({
  step: 7,
  till: "Guichet 2",
  clerk: "Nadia",
  opened: "18:02",
  refusal: null,
  unprinted: [],
  interrupted: null,
  screen,
  ...changed,
});

const key = (no: number, name: string, proof: string | null, price: number, left: number): TypeKeyView => ({
  type_no: no,
  key: no <= 9 ? no : null,
  name,
  proof,
  price: euros(price),
  group: null,
  own_left: left,
  common_left: null,
  in_cart: 0,
});

const keys: TypeKeyView[] = [
  { ...key(1, "Fosse, debout", null, 34, 86), in_cart: 2, common_left: 240 },
  { ...key(2, "Moins de 26\u00a0ans", "Pièce d’identité", 24, 20), in_cart: 1 },
  key(3, "Balcon, assis", null, 42, 12),
  key(4, "Demandeur d’emploi", "Attestation de moins de 3\u00a0mois", 24, 20),
  key(5, "Accompagnant PSH", "Avec un billet PSH", 0, 6),
  key(6, "Étudiant", "Carte de l’année", 28, 40),
  key(7, "Enfant", "Moins de 12\u00a0ans", 15, 20),
  key(8, "Comité d’entreprise", "Bon à remettre", 30, 25),
  { ...key(9, "Carré or", null, 58, 0), common_left: 0 },
];

const line = (changed: Partial<LineView>): LineView => ({
  title: null,
  name: "Fosse, debout",
  quantity: 2,
  unit: euros(34),
  total: euros(68),
  off: null,
  proof: null,
  free: null,
  reduced: null,
  group: false,
  ...changed,
});

export const cart: CartView = {
  lines: [
    line({}),
    line({ name: "Moins de 26\u00a0ans", quantity: 1, unit: euros(24), total: euros(24), proof: "Pièce d’identité" }),
  ],
  places: 3,
  total: euros(92),
  vat: [{ basis_points: 550, vat: euros(4.8) }],
  code: null,
};

/** Of the places at full price a code takes 20 %. */
const codedCart: CartView = {
  ...cart,
  lines: [line({ total: euros(54.4), off: euros(13.6) }), cart.lines[1]!],
  total: euros(78.4),
  vat: [{ basis_points: 550, vat: euros(4.09) }],
  code: { code: "NOEL10", percent_basis_points: 2000, off: euros(13.6) },
};

const emptyCart: CartView = { lines: [], places: 0, total: euros(0), vat: [], code: null };

const longCart: CartView = {
  lines: [
    line({ title: "Mirabelle Nord", free: "companion", unit: euros(0), total: euros(0), quantity: 1, name: "Balcon, assis" }),
    line({ title: "Mirabelle Nord" }),
    line({ title: "Halo Vert", name: "Demandeur d’emploi", proof: "Attestation de moins de 3\u00a0mois", quantity: 11, unit: euros(24), total: euros(264) }),
    line({ title: "Halo Vert", name: "Étudiant", quantity: 1, unit: euros(28), total: euros(28), proof: "Carte de l’année" }),
  ],
  places: 15,
  total: euros(360),
  vat: [
    { basis_points: 210, vat: euros(1.4) },
    { basis_points: 550, vat: euros(15.22) },
  ],
  code: null,
};

const sale: SaleView = {
  shows: [
    { event: "e1", title: "Mirabelle Nord", when: "Ce soir 20\u00a0h, La Cigale", test: false, current: true, stock_until: null, lent: [] },
    { event: "e2", title: "Halo Vert", when: "Demain 20\u00a0h", test: false, current: false, stock_until: null, lent: [] },
    { event: "e3", title: "Inès Vautrin", when: "Lun. 30, 20\u00a0h\u00a030", test: true, current: false, stock_until: null, lent: [] },
  ],
  keys,
  cart,
  parked: 0,
  free: null,
  choosing_reason: false,
  rates: ["student", "senior", "job_seeker", "subscriber"],
  reduced: null,
  choosing_rate: false,
  ticket_language: "fr",
  guest: null,
  asking_guest: false,
  asking_code: false,
  code_out: null,
  exchange: null,
};

const exchange = (due: number, back: number): ExchangeView => ({
  receipt: 1203,
  places: 1,
  credit: euros(34),
  due: euros(due),
  back: euros(back),
  back_by: [
    { means: { by: "card" }, name: null },
    { means: { by: "cash" }, name: null },
  ],
});

const oneSeat = (name: string, price: number): CartView => ({
  lines: [line({ name, quantity: 1, unit: euros(price), total: euros(price) })],
  places: 1,
  total: euros(price),
  vat: [{ basis_points: 550, vat: euros((price * 5.5) / 105.5) }],
  code: null,
});

const pieces = (...all: [number, number][]): PiecesView[] =>
  all.map(([value, count]) => ({ value: euros(value), coin: value < 5, count, sum: euros(value * count) }));

const payment: PaymentView = {
  places: 3,
  due: euros(92),
  taken: [],
  rest: euros(92),
  vouchers: [
    { kind: 1, name: "Chèque-vacances" },
    { kind: 2, name: "pass Culture" },
    { kind: 3, name: "Chèque Culture Up" },
  ],
  asking: {
    for: "cash",
    given: euros(100),
    change: euros(8),
    missing: null,
    quick: [euros(92), euros(95), euros(100), euros(200)],
    pieces: pieces([5, 1], [2, 1], [1, 1]),
  },
  exchange: null,
};

const split: PaymentView = {
  ...payment,
  taken: [
    { means: { by: "card" }, name: null, amount: euros(92), refused: true },
    { means: { by: "voucher", kind: 1 }, name: "Chèque-vacances", amount: euros(50), refused: false },
  ],
  rest: euros(42),
};

const done: DoneView = {
  receipt: 1204,
  places: 3,
  total: euros(92),
  taken: [{ means: { by: "cash" }, name: null, amount: euros(92), refused: false }],
  change: euros(8),
  pieces: pieces([5, 1], [2, 1], [1, 1]),
  print: "handed_over",
  email: null,
  receipt_asked: false,
  tickets: [
    { number: "A-584", name: "Fosse, debout" },
    { number: "A-585", name: "Fosse, debout" },
    { number: "A-586", name: "Moins de 26\u00a0ans" },
  ],
  exchange: null,
};

const counted: CountView = {
  pieces: pieces([500, 0], [200, 0], [100, 0], [50, 6], [20, 21], [10, 24], [5, 31], [2, 44], [1, 37], [0.5, 22], [0.2, 15], [0.1, 15], [0.05, 10], [0.02, 0], [0.01, 0]),
  total: euros(1256),
};

const float: CountView = {
  pieces: pieces([500, 0], [200, 0], [100, 0], [50, 0], [20, 2], [10, 5], [5, 8], [2, 5], [1, 6], [0.5, 8], [0.2, 0], [0.1, 0], [0.05, 0], [0.02, 0], [0.01, 0]),
  total: euros(150),
};

const figures: FiguresView = {
  day: "samedi 28\u00a0novembre",
  sales: 163,
  means: [
    { means: { by: "cash" }, name: null, payments: 31, sum: euros(1176) },
    { means: { by: "card" }, name: null, payments: 118, sum: euros(8024) },
    { means: { by: "voucher", kind: 1 }, name: "Chèque-vacances", payments: 7, sum: euros(310) },
    { means: { by: "voucher", kind: 2 }, name: "pass Culture", payments: 9, sum: euros(216) },
  ],
  refunds: 2,
  refunded: euros(68),
  revenue: euros(9658),
  rates: [{ basis_points: 550, base: euros(9154.5), vat: euros(503.5) }],
  tickets: 286,
  free: 11,
  numbers: ["A-301 à A-586"],
  float: euros(150),
  moved_in: euros(0),
  moved_out: euros(0),
};

const compared: ClosedView = {
  figures,
  count: counted,
  expected: euros(1258),
  difference: euros(-2),
  unsent: 0,
  z: null,
};

const pastSale = (receipt: number, at: string, places: number, total: number, back: number): PastSaleView => ({
  sale: `s${receipt}`,
  receipt,
  at,
  clerk: receipt % 2 === 0 ? "Nadia" : "Karl-Heinz Oberbauer",
  places,
  total: euros(total),
  taken_back: back,
});

const found = [
  pastSale(1204, "19:36", 3, 92, 0),
  pastSale(1203, "19:33", 3, 102, 1),
  pastSale(1202, "19:31", 1, 0, 0),
  pastSale(1201, "19:30", 14, 476, 0),
];

const detail: PastDetailView = {
  sale: found[1]!,
  taken: [{ means: { by: "card" }, name: null, amount: euros(102), refused: false }],
  tickets: [
    { number: "A-580", name: "Fosse, debout", price: euros(34), kept: "taken_back", marked: false },
    { number: "A-581", name: "Fosse, debout", price: euros(34), kept: null, marked: true },
    { number: "A-582", name: "Fosse, debout", price: euros(34), kept: "used", marked: false },
  ],
  back_by: [{ by: "card" }, { by: "cash" }],
  back: euros(34),
  reprinted: true,
  refund_receipt: 1205,
};

const order = (changed: Partial<OrderView> = {}): OrderView => ({
  order: "o1",
  code: "TH-4K7M2Q9XWA",
  buyer: "Camille Roux",
  title: "Mirabelle Nord",
  when: "samedi 28\u00a0novembre, 20:00",
  state: "paid",
  tickets: [
    { name: "Fosse, debout", places: 2 },
    { name: "Moins de 26\u00a0ans", places: 1 },
  ],
  total: euros(92),
  collected: null,
  reserved_until: null,
  taken_over: null,
  ...changed,
});

const orders = [
  order(),
  order({ order: "o2", code: "TH-0Z5T8W1BQE", buyer: "Camille Rousseau-Vandenberghe", title: "Halo Vert", state: "refunded", tickets: [] }),
  order({ order: "o3", code: "TH-7B2D9XK4MA", buyer: "", state: "held", tickets: [], total: euros(34) }),
  order({ order: "o4", code: "TH-2W6R0CJ8PN", buyer: "Camille Rouvière", state: "reserved", reserved_until: "samedi 28\u00a0novembre, 19:30" }),
];

const collect: CollectView = { text: "camille rou", found: orders, more: true, order: null, printing: null };
const reservation = order({ state: "reserved", reserved_until: "samedi 28\u00a0novembre, 19:30" });
const collected = { at: "samedi 28\u00a0novembre, 19:12", till: "Guichet 1" };

/** Each screen of the box office, by its name in the gallery. */
export const screens: Record<string, TillView> = {
  "log-in": tillAt(
    { at: "log_in", people: [{ person: "p1", name: "Nadia Benali" }, { person: "p2", name: "Karl-Heinz Oberbauer" }], locked_until_ms: null },
    { clerk: null, opened: null },
  ),
  open: tillAt({ at: "open", ...float }, { opened: null }),
  unprinted: tillAt(
    { at: "sale", ...sale },
    {
      unprinted: [
        { job: 4, paper: "tickets", receipt: 1203, began: false, says: "Plus de papier dans tcp:192.168.1.60. Mettez un rouleau, fermez le capot, puis réessayez." },
        { job: 9, paper: "report", receipt: null, began: true, says: "" },
      ],
    },
  ),
  interrupted: tillAt(
    { at: "log_in", people: [{ person: "p1", name: "Nadia Benali" }], locked_until_ms: null },
    {
      clerk: null,
      opened: "18:02",
      interrupted: { at: "19:42", taken: [{ means: { by: "card" }, name: null, amount: euros(34), refused: false }] },
    },
  ),
  sale: tillAt({ at: "sale", ...sale }),
  "sale-empty": tillAt({ at: "sale", ...sale, cart: emptyCart, keys: keys.map((one) => ({ ...one, in_cart: 0 })) }),
  "sale-long": tillAt(
    {
      at: "sale",
      ...sale,
      cart: longCart,
      parked: 2,
      free: "companion",
      ticket_language: "de",
      shows: sale.shows.map((show) => ({ ...show, stock_until: "22\u00a0h\u00a030", lent: [{ till: "Guichet 2", places: 6 }] })),
      keys: [...keys.slice(0, 8), key(9, "Carré or", null, 58, 0)],
    },
    { refusal: "nothing_left" },
  ),
  "sale-guest": tillAt(
    { at: "sale", ...sale, asking_guest: true, guest: { name: "Nadia Ferrand", email: "nadia@exemple" } },
    { refusal: "wrong_email" },
  ),
  "sale-for": tillAt({ at: "sale", ...sale, guest: { name: "Maximiliane von Hohenstein-Tannenberg", email: "m@example.org" } }),
  "done-mail": tillAt({ at: "done", ...done, email: "nadia.ferrand@example.org" }),
  "sale-code": tillAt({ at: "sale", ...sale, cart: codedCart }),
  "sale-code-asked": tillAt({ at: "sale", ...sale, asking_code: true }, { refusal: "code_needs_person" }),
  "sale-code-out": tillAt({ at: "sale", ...sale, code_out: "NOEL10" }),
  "sale-rates": tillAt({ at: "sale", ...sale, choosing_rate: true }),
  "sale-reduced": tillAt({
    at: "sale",
    ...sale,
    reduced: "job_seeker",
    keys: keys.map((key) => (key.type_no === 1 ? { ...key, price: euros(24), group: { from: 10, price: euros(30) } } : key)),
    cart: {
      ...cart,
      lines: [line({ reduced: "job_seeker", unit: euros(24), total: euros(48) }), line({ name: "Balcon, assis", quantity: 12, unit: euros(30), total: euros(360), group: true })],
      places: 14,
      total: euros(408),
    },
  }),
  "sale-reason": tillAt({ at: "sale", ...sale, choosing_reason: true }),
  "sale-free": tillAt({
    at: "sale",
    ...sale,
    cart: { ...cart, lines: [line({ free: "press", unit: euros(0), total: euros(0) })], places: 2, total: euros(0), vat: [] },
  }),
  "sale-none": tillAt({ at: "sale", ...sale, shows: [], keys: [], cart: emptyCart }),
  parked: tillAt({ at: "parked", carts: [{ no: 1, since: "19:31", cart }, { no: 2, since: "19:35", cart: longCart }] }),
  payment: tillAt({ at: "payment", ...payment }),
  "payment-short": tillAt(
    {
      at: "payment",
      ...split,
      asking: { for: "cash", given: euros(20), change: null, missing: euros(22), quick: [euros(42), euros(45), euros(50), euros(60)], pieces: [] },
    },
    { refusal: "short" },
  ),
  "payment-means": tillAt({ at: "payment", ...split, asking: { for: "means" } }),
  "payment-card": tillAt({ at: "payment", ...payment, asking: { for: "card", amount: euros(92) } }),
  "payment-voucher": tillAt({ at: "payment", ...payment, asking: { for: "voucher", kind: 1, name: "Chèque-vacances", amount: euros(50) } }),
  "payment-unsold": tillAt(
    {
      at: "payment",
      ...payment,
      taken: [{ means: { by: "cash" }, name: null, amount: euros(92), refused: false }],
      rest: euros(0),
      asking: { for: "means" },
    },
    { refusal: "disk_full" },
  ),
  done: tillAt({ at: "done", ...done }),
  "done-failed": tillAt({ at: "done", ...done, print: "failed", change: null, pieces: [], taken: split.taken }),
  menu: tillAt({ at: "menu" }),
  cash: tillAt({ at: "cash", into: false, amount: euros(500), reason: "banked" }),
  report: tillAt({ at: "report", ...figures }),
  count: tillAt({ at: "count", ...counted }),
  compare: tillAt({ at: "compare", ...compared }),
  closed: tillAt({ at: "closed", ...compared, difference: euros(0), expected: euros(1256), unsent: 431, z: 12 }),
  "exchange-empty": tillAt({ at: "sale", ...sale, cart: emptyCart, keys: keys.map((one) => ({ ...one, in_cart: 0 })), exchange: exchange(0, 34) }),
  "exchange-more": tillAt({ at: "sale", ...sale, cart: oneSeat("Balcon, assis", 42), exchange: exchange(8, 0) }),
  "exchange-less": tillAt({ at: "sale", ...sale, cart: oneSeat("Moins de 26\u00a0ans", 24), exchange: exchange(0, 10) }, { refusal: "exchange_open" }),
  "exchange-back": tillAt({ at: "payment", ...payment, places: 1, due: euros(0), rest: euros(0), asking: { for: "means" }, exchange: exchange(0, 10) }),
  "exchange-done": tillAt({
    at: "done",
    ...done,
    places: 1,
    total: euros(24),
    taken: [],
    change: euros(10),
    pieces: pieces([10, 1]),
    tickets: [{ number: "A-587", name: "Moins de 26\u00a0ans" }],
    exchange: { ...exchange(0, 10), back_by: [{ means: { by: "cash" }, name: null }] },
  }),
  collect: tillAt({ at: "collect", ...collect, text: "", found: [], more: false }),
  "collect-offline": tillAt({ at: "collect", ...collect, text: "", found: [], more: false }, { refusal: "no_server" }),
  "collect-none": tillAt({ at: "collect", ...collect, text: "camile rou", found: [], more: false }),
  "collect-found": tillAt({ at: "collect", ...collect }),
  "collect-order": tillAt({ at: "collect", ...collect, order: order() }),
  "collect-before": tillAt({ at: "collect", ...collect, order: order({ collected }) }),
  "collect-reserved": tillAt({ at: "collect", ...collect, order: reservation }),
  "collect-reserved-offline": tillAt({ at: "collect", ...collect, order: reservation }, { refusal: "reservation_offline" }),
  "collect-taken-over": tillAt({
    at: "collect",
    ...collect,
    order: order({ state: "taken_over", taken_over: { at: "samedi 28\u00a0novembre, 19:12", till: "Guichet 1", here: false } }),
  }),
  "collect-printing": tillAt({ at: "collect", ...collect, order: order({ collected }), printing: 3 }),
  past: tillAt({ at: "past", text: "", found, sale: null }),
  "past-none": tillAt({ at: "past", text: "9999", found: [], sale: null }),
  "past-sale": tillAt({ at: "past", text: "", found, sale: detail }),
};

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 45 45"><path fill="#fff" d="M0 0h45v45h-45z"/><path d="M4 4h7v7h-7zM34 4h7v7h-7zM4 34h7v7h-7zM14 8h3v9h-3zM20 20h9v3h-9zM24 30h5v8h-5z"/></svg>';

/** The guest's own window. */
export const guest: Record<string, CustomerView> = {
  "guest-nobody": { step: 1, language: "fr", cart: null, rest: null, change: null, paid: false, codes: [] },
  "guest-pay": { step: 2, language: "fr", cart, rest: euros(92), change: null, paid: false, codes: [] },
  "guest-code": { step: 2, language: "fr", cart: codedCart, rest: euros(78.4), change: null, paid: false, codes: [] },
  "guest-change": { step: 3, language: "fr", cart, rest: null, change: euros(8), paid: true, codes: [] },
  "guest-codes": {
    step: 4,
    language: "fr",
    cart,
    rest: null,
    change: null,
    paid: true,
    codes: done.tickets.map(({ number, name }) => ({ number, name, svg: SVG })),
  },
};
