import { listen } from "../commands";
import type { News } from "../schema";
import { asUiError, trouble } from "./attempt.svelte";

const AGAIN_MS = 1_000;

/** Listens to the window. As long as another program has the door's data it asks again: one that just ended gives it free. */
export async function listening(hear: (news: News) => void): Promise<void> {
  let inUse: typeof trouble.error = null;
  for (;;) {
    try {
      await listen(hear);
      if (trouble.error === inUse) trouble.error = null;
      return;
    } catch (failure) {
      const error = asUiError(failure);
      if (error.code !== "in_use") {
        trouble.error = error;
        return;
      }
      trouble.error ??= error;
      inUse = trouble.error;
    }
    await new Promise((again) => setTimeout(again, AGAIN_MS));
  }
}
