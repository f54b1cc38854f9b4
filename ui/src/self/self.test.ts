import { describe, expect, test, vi } from "vitest";
import { door, evening, pageOfAFakeWindow, text } from "../fake-window";
import * as sample from "../samples";

const page = pageOfAFakeWindow();

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
