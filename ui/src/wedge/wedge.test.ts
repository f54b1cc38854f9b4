import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SCANNER_PAUSE_MS } from "./burst";
import { hearScanner } from "./wedge";

const send = vi.fn();
let stop: () => void;
let field: HTMLInputElement;

beforeEach(() => {
  vi.useFakeTimers();
  stop = hearScanner(window, send);
  field = document.body.appendChild(document.createElement("input"));
  field.focus();
});

afterEach(() => {
  stop();
  document.body.replaceChildren();
  send.mockReset();
  vi.useRealTimers();
});

/** As a browser does: a key that nobody stopped writes into the field that has the focus. */
function strike(key: string, at: number, target: HTMLElement = field): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  Object.defineProperty(event, "timeStamp", { value: at });
  if (target.dispatchEvent(event) && key.length === 1 && target instanceof HTMLInputElement) {
    target.setRangeText(key, target.selectionStart!, target.selectionEnd!, "end");
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return event;
}

function scan(text: string, from = 1_000): KeyboardEvent[] {
  return [...text].map((key, index) => strike(key, from + index * 5));
}

test("a scan while a field has the focus leaves its text, its caret and its listeners as they were", () => {
  field.value = "martin";
  field.setSelectionRange(3, 3);
  const seen: string[] = [];
  field.addEventListener("input", () => seen.push(field.value));
  scan("TH1:ABCDEF");
  strike("Enter", 1_050);
  expect(send.mock.calls).toEqual([["TH1:ABCDEF"]]);
  expect(field.value).toBe("martin");
  expect(field.selectionStart).toBe(3);
  expect(seen.at(-1)).toBe("martin");
});

test("a scan over selected text brings the selection back", () => {
  field.value = "martin";
  field.setSelectionRange(0, 6);
  scan("TH1:ABCDEF");
  strike("Enter", 1_050);
  expect([field.value, field.selectionStart, field.selectionEnd]).toEqual(["martin", 0, 6]);
});

test("the Enter of a scan presses no button", () => {
  const button = document.body.appendChild(document.createElement("button"));
  const heard = vi.fn();
  button.addEventListener("keydown", heard);
  const keys = [..."TH1:ABCDEF"].map((key, index) => strike(key, 1_000 + index * 5, button));
  const end = strike("Enter", 1_050, button);
  expect(keys.slice(6).every((key) => key.defaultPrevented)).toBe(true);
  expect(end.defaultPrevented).toBe(true);
  expect(heard).toHaveBeenCalledTimes(6);
});

test("a scan without Enter is sent after the pause", () => {
  scan("TH1:ABCDEF");
  vi.advanceTimersByTime(99);
  expect(send).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(send.mock.calls).toEqual([["TH1:ABCDEF"]]);
});

test("what a person types stays", () => {
  [..."martin dupont"].forEach((key, index) => strike(key, index * 80));
  vi.advanceTimersByTime(1_000);
  expect(field.value).toBe("martin dupont");
  expect(send).not.toHaveBeenCalled();
});

test("a shortcut is no key of a scanner", () => {
  for (let index = 0; index < 9; index += 1) {
    const event = new KeyboardEvent("keydown", { key: "v", ctrlKey: true, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: index * 5 });
    field.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
  }
  vi.advanceTimersByTime(200);
  expect(send).not.toHaveBeenCalled();
});

test("keys that a busy machine hands over late are one scan, with or without Enter", () => {
  for (const end of ["Enter", null]) {
    const struckAt = performance.now();
    [..."TH1:ABCDEF"].forEach((key, index) => {
      strike(key, struckAt + index * 5);
      vi.advanceTimersByTime(SCANNER_PAUSE_MS + 50);
    });
    if (end !== null) strike(end, struckAt + 50);
    vi.advanceTimersByTime(5_000);
  }
  expect(send.mock.calls).toEqual([["TH1:ABCDEF"], ["TH1:ABCDEF"]]);
  expect(field.value).toBe("");
});
