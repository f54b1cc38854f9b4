// What the window has told, as one value. The page draws it and adds only where it looks (`view.svelte.ts`).
import type {
  AlertView,
  CameraHint,
  CameraView,
  CountsView,
  News,
  Outline,
  Overview,
  ReadyView,
  RecentView,
  SyncView,
  TillView,
  VerdictView,
} from "./schema";

export interface State {
  /** `null` until the window's first word. */
  overview: Overview | null;
  /** What fills the window now. */
  verdict: VerdictView | null;
  /** The last verdict that was taken away: the same one told again stays away. */
  seenVerdict: number | null;
  hint: CameraHint | null;
  outline: Outline | null;
  camera: CameraView | null;
  ready: ReadyView | null;
  sync: SyncView | null;
  counts: CountsView | null;
  recent: RecentView[];
  alerts: AlertView[];
  till: TillView | null;
}

export const nothingHeard: State = {
  overview: null,
  verdict: null,
  seenVerdict: null,
  hint: null,
  outline: null,
  camera: null,
  ready: null,
  sync: null,
  counts: null,
  recent: [],
  alerts: [],
  till: null,
};

export function heard(state: State, news: News): State {
  switch (news.news) {
    case "overview":
      return atScreen(state, news.of);
    case "verdict":
      if (news.of.no === state.seenVerdict) return state;
      return { ...state, verdict: news.of, hint: null };
    case "hint":
      return withHint(state, news.of);
    case "outline":
      return { ...state, outline: news.of.codes.length === 0 ? null : news.of };
    case "camera":
      return { ...state, camera: news.of, outline: null };
    case "ready":
      return { ...state, ready: news.of };
    case "sync":
      return { ...state, sync: news.of };
    case "counts":
      return { ...state, counts: news.of };
    case "recent":
      return { ...state, recent: news.of };
    case "alerts":
      return { ...state, alerts: news.of };
    case "till":
      return { ...state, till: news.of };
  }
}

/** A verdict belongs to its door: choosing another, or losing this one, takes it and its door's figures away. */
function atScreen(state: State, overview: Overview): State {
  if (overview.screen.screen === "door") return { ...state, overview };
  return {
    ...state,
    overview,
    verdict: null,
    hint: null,
    outline: null,
    ready: null,
    counts: null,
    recent: [],
    alerts: [],
    till: overview.screen.screen === "till" ? state.till : null,
  };
}

/** A door that lets nobody in must not go on showing the green of the one before. */
function withHint(state: State, hint: CameraHint): State {
  const next = { ...state, hint };
  return hint.hint === "failed" ? verdictSeen(next) : next;
}

/** The verdict was looked at, or its time is over. */
export function verdictSeen(state: State): State {
  if (state.verdict === null) return state;
  return { ...state, verdict: null, seenVerdict: state.verdict.no };
}

export function hintSeen(state: State): State {
  return { ...state, hint: null };
}
