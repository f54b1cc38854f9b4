// For tests of the page: the real page, mounted, with only the window's two ends of the wire replaced.
import { flushSync, mount, unmount } from "svelte";
import { expect, vi } from "vitest";
import App from "./App.svelte";
import { trouble } from "./frame/attempt.svelte";
import type { News } from "./schema";

type Answer = (args: Record<string, unknown>) => unknown;

export class FakeWindow {
  /** What commands answer; those not named answer nothing, and `preview` never. */
  answers: Record<string, Answer> = {};
  /** Every command but the camera's, in order. */
  asked: [string, Record<string, unknown>][] = [];
  #hear: ((news: News) => void) | undefined;
  #app: Record<string, unknown> | undefined;

  invoke = async (command: string, args: Record<string, unknown> = {}): Promise<unknown> => {
    if (command === "preview") return new Promise(() => {});
    if (command === "listen") {
      this.#hear = (args.channel as { onmessage: (news: News) => void }).onmessage;
      return null;
    }
    this.asked.push([command, args]);
    return (await this.answers[command]?.(args)) ?? null;
  };

  open(): void {
    this.#app = mount(App, { target: document.body });
    flushSync();
  }

  async close(): Promise<void> {
    if (this.#app) await unmount(this.#app);
    this.#app = undefined;
    trouble.error = null;
    document.body.replaceChildren();
  }

  tell(...all: News[]): void {
    for (const news of all) this.#hear!(news);
    flushSync();
  }
}

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
