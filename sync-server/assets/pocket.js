// On a page of an order or of a ticket: has the pocket's worker keep it, and says so once it is kept. On the pocket's own
// page: lists what is here. Without it all pages work, with a network.
"use strict";

const WORKER = "/pocket-worker.js";
const CACHE = "pocket-1";
const language = document.documentElement.lang;
const list = document.querySelector("[data-pocket-list]");

if ("serviceWorker" in navigator) {
  whole()
    .then(() => (list ? showAll() : undefined))
    .then(keep)
    .catch(() => {});
}

/** The page with its faces and pictures. */
async function whole() {
  if (document.readyState !== "complete") await new Promise((loaded) => addEventListener("load", loaded, { once: true }));
  await document.fonts.ready;
}

async function keep() {
  const scopes = [`/${language}/tickets/`, `/${language}/orders/`, "/orders/"];
  const [registration] = await Promise.all(scopes.map((scope) => navigator.serviceWorker.register(WORKER, { scope })));
  const worker = await active(registration);
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  const tickets = [...document.querySelectorAll(`a[href^="/${language}/tickets/"]`)].map(({ href }) => href);
  const here = location.href.split("#")[0];
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((answer) => (port1.onmessage = ({ data }) => answer(data.kept)));
  worker.postMessage({ pages: [`/${language}/tickets/`, here, ...tickets], files }, [port2]);
  const kept = await answered;
  if (kept.includes(here)) for (const element of document.querySelectorAll("[data-kept]")) element.hidden = false;
}

async function active(registration) {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  while (worker.state !== "activated") await new Promise((changed) => worker.addEventListener("statechange", changed, { once: true }));
  return worker;
}

/** By what stands on the kept pages themselves; a ticket that is here in several languages once. */
async function showAll() {
  const cache = await caches.open(CACHE);
  const pages = new Map();
  for (const key of await cache.keys()) {
    const [, of, id] = /^\/([a-z]{2})\/tickets\/(.+)$/.exec(new URL(key.url).pathname) ?? [];
    if (id && (of === language || !pages.has(id))) pages.set(id, key);
  }
  const lines = [];
  for (const key of pages.values()) {
    const text = await (await cache.match(key, { ignoreVary: true })).text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const title = page.querySelector(".ticket-head h1");
    if (title) lines.push(line(key.url, [title, page.querySelector(".ticket-head p"), page.querySelector(".top-title")]));
  }
  list.append(...lines.sort((one, other) => one.textContent.localeCompare(other.textContent, language)));
  const has = lines.length > 0;
  list.hidden = !has;
  document.querySelector("[data-pocket-empty]").hidden = has;
  document.querySelector("[data-pocket-instead]").hidden = /\/tickets\/$/.test(location.pathname);
}

function line(url, elements) {
  const link = Object.assign(document.createElement("a"), { href: url });
  const words = document.createElement("span");
  for (const [no, element] of elements.entries()) {
    if (!element) continue;
    const lines = [...element.childNodes].map((node) => node.textContent.trim()).filter(Boolean);
    words.append(Object.assign(document.createElement(no === 0 ? "b" : "span"), { textContent: lines.join(", ") }));
  }
  link.append(words);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

/** Where the browser offers to install the pocket, a button of the page does. */
addEventListener("beforeinstallprompt", (event) => {
  const button = document.querySelector("[data-install]");
  if (!button) return;
  event.preventDefault();
  button.hidden = false;
  button.addEventListener("click", () => event.prompt(), { once: true });
});
