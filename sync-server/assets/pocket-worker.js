// The pocket: a holder's own tickets without a network. The server puts this at /pocket-worker.js.
//
// Kept is what its holder opened on this device by an address that opens it alone (with the order's secret), fetched without
// cookies: nothing of whoever is logged in. A page that reloads by itself is of this moment and isn't kept: an order on its
// way, a ticket whose code changes.
"use strict";

/** Another number forgets what was kept in an earlier form. */
const CACHE = "pocket-1";
const MOST_PAGES = 60;
const MOST_FILES = 200;
/** So long a network may keep silent where the page is here. */
const PATIENCE_MS = 4_000;

const PAGE = /^\/(fr|en|es|de|it)\/(tickets|orders)\/[0-9A-Za-z-]+$/;
const MAILED = /^\/orders\/[0-9A-Za-z-]+$/;
const POCKET = /^\/(fr|en|es|de|it)\/tickets\/$/;
const FILE = /^\/(assets|artwork)\/[^/]+$/;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("pocket-") && name !== CACHE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  const { pages, files } = event.data;
  event.waitUntil(keep(pages, files).then((kept) => event.ports[0]?.postMessage({ kept })));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (PAGE.test(url.pathname) || POCKET.test(url.pathname) || MAILED.test(url.pathname)) event.respondWith(page(request, url));
  } else if (FILE.test(url.pathname)) {
    event.respondWith(file(request));
  }
});

/** Those of `pages` that are kept now. */
async function keep(pages, files) {
  const cache = await caches.open(CACHE);
  const kept = [];
  for (const address of pages) {
    const url = own(address);
    const isPocket = url && POCKET.test(url.pathname);
    if (!url || !(isPocket || (PAGE.test(url.pathname) && url.searchParams.has("secret")))) continue;
    const answer = await fetch(url, { credentials: "omit", cache: "no-store" });
    if (answer.ok && !answer.redirected && !answer.headers.has("refresh")) {
      await cache.put(url, answer);
      kept.push(url.href);
    } else if (answer.status < 500) {
      await cache.delete(url, { ignoreVary: true });
    }
  }
  for (const address of files) {
    const url = own(address);
    if (!url || !FILE.test(url.pathname) || (await cache.match(url, { ignoreVary: true }))) continue;
    const answer = await fetch(url, { credentials: "omit" });
    if (answer.ok) await cache.put(url, answer);
  }
  await prune(cache);
  return kept;
}

/** An address of this site, without what stands behind its `#`. */
function own(address) {
  const url = new URL(address, self.location.origin);
  url.hash = "";
  return url.origin === self.location.origin ? url : null;
}

/** The oldest go first. */
async function prune(cache) {
  const keys = await cache.keys();
  const all = { pages: [], files: [] };
  for (const key of keys) all[FILE.test(new URL(key.url).pathname) ? "files" : "pages"].push(key);
  const over = [...all.pages.slice(0, -MOST_PAGES), ...all.files.slice(0, -MOST_FILES)];
  for (const key of over) await cache.delete(key, { ignoreVary: true });
}

/** From the network if it answers in time; else as it was kept; else what the pocket has. */
async function page(request, url) {
  const here = await kept(url);
  const asked = fetch(request);
  const patience = here && new Promise((late) => setTimeout(late, PATIENCE_MS));
  try {
    const answer = await (patience ? Promise.race([asked, patience]) : asked);
    if (answer && !(answer.status >= 500 && here)) return answer;
  } catch {
    // No network.
  }
  asked.catch(() => {});
  return here ?? (await pocket(url)) ?? Response.error();
}

async function kept(url) {
  const cache = await caches.open(CACHE);
  if (!MAILED.test(url.pathname)) return cache.match(own(url.href), { ignoreVary: true });
  // A mail's link names no language.
  for (const key of await cache.keys()) {
    const of = new URL(key.url);
    if (of.pathname.slice(3) === url.pathname && of.search === url.search) return Response.redirect(of.href);
  }
  return undefined;
}

/** The list of what is here, in the page's language if it is, in place of a page that isn't. */
async function pocket(url) {
  const cache = await caches.open(CACHE);
  const lists = (await cache.keys()).filter((key) => POCKET.test(new URL(key.url).pathname));
  const own = lists.find((key) => new URL(key.url).pathname.slice(0, 4) === url.pathname.slice(0, 4));
  const list = own ?? lists.at(-1);
  return list && cache.match(list, { ignoreVary: true });
}

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request.url, { ignoreVary: true })) ?? fetch(request);
}
