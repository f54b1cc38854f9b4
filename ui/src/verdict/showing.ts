import type { VerdictLight } from "../schema";

/** Who looks at the screen. */
export type Audience = "staff" | "visitor";

/** Long enough to see it from the corner of an eye and to aim at the next ticket. */
const ADMIT_MS = 2_500;
/** A visitor alone looks up first. */
const VISITOR_ADMIT_MS = 4_000;
const VISITOR_REST_MS = 8_000;

/**
 * How long a verdict stays by itself, in milliseconds. `null`: until the next scan or a tap. Red and amber wait for
 * the steward, who talks to somebody first and looks back to read why; a green that stayed could be taken for the
 * next person's. A visitor alone at a kiosk taps nothing: there every verdict ends, for the one behind.
 */
export function shownFor(light: VerdictLight, audience: Audience): number | null {
  if (audience === "visitor") return light === "admit" ? VISITOR_ADMIT_MS : VISITOR_REST_MS;
  return light === "admit" ? ADMIT_MS : null;
}
