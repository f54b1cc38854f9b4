import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import App from "./App.svelte";
import type { DoorStatus } from "./door";
import sample from "./door-status.sample.json";

const invoke = vi.hoisted(() => vi.fn());
vi.mock("@tauri-apps/api/core", () => ({ invoke }));

let app: Record<string, unknown> | undefined;

async function open(): Promise<void> {
  app = mount(App, { target: document.body });
  await vi.waitFor(() => {
    flushSync();
    expect(document.querySelector("main")?.textContent?.trim()).not.toBe("");
  });
}

function text(selector: string): string {
  return (document.querySelector(selector)?.textContent ?? "").replace(/\s+/g, " ").trim();
}

function linesShown(): string[] {
  return [...document.querySelectorAll(".checks li")].map((li) =>
    ["b", "em"].map((part) => li.querySelector(part)?.textContent).join(": "),
  );
}

beforeEach(() => localStorage.clear());
afterEach(async () => {
  if (app) await unmount(app);
  document.body.replaceChildren();
  invoke.mockReset();
});

test("a device that is not enrolled says so in French, and what to do with its own folder", async () => {
  invoke.mockResolvedValue({ data_dir: "/home/porte b", enrolled: null } satisfies DoorStatus);
  await open();
  expect(text("h2")).toBe("Pas encore enrôlé");
  expect(text("code")).toBe('door enrol --server URL --code CODE --data "/home/porte b"');
  expect(document.querySelectorAll(".enrol li")).toHaveLength(3);
});

test("an enrolled door shows its sync, its list's age, its unsent facts and its events", async () => {
  invoke.mockResolvedValue(sample as DoorStatus);
  await open();
  expect(text("h2")).toBe("Presque prêt");
  expect(linesShown()).toEqual([
    "Liaison: Mise à jour en cours",
    "Journal: 3 faits à envoyer",
    "Liste: Mise à jour il y a 40\u00a0s",
    "Événements: 2 connus",
    "Dossier: /var/lib/door",
  ]);
});

test("a door that is live with nothing to send is ready", async () => {
  const enrolled = { sync: "live", roster_age_s: 5, unsent_facts: 0, events_known: 1 } as const;
  invoke.mockResolvedValue({ data_dir: "/d", enrolled } satisfies DoorStatus);
  await open();
  expect(text("h2")).toBe("Prêt");
  expect(document.querySelectorAll(".checks .is-ok")).toHaveLength(4);
});

test("a refused device is not ready, and the refusal comes first", async () => {
  const enrolled = { sync: "blocked", roster_age_s: 5, unsent_facts: 1, events_known: 1 } as const;
  invoke.mockResolvedValue({ data_dir: "/d", enrolled } satisfies DoorStatus);
  await open();
  expect(text("h2")).toBe("Pas prêt");
  expect(linesShown()[0]).toContain("appelez le responsable");
});

test("what was never received is called so, not shown as nought", async () => {
  const enrolled = { sync: null, roster_age_s: null, unsent_facts: null, events_known: null };
  invoke.mockResolvedValue({ data_dir: "/d", enrolled } satisfies DoorStatus);
  await open();
  expect(linesShown().slice(0, 4)).toEqual([
    "Liaison: Pas encore connu",
    "Liste: Jamais reçue\u00a0: approchez-vous du réseau",
    "Journal: Pas encore connu",
    "Événements: Pas encore connu",
  ]);
});

test("a status that cannot be read tells what was not done and what to do", async () => {
  invoke.mockRejectedValue({ code: "status_unreadable", message: "looking for the replica in /d" });
  await open();
  expect(text("[role=alert]")).toContain("Rien n’a été modifié.");
  expect(text("[role=alert]")).toContain("looking for the replica in /d");
});

test("a chosen language is shown at once and remembered", async () => {
  invoke.mockResolvedValue({ data_dir: "/d", enrolled: null } satisfies DoorStatus);
  await open();
  const select = document.querySelector<HTMLSelectElement>("#language")!;
  select.value = "de";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  flushSync();
  expect(text("h2")).toBe("Noch nicht angemeldet");
  expect(document.documentElement.lang).toBe("de");
  await unmount(app!);
  app = undefined;
  document.body.replaceChildren();
  await open();
  expect(text("h2")).toBe("Noch nicht angemeldet");
});
