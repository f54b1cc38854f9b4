import type { Settings } from "../schema";
import { de } from "./de";
import { en } from "./en";
import { es } from "./es";
import { fr } from "./fr";
import { it } from "./it";

export type Texts = typeof fr;

export type Language = Settings["language"];

export const dictionaries: Record<Language, Texts> = { fr, en, es, de, it };

export const languageNames: Record<Language, string> = {
  fr: "Français",
  en: "English",
  es: "Español",
  de: "Deutsch",
  it: "Italiano",
};
