import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { button, FakeWindow, press, seen, text, type } from "./fake-window";
import * as sample from "./samples";
import { VIBRATIONS } from "./verdict/sound";
import type { EnrolStep, News, PlaceView, Settings } from "./schema";

const wire = vi.hoisted(() => ({ invoke: undefined as unknown as (...all: never[]) => unknown }));
vi.mock("@tauri-apps/api/core", () => ({
  invoke: (...all: never[]) => wire.invoke(...all),
  Channel: class {
    onmessage = () => {};
  },
}));

let page: FakeWindow;

beforeEach(() => {
  localStorage.clear();
  page = new FakeWindow();
  wire.invoke = page.invoke as typeof wire.invoke;
  page.open();
});
afterEach(async () => {
  vi.useRealTimers();
  await page.close();
});

const door = (changed: Partial<PlaceView> = {}, settings: Partial<Settings> = {}): News => ({
  news: "overview",
  of: sample.overview(sample.atTheDoor(changed), settings),
});
const enrol = (step: EnrolStep, settings: Partial<Settings> = {}): News => ({
  news: "overview",
  of: sample.overview({ screen: "enrol", step, device_name: "Tablette 2" }, settings),
});
const evening: News[] = [
  { news: "camera", of: sample.camera },
  { news: "sync", of: sample.live },
  { news: "ready", of: sample.almostReady },
  { news: "counts", of: sample.counts },
  { news: "recent", of: sample.recent },
];

function scanning(changed: Partial<PlaceView> = {}): void {
  page.tell(door(changed), ...evening);
  press("Commencer à scanner");
}

describe("a device that nobody has enrolled", () => {
  test("asks in French for the organizer's code", () => {
    page.tell(enrol({ step: "waiting" }));
    expect(text("h2")).toBe("Enrôler cet appareil");
    expect(document.documentElement.lang).toBe("fr");
  });

  test("sends the typed code without its gaps, to the typed server", async () => {
    page.tell(enrol({ step: "waiting" }));
    type("#server", " https://billets.example ");
    type("#code", "a1b2c3d4e5f6g7h0");
    await seen(() => expect(document.querySelector<HTMLInputElement>("#code")!.value).toBe("A1B2 C3D4 E5F6 G7H0"));
    press("Enrôler");
    expect(page.asked).toEqual([["enrol", { server: "https://billets.example", code: "A1B2C3D4E5F6G7H0" }]]);
  });

  test("is told what is missing in the code and sends nothing", async () => {
    page.tell(enrol({ step: "waiting" }));
    type("#server", "https://billets.example");
    type("#code", "a1b2c3d4e5f6g7");
    press("Enrôler");
    await seen(() => expect(text("#code-wrong")).toBe("Il manque 2 caractères"));
    await seen(() => expect(document.activeElement?.id).toBe("code"));
    expect(page.asked).toEqual([]);
  });

  test("shows the six digits in threes, and may be called off", () => {
    page.tell(enrol({ step: "compare", digits: "483920", server: "https://billets.example" }));
    expect(text(".digits")).toBe("483 920");
    press("Annuler");
    expect(page.asked).toEqual([["enrol_cancel", {}]]);
  });

  test("says what went wrong and what to do", () => {
    page.tell(enrol({ step: "failed", error: { code: "server_unreachable", detail: "dns error" } }));
    expect(text("[role=alert]")).toContain("Vérifiez le réseau et l’adresse");
    expect(text("[role=alert]")).toContain("dns error");
    press("Recommencer");
    expect(page.asked).toEqual([["enrol_cancel", {}]]);
  });

  test("speaks the language that is chosen there", () => {
    page.tell(enrol({ step: "waiting" }));
    press("Deutsch");
    expect(page.asked).toEqual([["save_settings", { settings: { ...sample.settings, language: "de" } }]]);
    page.tell(enrol({ step: "waiting" }, { language: "de" }));
    expect(text("h2")).toBe("Dieses Gerät anmelden");
    expect(document.documentElement.lang).toBe("de");
  });
});

describe("choosing", () => {
  test("offers today's events first, with their gates as keys", () => {
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places }) });
    expect([...document.querySelectorAll("h3")].map((one) => one.textContent)).toEqual(["Aujourd’hui", "Autres jours"]);
    press("Porte B");
    expect(page.asked).toEqual([["take_place", { event: sample.place.event, gate: 2 }]]);
  });

  test("makes the one gate stand out that was meant for this device", () => {
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places }) });
    const main = [...document.querySelectorAll(".btn-main b")].map((one) => one.textContent);
    expect(main).toEqual(["Porte B"]);
  });

  test("lets nobody stand where no list is yet, and says what to wait for", () => {
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places.slice(2) }) });
    expect(button("Porte A").disabled).toBe(true);
    expect(text("article")).toContain("La liste arrive");
  });

  test("an event without gates is taken without one", () => {
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places.slice(1, 2) }) });
    press("Sans porte");
    expect(page.asked).toEqual([["take_place", { event: sample.places[1]!.event, gate: null }]]);
  });
});

describe("the ready light", () => {
  test("tells the worst first and lets a door scan while it is amber", () => {
    page.tell(door(), ...evening);
    expect(text("h2")).toBe("Presque prêt");
    expect(text(".checks li:first-child")).toContain("Protection");
    expect(button("Commencer à scanner").disabled).toBe(false);
  });

  test("keeps a red door from scanning", () => {
    page.tell(door(), ...evening, { news: "ready", of: sample.notReady });
    expect(text("h2")).toBe("Pas prêt");
    expect(button("Commencer à scanner").disabled).toBe(true);
  });

  test("asks for a supervisor when leaving the place needs one", async () => {
    page.answers.leave_place = () => Promise.reject({ code: "supervisor_needed", detail: "" });
    page.answers.supervisors = () => sample.supervisors;
    page.tell(door(), ...evening);
    press("Changer d’événement ou de porte");
    await seen(() => expect(text("main h3")).toBe("Qui êtes-vous ?"));
  });
});

describe("scanning", () => {
  test("shows who is inside, the last scans and the way", () => {
    scanning();
    expect(text(".inside .figure")).toBe("1 051 / 1 400");
    expect(document.querySelectorAll(".last li")).toHaveLength(sample.recent.length);
    expect(text("[role=radio][aria-checked=true]")).toBe("Entrée");
  });

  test("turns the other way by key as well", () => {
    scanning();
    const way = document.querySelector("[role=radio][aria-checked=true]")!;
    way.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    expect(page.asked).toEqual([["face", { way: "out" }]]);
  });

  test("goes on after a restart, at the same event only", async () => {
    scanning();
    await page.close();
    page.open();
    page.tell(door(), ...evening);
    expect(document.querySelector(".door-main")).not.toBeNull();
    await page.close();
    page.open();
    page.tell(door({ event: "another" }), ...evening);
    expect(text("h2")).toBe("Presque prêt");
  });

  test("hides what this device may not do", () => {
    scanning({ may_search: false, may_supervise: false });
    expect(document.querySelector(".door-acts")?.textContent).not.toContain("Chercher");
    expect(document.querySelector('[aria-label="Responsable"]')).toBeNull();
  });

  test("says on every screen that the event is a test", () => {
    page.tell(door({ test: true }), ...evening);
    expect(text("header")).toContain("Événement d’essai");
    press("Commencer à scanner");
    page.tell({ news: "verdict", of: sample.admitted });
    expect(text("header")).toContain("Événement d’essai");
  });

  test("a found code is outlined where it is in the picture", () => {
    scanning();
    page.tell({ news: "outline", of: { width: 640, height: 360, codes: [[[1, 2], [3, 2], [3, 4], [1, 4]]] } });
    expect(document.querySelector(".cam svg")?.getAttribute("viewBox")).toBe("0 0 640 360");
    expect(document.querySelector(".cam polygon")?.getAttribute("points")).toBe("1,2 3,2 3,4 1,4");
  });

  test("somebody else's code is a line in the picture, no alarm, and goes by itself", () => {
    scanning();
    vi.useFakeTimers();
    page.tell({ news: "hint", of: { hint: "foreign" } });
    expect(text(".cam-say [role=status]")).toBe("Ce n’est pas un billet d’ici");
    expect(document.querySelector("section.verdict")).toBeNull();
  });

  test("a full disk says aloud that nobody is admitted", () => {
    scanning();
    page.tell({ news: "hint", of: { hint: "failed", error: { code: "disk_full", detail: "" } } });
    expect(text(".cam-say [role=alert]")).toContain("N’admettez personne. Le disque est plein");
  });

  test("a camera that gives no picture says what to do, and that a USB scanner still works", () => {
    scanning();
    page.tell({ news: "camera", of: { id: null, name: null, standing: { state: "stalled" } } });
    expect(text(".still")).toBe("Plus d’image : débranchez-la et rebranchez-la Un lecteur USB fonctionne sans caméra.");
  });

  test("an entry is undone for a reason from a list", () => {
    scanning();
    press("Fosse, debout");
    press("La personne n’est pas passée");
    expect(page.asked).toEqual([["undo", { no: 12, reason: "did_not_enter" }]]);
  });

  test("an entry that this device may not undo, or that was undone, offers nothing", () => {
    scanning();
    expect([...document.querySelectorAll("button.scan-row time")].map((one) => one.textContent)).toEqual([
      "20:14",
      "20:14",
      "20:12",
    ]);
  });
});

describe("the link", () => {
  test("is told calmly when only the local network is left", () => {
    page.tell(door(), { news: "sync", of: sample.lan });
    expect(text(".sync")).toBe("Réseau local, 3 appareils");
    expect(text(".lan")).toBe(
      "Internet coupé depuis 19:51. Continuez à scanner : reliée à Porte A et Porte C. 146 passages partiront au retour.",
    );
  });

  test("offline says since when and how much waits", () => {
    page.tell(door(), { news: "sync", of: sample.offline });
    expect(text(".sync")).toBe("Hors ligne depuis 19:51, 146 à envoyer");
  });

  test("live says nothing more", () => {
    page.tell(door(), { news: "sync", of: sample.live });
    expect(text(".sync")).toBe("En direct");
    expect(document.querySelector(".lan")).toBeNull();
  });
});

test("a full venue is said at 90 and at 100 per cent", () => {
  scanning();
  page.tell({ news: "counts", of: { ...sample.counts, inside: 1260, crowd: "nearly_full" } });
  expect(text(".lan")).toBe("Salle presque pleine. 1 260 personnes sur 1 400. Prévenez votre responsable.");
  page.tell({ news: "counts", of: { ...sample.counts, inside: 1400, crowd: "full" } });
  expect(text(".lan")).toContain("Arrêtez les entrées");
});

describe("a verdict", () => {
  test("green says who, which entry and what to look at, and goes by itself", () => {
    scanning();
    vi.useFakeTimers();
    page.tell({ news: "verdict", of: sample.admitted });
    const alert = document.querySelector("section.verdict")!;
    expect(alert.getAttribute("role")).toBe("alert");
    expect(alert.querySelector(".verdict-word svg")?.getAttribute("aria-label")).toBe("Entrez");
    expect(text(".verdict-line")).toBe("Moins de 26 ans");
    expect(text(".verdict-more")).toBe("2e entrée sur 3 Voir une pièce d’identité");
    vi.advanceTimersByTime(2_400);
    expect(document.querySelector("section.verdict")).not.toBeNull();
    vi.advanceTimersByTime(200);
    page.tell();
    expect(document.querySelector("section.verdict")).toBeNull();
  });

  test("told again while its code is in the picture, begins its time anew without a second one", () => {
    scanning();
    vi.useFakeTimers();
    page.tell({ news: "verdict", of: sample.admitted });
    const first = document.querySelector("section.verdict");
    vi.advanceTimersByTime(2_000);
    page.tell({ news: "verdict", of: { ...sample.admitted } });
    vi.advanceTimersByTime(2_000);
    page.tell();
    expect(document.querySelector("section.verdict")).toBe(first);
  });

  test("red says why and what to do, and stays until it was seen", () => {
    scanning();
    vi.useFakeTimers();
    page.tell({ news: "verdict", of: sample.refused });
    vi.advanceTimersByTime(60_000);
    page.tell();
    expect(text(".verdict-line")).toBe("Déjà entré à 19 h 42, porte A");
    expect(text(".verdict-do")).toBe("Envoyez au point accueil");
    press("Fermer");
    expect(document.querySelector("section.verdict")).toBeNull();
  });

  test("is heard and felt once, however often it is told; a full disk like a refusal", () => {
    const felt: unknown[] = [];
    vi.stubGlobal("navigator", Object.assign(Object.create(navigator), { vibrate: (pattern: unknown) => felt.push(pattern) }));
    scanning();
    page.tell({ news: "verdict", of: sample.asked }, { news: "verdict", of: { ...sample.asked } });
    page.tell({ news: "verdict", of: { ...sample.admitted, no: 20 } });
    page.tell({ news: "hint", of: { hint: "foreign" } });
    page.tell({ news: "hint", of: { hint: "failed", error: { code: "disk_full", detail: "" } } });
    expect(felt).toEqual([VIBRATIONS.ask, VIBRATIONS.admit, VIBRATIONS.refuse]);
    vi.unstubAllGlobals();
  });

  test("gives way to the next scan without a tap", () => {
    scanning();
    page.tell({ news: "verdict", of: sample.refused }, { news: "verdict", of: { ...sample.admitted, no: 9 } });
    expect(document.querySelectorAll("section.verdict")).toHaveLength(1);
    expect(text(".verdict-line")).toBe("Moins de 26 ans");
  });

  test("floods a search as well, and what was typed there is still there", () => {
    scanning();
    press("Chercher un nom");
    type("#wanted", "zo");
    page.tell({ news: "verdict", of: sample.refused });
    expect(document.querySelector("main")!.inert).toBe(true);
    press("Fermer");
    expect(document.querySelector<HTMLInputElement>("#wanted")?.value).toBe("zo");
  });

  test("Escape puts it away", () => {
    scanning();
    page.tell({ news: "verdict", of: sample.refused });
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    page.tell();
    expect(document.querySelector("section.verdict")).toBeNull();
  });

  test("a look only never says that somebody went in", () => {
    scanning({ way: "check_only" });
    page.tell({ news: "verdict", of: sample.verdict({ way: "check_only" }) });
    expect(document.querySelector(".verdict-word svg")?.getAttribute("aria-label")).toBe("Valable");
    expect(text(".verdict-more")).toBe("Contrôle seulement, rien n’est compté");
  });

  test("amber is let in by a supervisor, in their name", async () => {
    page.answers.supervisors = () => ({ ...sample.supervisors, unlocked: sample.supervisors.people[0] });
    scanning();
    page.tell({ news: "verdict", of: sample.asked });
    press("Responsable");
    await seen(() => expect(text(".says")).toBe("Billet de la porte C"));
    press("Laisser entrer");
    await seen(() => expect(page.asked.at(-1)).toEqual(["let_in_anyway", { no: sample.asked.no }]));
    await seen(() => expect(document.querySelector(".door-main")).not.toBeNull());
  });

  test("amber may be sent to its own gate", () => {
    scanning();
    page.tell({ news: "verdict", of: sample.asked });
    press("Envoyer : Porte C");
    expect(document.querySelector("section.verdict")).toBeNull();
  });
});

describe("by hand", () => {
  test("finds while typing and lets in only after a second look", async () => {
    page.answers.search = () => sample.hits;
    scanning();
    press("Chercher un nom");
    type("#wanted", "zo");
    await seen(() => expect(document.querySelectorAll("main li")).toHaveLength(3));
    press("Faire entrer");
    expect(text("[role=dialog]")).toContain("Zoé Müller-Lefèvre");
    expect(page.asked).toEqual([["search", { text: "zo" }]]);
    document.querySelector<HTMLElement>("[role=dialog] .btn-main")!.click();
    await seen(() => expect(page.asked.at(-1)).toEqual(["by_hand", { ticket: "t1" }]));
  });

  test("asks nothing for a single letter", () => {
    scanning();
    press("Chercher un nom");
    vi.useFakeTimers();
    type("#wanted", "z");
    vi.advanceTimersByTime(1_000);
    expect(page.asked).toEqual([]);
  });
});

describe("a supervisor", () => {
  const open = async (view: Partial<typeof sample.supervisors>) => {
    page.answers.supervisors = () => ({ ...sample.supervisors, ...view });
    scanning();
    press("Responsable");
    await seen(() => expect(text("main h2")).toBe("Responsable"));
  };

  test("says who they are and types the PIN on the pad", async () => {
    await open({});
    page.answers.unlock = () => ({ ...sample.supervisors, unlocked: sample.supervisors.people[0] });
    await seen(() => press("Inès Fournier"));
    for (const digit of "4711") press(digit);
    press("Ouvrir");
    await seen(() => expect(page.asked.at(-1)).toEqual(["unlock", { person: "p1", pin: "4711" }]));
    await seen(() => expect(text(".who")).toContain("Ouvert par Inès Fournier"));
  });

  test("who typed a wrong PIN is told so and begins anew", async () => {
    await open({});
    page.answers.unlock = () => Promise.reject({ code: "wrong_pin", detail: "" });
    await seen(() => press("Inès Fournier"));
    press("1");
    press("Ouvrir");
    await seen(() => expect(text("main [role=alert]")).toBe("Ce n’est pas le bon code. Réessayez."));
    expect(document.querySelector<HTMLInputElement>("#pin")?.value).toBe("");
  });

  test("is told in words how long no PIN is taken", async () => {
    await open({ locked_until_ms: Date.now() + 269_500, people: sample.supervisors.people.slice(0, 1) });
    await seen(() => expect(text("form .wait")).toBe("Trop d’essais. Réessayez dans 4 min 30 s."));
    expect(button("7").disabled).toBe(true);
  });

  test("signs the device off only after a second look", async () => {
    await open({ unlocked: sample.supervisors.people[0] });
    await seen(() => press("Rendre l’appareil"));
    expect(text("[role=dialog]")).toContain("effacées tout de suite");
    expect(page.asked.map(([command]) => command)).not.toContain("sign_off");
    press("Effacer et rendre");
    await seen(() => expect(page.asked.map(([command]) => command)).toContain("sign_off"));
  });

  test("hands back only where the event is strict", async () => {
    await open({ unlocked: sample.supervisors.people[0] });
    await seen(() => expect(document.querySelector(".tools")).not.toBeNull());
    expect(text(".tools")).not.toContain("Rendre les billets");
  });
});

describe("a visitor's kiosk", () => {
  test("shows a mirrored picture and an instruction, and nothing of the house", () => {
    page.tell(door({}, { used_by: "self_service" }), ...evening);
    expect(text("h2")).toBe("Présentez votre billet");
    expect(document.querySelector(".cam.mirrored")).not.toBeNull();
    expect(document.querySelector(".last, .inside, .door-foot")).toBeNull();
  });

  test("sends a refused visitor to the staff and returns by itself", () => {
    page.tell(door({}, { used_by: "self_service" }), ...evening);
    vi.useFakeTimers();
    page.tell({ news: "verdict", of: sample.asked });
    expect(text(".verdict-do")).toBe("Adressez-vous au personnel");
    expect(document.querySelector(".btn-ask")).toBeNull();
    vi.advanceTimersByTime(8_100);
    page.tell();
    expect(document.querySelector("section.verdict")).toBeNull();
  });
});

test("settings are the whole of them, each change at once", async () => {
  page.answers.cameras = () => [{ id: "v4l:1", name: "Integrated" }];
  scanning();
  press("Réglages");
  press("Jour");
  await seen(() => expect(page.asked.at(-1)).toEqual(["save_settings", { settings: { ...sample.settings, theme: "day" } }]));
  page.tell(door({}, { theme: "day" }));
  expect(document.documentElement.dataset.theme).toBe("day");
});

test("a device that was given back says when it may be switched off", () => {
  const closed = (unsent: number): News => ({
    news: "overview",
    of: sample.overview({ screen: "closed", unsent, revoked: false }),
  });
  page.tell(closed(3));
  expect(text("main [role=status]")).toContain("3 passages partent encore");
  page.tell(closed(0));
  expect(text("main [role=status]")).toBe("Tout est envoyé. Vous pouvez éteindre l’appareil.");
});

test("what a USB scanner types goes to the window, wherever the focus is", async () => {
  scanning();
  press("Chercher un nom");
  for (const [index, key] of [..."TH1:ABCDEF", "Enter"].entries()) {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: 1_000 + index * 5 });
    document.querySelector("#wanted")!.dispatchEvent(event);
  }
  await seen(() => expect(page.asked).toEqual([["wedge", { text: "TH1:ABCDEF" }]]));
});

test("a command that the window refuses is shown on top, with what to do", async () => {
  page.answers.face = () => Promise.reject({ code: "storage", detail: "writing settings" });
  scanning();
  press("Sortie");
  await seen(() => expect(text(".above [role=alert]")).toContain("Vérifiez le disque"));
  press("Fermer");
  expect(document.querySelector(".above [role=alert]")).toBeNull();
});
