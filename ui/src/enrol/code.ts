/** What an enrolment code has. */
export const CODE_CHARACTERS = 16;
const GROUP = 4;

/** The characters alone: what is typed or pasted may have spaces and dashes anywhere. */
export function characters(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .slice(0, CODE_CHARACTERS);
}

/** In fours, as the organizer's page shows it. */
export function grouped(typed: string): string {
  return (characters(typed).match(new RegExp(`.{1,${GROUP}}`, "g")) ?? []).join(" ");
}

/** Where the caret stands once the text is grouped, so that a character may be mended in the middle. */
export function caretAfter(typed: string, caret: number): number {
  const before = characters(typed.slice(0, caret)).length;
  return before + Math.max(0, Math.ceil(before / GROUP) - 1);
}
