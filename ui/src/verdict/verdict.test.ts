import { expect, test } from "vitest";
import { dictionaries } from "../texts/texts";
import { shownFor } from "./showing";
import { SOUNDS, VIBRATIONS } from "./sound";
import { isMeasured } from "./word";

test("every word of every language was measured", () => {
  for (const { verdict } of Object.values(dictionaries)) {
    for (const word of [...Object.values(verdict.admit), verdict.refuse, verdict.ask]) {
      expect(isMeasured(word.toLocaleUpperCase()), word).toBe(true);
    }
  }
});

test("the three sounds differ in how many tones they have or in where these lie", () => {
  const heard = Object.values(SOUNDS).map(({ tones }) => tones.map((tone) => tone.pitch).join("-"));
  expect(heard).toEqual(["784-1175", "220-220", "523-523-523"]);
});

test("no tone begins before the one before it has ended", () => {
  for (const { tones } of Object.values(SOUNDS)) {
    tones.slice(1).forEach((tone, index) => expect(tone.at).toBeGreaterThanOrEqual(tones[index]!.at + tones[index]!.length));
  }
});

test("a hand feels three different things", () => {
  expect(new Set(Object.values(VIBRATIONS).map(String)).size).toBe(3);
});

test("green passes by itself; red and amber wait for a steward, but not for a visitor alone", () => {
  expect(shownFor("admit", "staff")).toBe(2_500);
  expect([shownFor("refuse", "staff"), shownFor("ask", "staff")]).toEqual([null, null]);
  expect([shownFor("refuse", "visitor"), shownFor("ask", "visitor")]).toEqual([8_000, 8_000]);
});
