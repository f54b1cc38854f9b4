import { said as cameraSaid } from "../scan/standing";
import type { ReadyLine } from "../schema";
import { said as syncSaid } from "../frame/sync";
import type { Speech } from "../texts/speech.svelte";

export interface WordedLine {
  name: string;
  say: string;
}

/** A checked thing in words: how it stands and, where it is not well, what to do. */
export function worded({ light, what }: ReadyLine, speech: Speech): WordedLine {
  const { ready: t } = speech.t;
  const well = light === "ok";
  switch (what.kind) {
    case "roster": {
      const tickets = speech.number(what.tickets);
      if (what.age_s === null && what.tickets === 0) return { name: t.roster, say: t.rosterNever };
      if (what.age_s === null || !what.complete) return { name: t.roster, say: t.rosterPartial(tickets) };
      const age = speech.age(what.age_s);
      if (what.tickets === 0) return { name: t.roster, say: t.rosterEmpty(age) };
      return { name: t.roster, say: well ? t.rosterUpdated(tickets, age) : t.rosterOld(age) };
    }
    case "keys":
      return { name: t.keys, say: what.count === 0 ? t.keysNone : speech.counted(t.keysKnown, what.count) };
    case "clock": {
      if (what.offset_ms === null) return { name: t.clock, say: what.suspect ? t.clockDoubt : t.clockNever };
      const off = offset(what.offset_ms, speech);
      return { name: t.clock, say: what.suspect ? t.clockSuspect(off) : t.clockOff(off) };
    }
    case "camera":
      return { name: t.camera, say: cameraSaid(what.standing, speech) };
    case "disk": {
      const free = speech.bytes(what.free_bytes);
      return { name: t.disk, say: well ? t.diskFree(free) : t.diskLow(free) };
    }
    case "battery": {
      const percent = speech.percent(what.percent / 100);
      if (what.charging) return { name: t.battery, say: t.batteryCharging(percent) };
      if (!well) return { name: t.battery, say: t.batteryLow(percent) };
      if (what.minutes_left === null) return { name: t.battery, say: percent };
      return { name: t.battery, say: t.batteryLeft(percent, speech.duration(what.minutes_left * 60)) };
    }
    case "peers":
      if (what.known === 0) return { name: t.peers, say: t.peersNone };
      if (what.reachable.length === 0) return { name: t.peers, say: speech.counted(t.peersSilent, what.known) };
      return { name: t.peers, say: speech.listed(what.reachable) };
    case "event":
      return { name: t.event, say: what.test ? t.eventTest : t.eventReal };
    case "protection":
      return { name: t.protection, say: what.by === "key_store" ? t.protectionKeyStore : t.protectionFileOnly };
    case "unsent": {
      if (what.facts === 0) return { name: t.unsent, say: t.unsentNone };
      const facts = speech.counted(t.unsentSome, what.facts);
      return { name: t.unsent, say: what.oldest_s === null ? facts : t.unsentSince(facts, speech.age(what.oldest_s)) };
    }
    case "sync":
      return { name: t.sync, say: syncSaid(what, speech) };
  }
}

/** Below a minute the tenths count: a clock is either right or far out. */
function offset(ms: number, speech: Speech): string {
  const seconds = Math.abs(ms) / 1000;
  return seconds < 60 ? `${speech.number(seconds, 1)}\u00a0${speech.t.seconds}` : speech.duration(seconds);
}
