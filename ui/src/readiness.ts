import type { DoorStatus, EnrolledDoor, SyncPhase } from "./door";
import { age, counted, type Language, type Texts } from "./texts/texts";

/** Shape and colour of a line; the worst line decides for the whole door. */
export type Light = "ok" | "wait" | "no";

export interface Line {
  name: string;
  say: string;
  light: Light;
}

const PHASE_LIGHT: Record<SyncPhase, Light> = {
  live: "ok",
  bootstrapping: "wait",
  catching_up: "wait",
  lan: "wait",
  offline: "wait",
  needs_reset: "wait",
  needs_upgrade: "no",
  blocked: "no",
};

/** A door that still pulls every 10 s is late after this long. */
const ROSTER_OLD_AFTER_S = 600;

/** The lines of an enrolled door, problems first. */
export function lines(door: EnrolledDoor, language: Language, texts: Texts): Line[] {
  const order: Record<Light, number> = { no: 0, wait: 1, ok: 2 };
  return [
    syncLine(door, texts),
    rosterLine(door, texts),
    unsentLine(door, language, texts),
    eventsLine(door, language, texts),
  ].sort((a, b) => order[a.light] - order[b.light]);
}

export function worst(lines: Line[]): Light {
  if (lines.some((line) => line.light === "no")) return "no";
  return lines.some((line) => line.light === "wait") ? "wait" : "ok";
}

export function lightOf(status: DoorStatus, language: Language, texts: Texts): Light {
  return status.enrolled === null ? "wait" : worst(lines(status.enrolled, language, texts));
}

function syncLine(door: EnrolledDoor, texts: Texts): Line {
  if (door.sync === null) return { name: texts.sync, say: texts.unknown, light: "wait" };
  return { name: texts.sync, say: texts.phase[door.sync], light: PHASE_LIGHT[door.sync] };
}

function rosterLine(door: EnrolledDoor, texts: Texts): Line {
  if (door.roster_age_s === null) {
    return { name: texts.roster, say: texts.rosterNever, light: "wait" };
  }
  return {
    name: texts.roster,
    say: texts.rosterAge(age(texts, door.roster_age_s)),
    light: door.roster_age_s < ROSTER_OLD_AFTER_S ? "ok" : "wait",
  };
}

function unsentLine(door: EnrolledDoor, language: Language, texts: Texts): Line {
  if (door.unsent_facts === null) return { name: texts.unsent, say: texts.unknown, light: "wait" };
  if (door.unsent_facts === 0) return { name: texts.unsent, say: texts.allSent, light: "ok" };
  const say = counted(language, texts.factsWaiting, door.unsent_facts);
  return { name: texts.unsent, say, light: "wait" };
}

function eventsLine(door: EnrolledDoor, language: Language, texts: Texts): Line {
  if (door.events_known === null) return { name: texts.events, say: texts.unknown, light: "wait" };
  if (door.events_known === 0) return { name: texts.events, say: texts.noEvent, light: "wait" };
  const say = counted(language, texts.eventsKnown, door.events_known);
  return { name: texts.events, say, light: "ok" };
}
