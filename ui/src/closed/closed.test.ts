import { expect, test } from "vitest";
import { pageOfAFakeWindow, text } from "../fake-window";
import * as sample from "../samples";
import type { News } from "../schema";

const page = pageOfAFakeWindow();

test("a device that was given back says when it may be switched off", () => {
  const closed = (unsent: number): News => ({
    news: "overview",
    of: sample.overview({ screen: "closed", unsent, revoked: false }),
  });
  page.tell(closed(3));
  expect(text("main [role=status]")).toContain("3 passages partent encore");
  page.tell(closed(0));
  expect(text("main [role=status]")).toBe("Tout est envoyé. Vous pouvez éteindre l’appareil.");
});
