import { describe, expect, test } from "vitest";
import { dictionaries, type Language } from "./texts";
import { age, bytes, counted, duration, listed, number, ordinal, percent, type Forms } from "./words";

const COUNTED = new Set(["zero", "one", "two", "few", "many", "other"]);

/** Counted sentences differ in their forms from language to language: they count as one key. */
function isForms(value: unknown): value is Forms {
  return typeof value === "object" && value !== null && Object.keys(value).every((key) => COUNTED.has(key));
}

/** Each sentence with the path of its key. */
function sentences(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return [[path, (value as (...all: string[]) => string)("7", "8")]];
  return Object.entries(value as object).flatMap(([key, inner]) => sentences(inner, `${path}.${key}`));
}

function keys(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || isForms(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => keys(inner, `${path}.${key}`));
}

function forms(value: unknown, path = ""): [string, Forms][] {
  if (isForms(value) && path !== ".errors") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => forms(inner, `${path}.${key}`));
}

const languages = Object.keys(dictionaries) as Language[];

describe.each(languages)("%s", (language) => {
  const texts = dictionaries[language];

  test("has the keys of French, no more and no fewer", () => {
    expect(keys(texts).sort()).toEqual(keys(dictionaries.fr).sort());
  });

  test("has no empty sentence, no exclamation mark, and no sign that our faces lack", () => {
    for (const [path, sentence] of sentences(texts)) {
      expect(sentence.trim(), path).not.toBe("");
      expect(sentence, path).not.toMatch(/[!¡\u202f]/);
    }
  });

  test("names the number in every counted form", () => {
    for (const [path, all] of forms(texts)) {
      for (const form of Object.values(all)) expect(form, path).toContain("{n}");
    }
  });

  test("has a form for every number that it counts, except in ordinals", () => {
    const rules = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [path, all] of forms(texts).filter(([path]) => path !== ".verdict.entry")) {
      for (const rule of rules.filter((rule) => rule !== "many")) expect(Object.keys(all), path).toContain(rule);
    }
  });

  test("uses what it is given in every sentence with a gap", () => {
    const gaps = (value: unknown, path = ""): void => {
      if (typeof value === "function") {
        const given = ["first", "second"].slice(0, value.length);
        const sentence = (value as (...all: string[]) => string)(...given);
        for (const word of given) expect(sentence, path).toContain(word);
      } else if (typeof value === "object" && value !== null) {
        for (const [key, inner] of Object.entries(value)) gaps(inner, `${path}.${key}`);
      }
    };
    gaps(texts);
  });
});

test("French keeps its signs on the line of their word", () => {
  for (const [path, sentence] of sentences(dictionaries.fr)) expect(sentence, path).not.toMatch(/ [:;?»]|« /);
});

test("French counts none as one, English as many", () => {
  expect(counted("fr", dictionaries.fr.scan.entries, 0)).toBe("0 entrée");
  expect(counted("en", dictionaries.en.scan.entries, 0)).toBe("0 entries");
});

test("a thousand is grouped by a space that our faces have", () => {
  expect(counted("fr", dictionaries.fr.scan.entries, 1400)).toBe("1\u00a0400 entrées");
  expect(number("fr", 0.25, 1)).toBe("0,3");
});

test("a second entry is told as each language counts", () => {
  const second = (language: Language, n: number) => ordinal(language, dictionaries[language].verdict.entry, n);
  expect(languages.map((language) => second(language, 2))).toEqual([
    "2e entrée",
    "2nd entry",
    "2.ª entrada",
    "2. Einlass",
    "2º ingresso",
  ]);
  expect([second("fr", 1), second("en", 3), second("en", 11)]).toEqual(["1re entrée", "3rd entry", "11th entry"]);
});

test("an age is told in its largest unit, cut off", () => {
  expect(age(dictionaries.fr, 59)).toBe("59\u00a0s");
  expect(age(dictionaries.fr, 119)).toBe("1\u00a0min");
  expect(age(dictionaries.fr, 7_300)).toBe("2\u00a0h");
  expect(age(dictionaries.de, 200_000)).toBe("2\u00a0T");
});

test("a time to wait is told in its two largest units", () => {
  expect(duration(dictionaries.fr, 270)).toBe("4\u00a0min\u00a030\u00a0s");
  expect(duration(dictionaries.fr, 5 * 3_600 + 40 * 60 + 7)).toBe("5\u00a0h\u00a040\u00a0min");
  expect(duration(dictionaries.fr, 0)).toBe("0\u00a0s");
});

test("shares, sizes and lists are the language's own", () => {
  expect(percent("fr", 0.75)).toBe("75\u00a0%");
  expect(bytes("fr", 41_900_000_000)).toBe("41\u00a0Go");
  expect(bytes("en", 120_000_000)).toBe("120 MB");
  expect(listed("fr", ["A", "B", "C"])).toBe("A, B et C");
});
