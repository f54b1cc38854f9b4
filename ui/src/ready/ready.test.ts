import { describe, expect, test } from "vitest";
import { button, door, evening, pageOfAFakeWindow, press, seen, text } from "../fake-window";
import * as sample from "../samples";

const page = pageOfAFakeWindow();

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
