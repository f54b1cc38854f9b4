import { invoke } from "@tauri-apps/api/core";

/** Where the sync engine stands, as `scanner_app::status::SyncPhase` writes it. */
export type SyncPhase =
  | "bootstrapping"
  | "catching_up"
  | "live"
  | "lan"
  | "offline"
  | "needs_reset"
  | "needs_upgrade"
  | "blocked";

/** What an enrolled door knows of itself; `null` stands for "not known yet". */
export interface EnrolledDoor {
  sync: SyncPhase | null;
  roster_age_s: number | null;
  unsent_facts: number | null;
  events_known: number | null;
}

/** `scanner_app::status::DoorStatus`. */
export interface DoorStatus {
  data_dir: string;
  /** `null` until the door is enrolled. */
  enrolled: EnrolledDoor | null;
}

/** `UiError` of the window; a code exists only where the screen acts on it. */
export interface UiError {
  code: "status_unreadable";
  message: string;
}

export function doorStatus(): Promise<DoorStatus> {
  return invoke<DoorStatus>("door_status");
}
