// Acts and keys on their way to the till: one after the other, each for the step that was on the screen when it was done.
import { tillAct, tillPress } from "../commands";
import { attempt } from "../frame/attempt.svelte";
import type { TillAct, TillKey, TillView } from "../schema";

export interface Desk {
  act(act: TillAct): void;
  press(key: TillKey): void;
}

/** `shown` is the view on the screen; `tell` takes the one that an act led to. */
export function deskOf(shown: () => TillView, tell: (view: TillView) => void): Desk {
  let last: Promise<void> = Promise.resolve();

  function send(ask: (step: number) => Promise<TillView>) {
    const { step } = shown();
    last = last.then(async () => {
      const before = shown();
      const view = await attempt(() => ask(step));
      // The till also tells of each view in the order in which they came to be, and may have told of a newer one by now: a
      // printer answers sooner than the page hears of its own key.
      if (view && shown() === before) tell(view);
    });
  }

  return {
    act: (act) => send((step) => tillAct(step, act)),
    press: (key) => send((step) => tillPress(step, key)),
  };
}

const DIGIT = /^(?:Digit|Numpad)([0-9])$/;
const FUNCTION = /^F([1-9]|1[0-2])$/;

/** The till's key that was struck. A digit is where it lies, whatever the layout types there without shift. */
export function keyOf({ code, key }: Pick<KeyboardEvent, "code" | "key">): TillKey | null {
  const digit = DIGIT.exec(code)?.[1];
  if (digit !== undefined) return { key: "digit", digit: Number(digit) };
  const no = FUNCTION.exec(key)?.[1];
  if (no !== undefined) return { key: "function", no: Number(no) };
  switch (key) {
    case "+":
      return { key: "plus" };
    case "-":
      return { key: "minus" };
    case "Backspace":
      return { key: "backspace" };
    case "Enter":
      return { key: "enter" };
    case "Escape":
      return { key: "escape" };
    default:
      return null;
  }
}

/** Keys that mean the till even while somebody types into a field. */
const OVER_FIELDS = new Set<TillKey["key"]>(["function", "escape"]);

/** Whether the page's own field, button or dialog wants the key. */
export function isWanted(event: KeyboardEvent, key: TillKey): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[role=dialog]")) return key.key !== "digit" || target.matches("input");
  if (target?.matches("input, textarea, select")) {
    return !OVER_FIELDS.has(key.key) && !(key.key === "enter" && target.matches("[data-till-enter]"));
  }
  return key.key === "enter" && target !== null && target.matches("button, a");
}
