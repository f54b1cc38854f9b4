import { describe, expect, test } from "vitest";
import { age, counted, dictionaries, type Language } from "./texts";

function keys(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => keys(inner, `${path}.${key}`));
}

function sentences(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "function") return [(value as (text: string) => string)("7 s")];
  return Object.values(value as object).flatMap(sentences);
}

const languages = Object.keys(dictionaries) as Language[];

describe.each(languages)("%s", (language) => {
  test("has the keys of French, no more and no fewer", () => {
    expect(keys(dictionaries[language]).sort()).toEqual(keys(dictionaries.fr).sort());
  });

  test("has no empty sentence and no exclamation mark", () => {
    for (const sentence of sentences(dictionaries[language])) {
      expect(sentence.trim()).not.toBe("");
      expect(sentence).not.toContain("!");
    }
  });

  test("names the number in every counted form", () => {
    for (const forms of [dictionaries[language].factsWaiting, dictionaries[language].eventsKnown]) {
      expect(forms.one).toContain("{n}");
      expect(forms.other).toContain("{n}");
    }
  });
});

test("French keeps its signs on the line of their word", () => {
  for (const sentence of sentences(dictionaries.fr)) expect(sentence).not.toMatch(/ [:;?]/);
});

test("French counts none as one, English as many", () => {
  expect(counted("fr", dictionaries.fr.factsWaiting, 0)).toBe("0 fait à envoyer");
  expect(counted("en", dictionaries.en.factsWaiting, 0)).toBe("0 facts to send");
});

test("a thousand is grouped by a space that our faces have", () => {
  expect(counted("fr", dictionaries.fr.factsWaiting, 1400)).toBe("1\u00a0400 faits à envoyer");
});

test("an age is told in its largest unit, cut off", () => {
  expect(age(dictionaries.fr, 59)).toBe("59\u00a0s");
  expect(age(dictionaries.fr, 119)).toBe("1\u00a0min");
  expect(age(dictionaries.fr, 7_300)).toBe("2\u00a0h");
  expect(age(dictionaries.de, 200_000)).toBe("2\u00a0T");
});
