import type { SyncView } from "../schema";
import type { Speech } from "../texts/speech.svelte";

/** The link to the server in a few words; how much waits, where nothing can leave. */
export function said(sync: SyncView, speech: Speech): string {
  const { t } = speech;
  switch (sync.phase) {
    case null:
      return t.sync.notYet;
    case "lan":
      return speech.counted(t.sync.lanWith, 1 + reachable(sync).length);
    case "offline": {
      const state = sync.since === null ? t.sync.phase.offline : t.sync.offlineSince(sync.since);
      return sync.unsent === 0 ? state : `${state}, ${speech.counted(t.sync.waiting, sync.unsent)}`;
    }
    case "bootstrapping":
    case "catching_up":
    case "live":
    case "needs_reset":
    case "needs_upgrade":
    case "blocked":
      return t.sync.phase[sync.phase];
  }
}

/** A link that a person should know more of. */
export interface Notice {
  what: string;
  todo: string;
}

/** The calm amber line; `null` while all is well or will be in a moment. */
export function notice(sync: SyncView, speech: Speech): Notice | null {
  const { t } = speech;
  switch (sync.phase) {
    case null:
    case "bootstrapping":
    case "catching_up":
    case "live":
      return null;
    case "lan": {
      const linked = reachable(sync);
      const carryOn = linked.length === 0 ? t.sync.carryOn : t.sync.linkedTo(speech.listed(linked));
      return { what: cut(sync, speech), todo: withUnsent(carryOn, sync, speech) };
    }
    case "offline":
      return { what: cut(sync, speech), todo: withUnsent(t.sync.carryOn, sync, speech) };
    case "needs_reset":
      return { what: `${t.sync.phase.needs_reset}.`, todo: t.sync.carryOn };
    case "needs_upgrade":
      return { what: `${t.sync.phase.needs_upgrade}.`, todo: t.sync.upgradeSay };
    case "blocked":
      return { what: `${t.sync.phase.blocked}.`, todo: t.sync.blockedSay };
  }
}

function reachable(sync: SyncView): string[] {
  return sync.peers.filter((peer) => peer.reachable).map((peer) => peer.name);
}

function cut(sync: SyncView, { t }: Speech): string {
  return sync.since === null ? t.sync.cut : t.sync.cutSince(sync.since);
}

function withUnsent(carryOn: string, sync: SyncView, speech: Speech): string {
  if (sync.unsent === 0) return carryOn;
  return `${carryOn} ${speech.counted(speech.t.sync.willLeave, sync.unsent)}`;
}
