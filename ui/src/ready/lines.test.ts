import { expect, test } from "vitest";
import * as sample from "../samples";
import type { ReadyView } from "../schema";
import { speech } from "../texts/speech.svelte";
import { worded } from "./lines";

const all = ({ lines }: ReadyView) =>
  lines.map((line) => Object.values(worded(line, speech)).join(": ").replaceAll("\u00a0", " "));

test("a door that is nearly ready says of each thing how it stands, and of what is wrong what to do", () => {
  expect(all(sample.almostReady)).toEqual([
    "Protection: Pas protégé contre le vol : ne le laissez pas seul",
    "Batterie: 24 % : branchez le chargeur",
    "Billets: 1 389, mis à jour il y a 40 s",
    "Clés: 3 connues",
    "Caméra: 1280 × 720, 30 images/s",
    "Horloge: Écart 0,2 s",
    "Disque: 41 Go libres",
    "Autres portes: Porte A et Porte C",
    "Journal: Tout est envoyé",
    "Événement: Réel, pas un essai",
    "Liaison: En direct",
  ]);
});

test("a door that is not ready says what is missing, never nought for what is not known", () => {
  expect(all(sample.notReady)).toEqual([
    "Billets: Jamais reçus : approchez-vous du réseau",
    "Disque: 120 Mo libres : faites de la place",
    "Caméra: Aucune : branchez-en une, ou un lecteur USB",
    "Horloge: Écart 13 min 32 s : réglez l’heure de l’appareil",
    "Autres portes: Aucune des 3 ne répond",
    "Journal: 146 passages à envoyer, depuis 23 min",
    "Liaison: Hors ligne depuis 19:51, 146 à envoyer",
    "Clés: 3 connues",
    "Événement: Essai : n’y faites entrer aucun vrai spectateur",
  ]);
});

test("a list that is only old says since when, one that is still coming how much is here", () => {
  const line = (what: { tickets: number; age_s: number | null; complete: boolean }) =>
    worded({ light: "wait", what: { kind: "roster", ...what } }, speech).say;
  expect(line({ tickets: 9, age_s: 1_000, complete: true })).toContain("Pas mis à jour depuis 16\u00a0min");
  expect(line({ tickets: 500, age_s: null, complete: false })).toContain("500 pour l’instant");
  expect(line({ tickets: 510, age_s: 1_000, complete: false })).toContain("510 pour l’instant");
});

test("a whole list of nobody says so, and not to look for the network", () => {
  const what = { kind: "roster", tickets: 0, age_s: 9, complete: true } as const;
  expect(worded({ light: "wait", what }, speech).say).toBe("Aucun vendu pour l’instant, mis à jour il y a 9\u00a0s");
});

test("a battery on its charger asks for nothing", () => {
  const line = worded({ light: "ok", what: { kind: "battery", percent: 8, charging: true, minutes_left: null } }, speech);
  expect(line.say).toBe("8\u00a0%, en charge");
});
