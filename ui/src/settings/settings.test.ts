import { expect, test } from "vitest";
import { door, pageOfAFakeWindow, press, seen } from "../fake-window";
import * as sample from "../samples";

const page = pageOfAFakeWindow();

test("settings are the whole of them, each change at once", async () => {
  page.answers.cameras = () => [{ id: "v4l:1", name: "Integrated" }];
  page.scanning();
  press("Réglages");
  press("Jour");
  await seen(() => expect(page.asked.at(-1)).toEqual(["save_settings", { settings: { ...sample.settings, theme: "day" } }]));
  page.tell(door({}, { theme: "day" }));
  expect(document.documentElement.dataset.theme).toBe("day");
});
