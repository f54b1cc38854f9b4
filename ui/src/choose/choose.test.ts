import { describe, expect, test } from "vitest";
import { button, pageOfAFakeWindow, press, text } from "../fake-window";
import * as sample from "../samples";

const page = pageOfAFakeWindow();

describe("choosing", () => {
  test("offers today's events first, with their gates as keys", () => {
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places, till: "no" }) });
    expect([...document.querySelectorAll("h3")].map((one) => one.textContent)).toEqual(["Aujourd’hui", "Autres jours"]);
    press("Porte B");
    expect(page.asked).toEqual([["take_place", { event: sample.place.event, gate: 2 }]]);
  });

  test("makes the one gate stand out that was meant for this device", () => {
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places, till: "no" }) });
    const main = [...document.querySelectorAll(".btn-main b")].map((one) => one.textContent);
    expect(main).toEqual(["Porte B"]);
  });

  test("lets nobody stand where no list is yet, and says what to wait for", () => {
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places.slice(2), till: "no" }) });
    expect(button("Porte A").disabled).toBe(true);
    expect(text("article")).toContain("La liste arrive");
  });

  test("an event without gates is taken without one", () => {
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places.slice(1, 2), till: "no" }) });
    press("Sans porte");
    expect(page.asked).toEqual([["take_place", { event: sample.places[1]!.event, gate: null }]]);
  });

  test("offers the box office where this device may sell, once it was lent places", () => {
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: sample.places, till: "not_yet" }) });
    expect(button("Vendre ici").disabled).toBe(true);
    page.tell({ news: "overview", of: sample.overview({ screen: "choose", places: [], till: "ready" }) });
    expect(text(".choose-place")).not.toContain("Aucun événement");
    press("Vendre ici");
    expect(page.asked).toEqual([["take_till", {}]]);
  });
});
