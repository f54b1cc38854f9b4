import { de } from "./de";
import { en } from "./en";
import { es } from "./es";
import { fr } from "./fr";
import { it } from "./it";

export type Texts = typeof fr;

export const dictionaries = { fr, en, es, de, it };

export type Language = keyof typeof dictionaries;

export const languageNames: Record<Language, string> = {
  fr: "Français",
  en: "English",
  es: "Español",
  de: "Deutsch",
  it: "Italiano",
};

const STORED = "tickethub.language";

/** French unless this device chose another. */
export function storedLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  return stored !== null && stored in dictionaries ? (stored as Language) : "fr";
}

export function storeLanguage(language: Language): void {
  localStorage.setItem(STORED, language);
}

/** `{n}` in the form that the language's plural rules choose, with its own digit grouping. */
export function counted(
  language: Language,
  forms: { one: string; other: string },
  n: number,
): string {
  const form = new Intl.PluralRules(language).select(n) === "one" ? forms.one : forms.other;
  return form.replace("{n}", grouped(language, n));
}

/** Our faces lack U+202F, French's group separator: U+00A0 stands for it. */
function grouped(language: Language, n: number): string {
  return new Intl.NumberFormat(language).format(n).replaceAll("\u202f", "\u00a0");
}

/** The largest unit that fits, cut off: 119 s is 1 min. */
export function age(texts: Texts, seconds: number): string {
  const units: [number, string][] = [
    [86_400, texts.age.day],
    [3_600, texts.age.hour],
    [60, texts.age.minute],
  ];
  const [size, name] = units.find(([size]) => seconds >= size) ?? [1, texts.age.second];
  return `${Math.floor(seconds / size)}\u00a0${name}`;
}
