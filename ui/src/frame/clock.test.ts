import { expect, test, vi } from "vitest";
import { door, FakeWindow, seen, text } from "../fake-window";

test("the clock is the venue's, wherever the machine thinks that it is", async () => {
  vi.setSystemTime(Date.UTC(2026, 10, 28, 18, 42));
  const page = new FakeWindow();
  page.open();
  page.tell(door());
  await seen(() => expect(text(".door-time")).toBe("19:42"));
  await page.close();
  vi.useRealTimers();
});
