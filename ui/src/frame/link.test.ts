import { describe, expect, test } from "vitest";
import { door, pageOfAFakeWindow, text } from "../fake-window";
import * as sample from "../samples";

const page = pageOfAFakeWindow();

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
  page.scanning();
  page.tell({ news: "counts", of: { ...sample.counts, inside: 1260, crowd: "nearly_full" } });
  expect(text(".lan")).toBe("Salle presque pleine. 1 260 personnes sur 1 400. Prévenez votre responsable.");
  page.tell({ news: "counts", of: { ...sample.counts, inside: 1400, crowd: "full" } });
  expect(text(".lan")).toContain("Arrêtez les entrées");
});
