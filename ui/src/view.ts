/** What a person looks at instead of the screen that the window says; the window knows nothing of it. */
export type View = "light" | "search" | "alerts" | "counts" | "supervisor" | "settings";

const SCANNING = "tickethub.scanning";

/** A door that was scanning goes on scanning after a crash or a restart; any other begins at its ready light. */
export function rememberScanning(event: string | null): void {
  if (event === null) localStorage.removeItem(SCANNING);
  else localStorage.setItem(SCANNING, event);
}

export function wasScanning(event: string): boolean {
  return localStorage.getItem(SCANNING) === event;
}
