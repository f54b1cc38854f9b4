import { describe, expect, test } from "vitest";
import * as sample from "./samples";
import type { News } from "./schema";
import { heard, hintSeen, nothingHeard, verdictSeen, type State } from "./state";

const door: News = { news: "overview", of: sample.overview(sample.atTheDoor()) };
const choose: News = {
  news: "overview",
  of: sample.overview({ screen: "choose", places: sample.places, till: "no" }),
};
const green: News = { news: "verdict", of: sample.admitted };

const after = (...all: News[]): State => all.reduce(heard, nothingHeard);

describe("a verdict", () => {
  test("fills the window until it was looked at", () => {
    const state = after(door, green);
    expect(state.verdict).toBe(sample.admitted);
    expect(verdictSeen(state).verdict).toBeNull();
  });

  test("gives way to the next one at once", () => {
    expect(after(door, green, { news: "verdict", of: sample.refused }).verdict).toBe(sample.refused);
  });

  test("that was looked at stays away while its code is still in the picture", () => {
    const state = heard(verdictSeen(after(door, green)), green);
    expect(state.verdict).toBeNull();
    expect(heard(state, { news: "verdict", of: sample.refused }).verdict).toBe(sample.refused);
  });

  test("takes the line in the picture away", () => {
    expect(after(door, { news: "hint", of: { hint: "foreign" } }, green).hint).toBeNull();
  });

  test("does not outlive its door", () => {
    expect(after(door, green, choose).verdict).toBeNull();
  });
});

describe("a line in the picture", () => {
  test("leaves the verdict where it is", () => {
    const state = after(door, green, { news: "hint", of: { hint: "foreign" } });
    expect(state.verdict).toBe(sample.admitted);
    expect(state.hint).toEqual({ hint: "foreign" });
    expect(hintSeen(state).hint).toBeNull();
  });

  test("that says nobody is admitted takes a green away", () => {
    const failed: News = { news: "hint", of: { hint: "failed", error: { code: "disk_full", detail: "" } } };
    expect(after(door, green, failed).verdict).toBeNull();
  });
});

test("an empty outline takes the outlines away", () => {
  const found: News = {
    news: "outline",
    of: { width: 640, height: 360, codes: [[[0, 0], [1, 0], [1, 1], [0, 1]]] },
  };
  expect(after(door, found).outline).not.toBeNull();
  expect(after(door, found, { news: "outline", of: { width: 640, height: 360, codes: [] } }).outline).toBeNull();
});

test("a door's figures survive a change of way, and go with the door", () => {
  const counted = after(
    door,
    { news: "counts", of: sample.counts },
    { news: "recent", of: sample.recent },
    { news: "alerts", of: sample.alerts },
    { news: "ready", of: sample.ready },
  );
  const out = heard(counted, { news: "overview", of: sample.overview(sample.atTheDoor({ way: "out" })) });
  expect([out.counts, out.recent, out.alerts]).toEqual([sample.counts, sample.recent, sample.alerts]);
  const left = heard(counted, choose);
  expect([left.counts, left.recent, left.alerts, left.ready]).toEqual([null, [], [], null]);
});

test("the camera's and the link's state outlive the door", () => {
  const state = after({ news: "camera", of: sample.camera }, { news: "sync", of: sample.lan }, door, choose);
  expect([state.camera, state.sync]).toEqual([sample.camera, sample.lan]);
});
