import { describe, expect, test } from "vitest";
import { noBurst, paused, struck, type Burst, type Key } from "./burst";

/** What came of keys with these times: what was scanned, and which keys landed in the page for good. */
function played(keys: Key[]): { scans: string[]; landed: string; burst: Burst } {
  let burst = noBurst;
  let landed: string[] = [];
  const scans: string[] = [];
  for (const key of keys) {
    const outcome = struck(burst, key);
    burst = outcome.burst;
    if (outcome.landed > 0) landed = landed.slice(0, -outcome.landed);
    if (!outcome.swallow && key.key !== "Shift") landed.push(key.key);
    if (outcome.scan !== null) scans.push(outcome.scan);
  }
  return { scans, landed: landed.join(""), burst };
}

function typed(text: string, from: number, gap: number): Key[] {
  return [...text].map((key, index) => ({ key, at: from + index * gap, personal: false }));
}

const enter = (at: number): Key => ({ key: "Enter", at, personal: false });

describe("a scanner", () => {
  test("that ends with Enter gives one scan, and nothing lands", () => {
    const outcome = played([...typed("TH1:ABCDEF", 0, 5), enter(50)]);
    expect(outcome).toMatchObject({ scans: ["TH1:ABCDEF"], landed: "" });
  });

  test("that ends with Tab moves no focus", () => {
    const outcome = played([...typed("TH1:ABCDEF", 0, 5), { key: "Tab", at: 50, personal: false }]);
    expect(outcome).toMatchObject({ scans: ["TH1:ABCDEF"], landed: "" });
  });

  test("that sends no Enter is done after a pause", () => {
    const outcome = played(typed("TH1:ABCDEF", 0, 5));
    expect(outcome.landed).toBe("");
    expect(paused(outcome.burst)).toBe("TH1:ABCDEF");
  });

  test("holds Shift for capitals, which is no key of its own", () => {
    const shift = (at: number): Key => ({ key: "Shift", at, personal: false });
    const keys = [..."TICKETS"].flatMap((key, index) => [
      shift(index * 10),
      { key, at: index * 10 + 4, personal: false },
    ]);
    expect(played([...keys, enter(80)])).toMatchObject({ scans: ["TICKETS"], landed: "" });
  });

  test("that stutters once it is known still gives one scan", () => {
    const keys = [...typed("TH1:ABCD", 0, 5), ...typed("EFGH", 115, 5), enter(140)];
    expect(played(keys).scans).toEqual(["TH1:ABCDEFGH"]);
  });

  test("followed by another at once gives two scans", () => {
    const keys = [...typed("FIRST-ONE", 0, 5), enter(45), ...typed("SECOND-ONE", 60, 5), enter(110)];
    expect(played(keys).scans).toEqual(["FIRST-ONE", "SECOND-ONE"]);
  });

  test("without Enter, followed by a person, keeps the person's key out of the scan", () => {
    const outcome = played([...typed("TH1:ABCDEF", 0, 5), ...typed("m", 300, 0)]);
    expect(outcome).toMatchObject({ scans: ["TH1:ABCDEF"], landed: "m" });
  });
});

describe("a person", () => {
  test("who types fast is never taken for a scanner", () => {
    const outcome = played([...typed("müller-lefèvre", 0, 60), enter(900)]);
    expect(outcome).toMatchObject({ scans: [], landed: "müller-lefèvreEnter" });
  });

  test("who strikes six keys at once is never taken for a scanner", () => {
    expect(played([...typed("azerty", 0, 8), enter(48)])).toMatchObject({ scans: [], landed: "azertyEnter" });
  });

  test("who holds a key down is never taken for a scanner", () => {
    const held = typed("aaaaaaaaaaaa", 0, 30).map((key, index) => ({ ...key, personal: index > 0 }));
    expect(played(held)).toMatchObject({ scans: [], landed: "aaaaaaaaaaaa" });
  });

  test("who deletes in between is no scanner", () => {
    const keys = [...typed("abcd", 0, 10), { key: "Backspace", at: 40, personal: false }, ...typed("efgh", 50, 10)];
    expect(played(keys).scans).toEqual([]);
  });
});

describe("a scan in the middle of typing", () => {
  test("leaves what the person typed, before and after", () => {
    const keys = [...typed("mar", 0, 150), ...typed("TH1:ABCDEF", 450, 5), enter(500), ...typed("tin", 700, 150)];
    expect(played(keys)).toMatchObject({ scans: ["TH1:ABCDEF"], landed: "martin" });
  });

  test("leaves a key that was struck just before the scanner's first", () => {
    const keys = [...typed("mar", 0, 150), ...typed("TH1:ABCDEF", 330, 5), enter(380)];
    expect(played(keys)).toMatchObject({ scans: ["TH1:ABCDEF"], landed: "mar" });
  });
});
