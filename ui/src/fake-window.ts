// For tests of the page: the real page, mounted, with only the window behind it replaced.
import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, vi } from "vitest";
import App from "./App.svelte";
import { trouble } from "./frame/attempt.svelte";
import * as sample from "./samples";
import type { EnrolStep, News, PlaceView, Settings } from "./schema";

/** A channel's, as the shell numbers its messages. */
type Callback = (message: { index: number; message: unknown }) => void;
type Answer = (args: Record<string, unknown>) => unknown;

export class FakeWindow {
  /** What commands answer; those not named answer nothing, and `preview` never. */
  answers: Record<string, Answer> = {};
  /** Every command but the camera's, in order. */
  asked: [string, Record<string, unknown>][] = [];
  #hear: ((news: News) => void) | undefined;
  #callbacks: Callback[] = [];
  #app: Record<string, unknown> | undefined;

  async #invoke(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    if (command === "preview") return new Promise(() => {});
    if (command === "listen") {
      this.answers.listen?.(args);
      const { id } = args.channel as { id: number };
      let index = 0;
      this.#hear = (message) => this.#callbacks[id]!({ index: index++, message });
      return null;
    }
    this.asked.push([command, args]);
    return (await this.answers[command]?.(args)) ?? null;
  }

  open(): void {
    const internals = {
      invoke: (command: string, args?: Record<string, unknown>) => this.#invoke(command, args),
      transformCallback: (callback: Callback) => this.#callbacks.push(callback) - 1,
      unregisterCallback: () => {},
    };
    Object.assign(window, { __TAURI_INTERNALS__: internals });
    this.#app = mount(App, { target: document.body });
    flushSync();
  }

  async close(): Promise<void> {
    if (this.#app) await unmount(this.#app);
    this.#app = undefined;
    trouble.error = null;
    document.body.replaceChildren();
  }

  forget(): void {
    this.answers = {};
    this.asked = [];
    localStorage.clear();
  }

  tell(...all: News[]): void {
    for (const news of all) this.#hear!(news);
    flushSync();
  }

  /** At the door in the middle of an evening. */
  scanning(changed: Partial<PlaceView> = {}): void {
    this.tell(door(changed), ...evening);
    press("Commencer à scanner");
  }
}

/** A page of its own for each test of a file. */
export function pageOfAFakeWindow(): FakeWindow {
  const page = new FakeWindow();
  beforeEach(() => {
    page.forget();
    page.open();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await page.close();
  });
  return page;
}

export const door = (changed: Partial<PlaceView> = {}, settings: Partial<Settings> = {}): News => ({
  news: "overview",
  of: sample.overview(sample.atTheDoor(changed), settings),
});

export const enrol = (step: EnrolStep, settings: Partial<Settings> = {}): News => ({
  news: "overview",
  of: sample.overview({ screen: "enrol", step, device_name: "Tablette 2" }, settings),
});

export const evening: News[] = [
  { news: "camera", of: sample.camera },
  { news: "sync", of: sample.live },
  { news: "ready", of: sample.almostReady },
  { news: "counts", of: sample.counts },
  { news: "recent", of: sample.recent },
];

/** As a person reads it. */
export function text(selector: string): string {
  const found = document.querySelector(selector);
  return (found?.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** By role's usual tag and the name that people and screen readers find it by. */
export function button(name: string): HTMLButtonElement {
  const all = [...document.querySelectorAll("button")].filter((one) => !isInert(one));
  const found = all.find((one) => nameOf(one).startsWith(name));
  expect(found, `no button "${name}" among ${all.map(nameOf).join(", ")}`).toBeDefined();
  return found!;
}

function nameOf(button: HTMLButtonElement): string {
  return (button.getAttribute("aria-label") ?? button.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** jsdom keeps `inert` as a mere property, and lets inert things be clicked. */
function isInert(element: HTMLElement | null): boolean {
  return element !== null && (element.inert === true || isInert(element.parentElement));
}

export function press(name: string): void {
  button(name).click();
  flushSync();
}

export function type(selector: string, value: string): void {
  const field = document.querySelector<HTMLInputElement>(selector)!;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  flushSync();
}

/** Until what a command's answer leads to is on the page. */
export function seen(check: () => void): Promise<void> {
  return vi.waitFor(() => {
    flushSync();
    check();
  });
}
