import { describe, expect, test } from "vitest";
import { enrol, pageOfAFakeWindow, press, seen, text, type } from "../fake-window";
import * as sample from "../samples";

const page = pageOfAFakeWindow();

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
