import { expect, test, vi } from "vitest";
import { door, FakeWindow, seen, text } from "../fake-window";

test("whoever finds the door's data in use says so, and goes on by itself once it is free", async () => {
  vi.useFakeTimers();
  const page = new FakeWindow();
  let busy = true;
  page.answers.listen = () => {
    if (busy) throw { code: "in_use", detail: "" };
  };
  page.open();
  await vi.advanceTimersByTimeAsync(3_500);
  expect(text("body")).toContain("Un autre programme travaille dans ce dossier.");
  busy = false;
  await vi.advanceTimersByTimeAsync(1_000);
  vi.useRealTimers();
  page.tell(door());
  await seen(() => expect(text("body")).not.toContain("Un autre programme"));
  expect(text("body")).toContain("Commencer à scanner");
  await page.close();
});
