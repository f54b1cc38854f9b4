import { describe, expect, test, vi } from "vitest";
import { door, evening, pageOfAFakeWindow, press, seen, text } from "../fake-window";
import * as sample from "../samples";

const page = pageOfAFakeWindow();

describe("scanning", () => {
  test("shows who is inside, the last scans and the way", () => {
    page.scanning();
    expect(text(".inside .figure")).toBe("1 051 / 1 400");
    expect(document.querySelectorAll(".last li")).toHaveLength(sample.recent.length);
    expect(text("[role=radio][aria-checked=true]")).toBe("Entrée");
  });

  test("turns the other way by key as well", () => {
    page.scanning();
    const way = document.querySelector("[role=radio][aria-checked=true]")!;
    way.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    expect(page.asked).toEqual([["face", { way: "out" }]]);
  });

  test("goes on after a restart, at the same event only", async () => {
    page.scanning();
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
    page.scanning({ may_search: false, may_supervise: false });
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
    page.scanning();
    page.tell({ news: "outline", of: { width: 640, height: 360, codes: [[[1, 2], [3, 2], [3, 4], [1, 4]]] } });
    expect(document.querySelector(".cam svg")?.getAttribute("viewBox")).toBe("0 0 640 360");
    expect(document.querySelector(".cam polygon")?.getAttribute("points")).toBe("1,2 3,2 3,4 1,4");
  });

  test("somebody else's code is a line in the picture, no alarm, and goes by itself", () => {
    page.scanning();
    vi.useFakeTimers();
    page.tell({ news: "hint", of: { hint: "foreign" } });
    expect(text(".cam-say [role=status]")).toBe("Ce n’est pas un billet d’ici");
    expect(document.querySelector("section.verdict")).toBeNull();
  });

  test("a full disk says aloud that nobody is admitted", () => {
    page.scanning();
    page.tell({ news: "hint", of: { hint: "failed", error: { code: "disk_full", detail: "" } } });
    expect(text(".cam-say [role=alert]")).toContain("N’admettez personne. Le disque est plein");
  });

  test("a camera that gives no picture says what to do, and that a USB scanner still works", () => {
    page.scanning();
    page.tell({ news: "camera", of: { id: null, name: null, standing: { state: "stalled" } } });
    expect(text(".still")).toBe("Plus d’image : débranchez-la et rebranchez-la Un lecteur USB fonctionne sans caméra.");
  });

  test("says of a refusal whose reason is not known any more that it was one, not that somebody went in", () => {
    page.scanning();
    const line = { ...sample.recent[0]!, light: "refuse" as const, detail: null, undo: null };
    page.tell({ news: "recent", of: [line] });
    expect(text(".last em")).toBe("Refusé");
  });

  test("an entry is undone for a reason from a list", () => {
    page.scanning();
    press("Fosse, debout");
    press("La personne n’est pas passée");
    expect(page.asked).toEqual([["undo", { no: 12, reason: "did_not_enter" }]]);
  });

  test("an entry that this device may not undo, or that was undone, offers nothing", () => {
    page.scanning();
    expect([...document.querySelectorAll("button.scan-row time")].map((one) => one.textContent)).toEqual([
      "20:14",
      "20:14",
      "20:12",
    ]);
  });
});

test("what a USB scanner types goes to the window, wherever the focus is", async () => {
  page.scanning();
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
  page.scanning();
  press("Sortie");
  await seen(() => expect(text(".above [role=alert]")).toContain("Vérifiez le disque"));
  press("Fermer");
  expect(document.querySelector(".above [role=alert]")).toBeNull();
});
