import { noBurst, paused, SCANNER_PAUSE_MS, struck, type Burst } from "./burst";

/** Nobody waits longer than this for a scanner's last key. */
const LATEST_MS = 3_000;

/** A field's text and caret as they were before a key landed. */
interface Before {
  field: HTMLInputElement | HTMLTextAreaElement;
  value: string;
  start: number | null;
  end: number | null;
}

/**
 * Hears a USB scanner anywhere in the window. Its keys reach nothing else; the first few, which a person
 * might have typed, are taken out again. Returns what ends the listening.
 */
export function hearScanner(window: Window, send: (text: string) => void): () => void {
  let burst: Burst = noBurst;
  /** Of the last keys that landed, oldest first. */
  let landed: (Before | null)[] = [];
  let pause: ReturnType<typeof setTimeout> | undefined;

  function finish(scan: string | null): void {
    if (scan !== null) send(scan);
  }

  function keydown(event: KeyboardEvent): void {
    clearTimeout(pause);
    const outcome = struck(burst, {
      key: event.key,
      at: event.timeStamp,
      personal: event.repeat || isShortcut(event),
    });
    burst = outcome.burst;
    if (outcome.swallow) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (outcome.landed > 0) putBack(landed.at(-outcome.landed) ?? null);
      landed = [];
    } else if (event.key.length === 1) {
      landed = [...landed.slice(1 - LANDED_KEPT), before(event.target)];
    }
    finish(outcome.scan);
    if (burst.certain) {
      // A busy machine hands keys over late, and the next may be as late as this one.
      const late = Math.min(LATEST_MS, Math.max(0, performance.now() - event.timeStamp));
      pause = setTimeout(() => {
        finish(paused(burst));
        burst = noBurst;
      }, SCANNER_PAUSE_MS + late);
    }
  }

  window.addEventListener("keydown", keydown, true);
  return () => {
    clearTimeout(pause);
    window.removeEventListener("keydown", keydown, true);
  };
}

const LANDED_KEPT = 8;

/** AltGr is no shortcut: it writes characters, on some systems as Ctrl and Alt. */
function isShortcut(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph");
}

function before(target: EventTarget | null): Before | null {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return null;
  return { field: target, value: target.value, start: target.selectionStart, end: target.selectionEnd };
}

function putBack(was: Before | null): void {
  if (was === null || was.field.value === was.value) return;
  was.field.value = was.value;
  if (was.start !== null) was.field.setSelectionRange(was.start, was.end);
  was.field.dispatchEvent(new Event("input", { bubbles: true }));
}
