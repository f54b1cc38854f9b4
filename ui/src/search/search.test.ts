import { describe, expect, test, vi } from "vitest";
import { pageOfAFakeWindow, press, seen, text, type } from "../fake-window";
import * as sample from "../samples";

const page = pageOfAFakeWindow();

describe("by hand", () => {
  test("finds while typing and lets in only after a second look", async () => {
    page.answers.search = () => sample.hits;
    page.scanning();
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
    page.scanning();
    press("Chercher un nom");
    vi.useFakeTimers();
    type("#wanted", "z");
    vi.advanceTimersByTime(1_000);
    expect(page.asked).toEqual([]);
  });
});
