import type { UiError } from "../schema";

/** What went wrong last, until it is put away or something else is tried. */
class Trouble {
  error = $state<UiError | null>(null);
}

export const trouble = new Trouble();

/** Asks the window; what it refuses is shown on top of the screen. `undefined` when it refused. */
export async function attempt<T>(ask: () => Promise<T>): Promise<T | undefined> {
  trouble.error = null;
  try {
    return await ask();
  } catch (failure) {
    trouble.error = asUiError(failure);
    return undefined;
  }
}

/** The window answers with its own errors; the shell around it with plain text. */
export function asUiError(failure: unknown): UiError {
  if (typeof failure === "object" && failure !== null && "code" in failure) return failure as UiError;
  return { code: "internal", detail: String(failure) };
}
