import { describe, expect, test, vi } from "vitest";
import { pageOfAFakeWindow, press, seen, text, type } from "../fake-window";
import * as sample from "../samples";
import { VIBRATIONS } from "./sound";

const page = pageOfAFakeWindow();

describe("a verdict", () => {
  test("green says who, which entry and what to look at, and goes by itself", () => {
    page.scanning();
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
    page.scanning();
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
    page.scanning();
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
    page.scanning();
    page.tell({ news: "verdict", of: sample.asked }, { news: "verdict", of: { ...sample.asked } });
    page.tell({ news: "verdict", of: { ...sample.admitted, no: 20 } });
    page.tell({ news: "hint", of: { hint: "foreign" } });
    page.tell({ news: "hint", of: { hint: "failed", error: { code: "disk_full", detail: "" } } });
    expect(felt).toEqual([VIBRATIONS.ask, VIBRATIONS.admit, VIBRATIONS.refuse]);
    vi.unstubAllGlobals();
  });

  test("gives way to the next scan without a tap", () => {
    page.scanning();
    page.tell({ news: "verdict", of: sample.refused }, { news: "verdict", of: { ...sample.admitted, no: 9 } });
    expect(document.querySelectorAll("section.verdict")).toHaveLength(1);
    expect(text(".verdict-line")).toBe("Moins de 26 ans");
  });

  test("floods a search as well, and what was typed there is still there", () => {
    page.scanning();
    press("Chercher un nom");
    type("#wanted", "zo");
    page.tell({ news: "verdict", of: sample.refused });
    expect(document.querySelector("main")!.inert).toBe(true);
    press("Fermer");
    expect(document.querySelector<HTMLInputElement>("#wanted")?.value).toBe("zo");
  });

  test("Escape puts it away", () => {
    page.scanning();
    page.tell({ news: "verdict", of: sample.refused });
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    page.tell();
    expect(document.querySelector("section.verdict")).toBeNull();
  });

  test("a look only never says that somebody went in", () => {
    page.scanning({ way: "check_only" });
    page.tell({ news: "verdict", of: sample.verdict({ way: "check_only" }) });
    expect(document.querySelector(".verdict-word svg")?.getAttribute("aria-label")).toBe("Valable");
    expect(text(".verdict-more")).toBe("Contrôle seulement, rien n’est compté");
  });

  test("amber is let in by a supervisor, in their name", async () => {
    page.answers.supervisors = () => ({ ...sample.supervisors, unlocked: sample.supervisors.people[0] });
    page.scanning();
    page.tell({ news: "verdict", of: sample.asked });
    press("Responsable");
    await seen(() => expect(text(".says")).toBe("Billet de la porte C"));
    press("Laisser entrer");
    await seen(() => expect(page.asked.at(-1)).toEqual(["let_in_anyway", { no: sample.asked.no }]));
    await seen(() => expect(document.querySelector(".door-main")).not.toBeNull());
  });

  test("amber may be sent to its own gate", () => {
    page.scanning();
    page.tell({ news: "verdict", of: sample.asked });
    press("Envoyer : Porte C");
    expect(document.querySelector("section.verdict")).toBeNull();
  });
});
