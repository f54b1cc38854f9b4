import assert from "node:assert/strict";
import { PLAY } from "../shop.mjs";
import { PHONE } from "../shopper.mjs";
import { until } from "../../webdriver.mjs";

/** What went over the line for a page, by its kind. */
async function weighed(shopper, path) {
  const line = await shopper.browser.newCDPSession(shopper.page);
  await line.send("Network.enable");
  const kinds = new Map();
  const bytes = { faces: 0, others: 0 };
  line.on("Network.responseReceived", ({ requestId, response }) => kinds.set(requestId, response.mimeType));
  line.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    bytes[kinds.get(requestId)?.startsWith("font/") ? "faces" : "others"] += encodedDataLength;
  });
  await shopper.visit(path);
  await shopper.page.waitForLoadState("networkidle");
  return bytes;
}

/** How many of ours are there. */
const faces = () => [...document.fonts].filter(({ family, status }) => family.includes("Variable") && status === "loaded").length;

const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))));

/** How far what stands on the page moved by itself, as browsers reckon it. */
const shifted = () =>
  new Promise((told) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const { hadRecentInput, value } of list.getEntries()) if (!hadRecentInput) sum += value;
    }).observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => told(sum)));
  });

export const checks = {
  "an event's page weighs less than 60 kB without its faces, which weigh at most 120 kB, once": async ({ shopperWith }) => {
    const shopper = await shopperWith({ language: "fr", width: PHONE });
    const first = await weighed(shopper, `/events/${PLAY}`);
    assert.ok(first.others < 60_000, `${first.others} bytes`);
    // What is in front of each file's bytes counts here, too.
    assert.ok(first.faces > 0 && first.faces <= 121_000, `${first.faces} bytes of faces`);
    const tab = await shopper.anotherTab();
    const second = await weighed(tab, `/events/${PLAY}?type=2`);
    assert.equal(second.faces, 0);
    assert.ok(second.others < 20_000, `${second.others} bytes the second time`);
  },
  "nothing moves when the faces come late": async ({ shopperWith }) => {
    for (const path of ["/", `/events/${PLAY}`]) {
      const shopper = await shopperWith({ language: "fr", width: PHONE });
      let come;
      const awaited = new Promise((resolve) => (come = resolve));
      await shopper.page.route("**/*.woff2", async (route) => {
        await awaited;
        await route.continue();
      });
      try {
        // Painted with what stands in for the faces.
        await shopper.page.goto(shopper.address(path), { waitUntil: "commit" });
        await shopper.page.locator(".btn-main").first().waitFor();
        await shopper.page.evaluate(painted);
        assert.equal(await shopper.page.evaluate(faces), 0);
      } finally {
        come();
      }
      await until(async () => (await shopper.page.evaluate(faces)) === 2);
      await shopper.page.evaluate(painted);
      const moved = await shopper.page.evaluate(shifted);
      assert.ok(moved < 0.01, `${path}: ${moved}`);
    }
  },
};
