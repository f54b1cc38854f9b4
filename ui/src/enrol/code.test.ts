import { expect, test } from "vitest";
import { caretAfter, characters, grouped } from "./code";

test("a code is shown in fours while it is typed, however it was written down", () => {
  expect(grouped("a1b2")).toBe("A1B2");
  expect(grouped("a1b2c")).toBe("A1B2 C");
  expect(grouped("a1b2-c3d4 e5f6_g7h0")).toBe("A1B2 C3D4 E5F6 G7H0");
});

test("more than a code's sixteen characters are cut off", () => {
  expect(characters("A1B2C3D4E5F6G7H0XYZ")).toBe("A1B2C3D4E5F6G7H0");
});

test("the caret stays behind the character that was typed", () => {
  expect(caretAfter("A1B2", 4)).toBe(4);
  expect(caretAfter("A1B2C", 5)).toBe(6);
  expect(caretAfter("A1 B2 C3", 3)).toBe(2);
});
