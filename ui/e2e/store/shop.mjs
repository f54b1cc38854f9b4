// A server of its own with the demo's events, as `./hub up` has them, and what the organizer's side of it knows.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../webdriver.mjs";

const START_MS = 60_000;
/** Every buyer here has one address. */
const WITHOUT_LIMITS = {
  TICKETHUB_LIMIT_REQUESTS_PER_MINUTE: "off",
  TICKETHUB_LIMIT_PAYMENTS_PER_MINUTE: "off",
};
/** Of the demo, whose ids are fixed: see `sync-server/src/demo`. */
export const CONCERT = "0197e2a0-0000-7000-8000-de3000000301";
export const PLAY = "0197e2a0-0000-7000-8000-de3000000302";
export const CLUB = "0197e2a0-0000-7000-8000-de3000000303";
export const OWNER = { email: "camille@nuits-de-loire.example", password: "nuits-de-loire" };

const CLIENT = { OIDC_CLIENT_ID: "shop", OIDC_CLIENT_SECRET: "a text that both know" };

export class Shop {
  #binary;
  #folder = mkdtempSync(join(tmpdir(), "store-"));
  #child;
  #port;
  #providerPort;
  #token;

  /** Starts it on fresh data. */
  static async open(binary) {
    const shop = new Shop(binary);
    await shop.start();
    return shop;
  }

  constructor(binary) {
    this.#binary = binary;
    // PostgreSQL is another user's where this one is root.
    chmodSync(this.#folder, 0o755);
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Again on the same data and the same port, after a stop. */
  async start() {
    this.#port ??= await freePort();
    this.#providerPort ??= await freePort();
    const log = openSync(join(this.#folder, "server.log"), "a");
    const { DATABASE_URL: _, ...environment } = process.env;
    this.#child = spawn(this.#binary, ["serve", "--demo"], {
      stdio: ["ignore", log, log],
      env: {
        ...environment,
        ...WITHOUT_LIMITS,
        ...CLIENT,
        OIDC_ISSUER: `http://127.0.0.1:${this.#providerPort}`,
        OIDC_NAME: "Guichet",
        TICKETHUB_LISTEN: `127.0.0.1:${this.#port}`,
        TICKETHUB_PUBLIC_URL: this.url,
        TICKETHUB_DATA: join(this.#folder, "data"),
      },
    });
    await until(async () => {
      if (this.#child.exitCode !== null) throw new Error(`the server ended: ${this.log()}`);
      return (await fetch(`${this.url}/readyz`).catch(() => null))?.ok ?? false;
    }, START_MS);
  }

  async stop() {
    const child = this.#child;
    if (child.exitCode !== null) return;
    child.kill("SIGTERM");
    await new Promise((ended) => child.once("exit", ended));
  }

  /** The provider of log-ins that it is set up for: whoever types a name there is that person. */
  async openProvider() {
    const file = new URL("../oidc/provider.mjs", import.meta.url).pathname;
    const { OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = CLIENT;
    const known = [this.#providerPort, `${this.url}/login/back/oidc`, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET];
    const child = spawn(process.execPath, [file, ...known], { stdio: ["pipe", "pipe", "ignore"] });
    await new Promise((ready, failed) => {
      child.stdout.once("data", ready);
      child.once("exit", (code) => failed(new Error(`the provider of log-ins ended with ${code}: npm ci in ui/ installs it`)));
    });
    child.stdout.resume();
    return {
      url: `http://127.0.0.1:${this.#providerPort}`,
      async close() {
        child.stdin.end();
        if (child.exitCode === null) await new Promise((ended) => child.once("exit", ended));
      },
    };
  }

  /** Nothing is left of it. */
  async close() {
    await this.stop();
    rmSync(this.#folder, { recursive: true });
  }

  log() {
    return readFileSync(join(this.#folder, "server.log"), "utf8").split("\n").slice(-12).join("\n");
  }

  /** Sold and held places of an event, as its organizer reads them. */
  async taken(id) {
    const { types } = await this.asOwner(`/events/${id}/types`);
    const sum = (field) => types.reduce((sum, type) => sum + type[field], 0);
    return { sold: sum("sold"), held: sum("held") };
  }

  /** Asks the API as the organizer's owner. */
  async asOwner(path, body, method) {
    this.#token ??= (await this.#ask("/auth/login", {}, OWNER)).token;
    return this.#ask(path, { authorization: `Bearer ${this.#token}` }, body, method);
  }

  async #ask(path, headers, body, method = body === undefined ? "GET" : "POST") {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** The first link to an order, or to what else is named, in a mail to that address. */
  async linkMailedTo(address, link = /https?:\/\/[^\s"<>]*\/orders\/[^\s"<>/]+/) {
    let found;
    await until(async () => {
      found = this.#mails()
        .filter((mail) => mail.includes(address))
        .map((mail) => link.exec(mail)?.[0])
        .find(Boolean);
      return found !== undefined;
    });
    return found;
  }

  #mails() {
    const folder = join(this.#folder, "data", "mail");
    const files = readdirSync(folder).filter((name) => name.endsWith(".eml"));
    return files.map((name) => plain(readFileSync(join(folder, name), "utf8")));
  }
}

/** What a mail says, however its parts are written down. */
function plain(mail) {
  const parts = mail.split(/\r?\n--[^\r\n]+\r?\n/);
  return parts
    .map((part) => {
      const [head, ...paragraphs] = part.split(/\r?\n\r?\n/);
      const body = paragraphs.join("\n\n");
      if (/transfer-encoding: *base64/i.test(head)) return head + Buffer.from(body, "base64").toString("utf8");
      // Quoted-printable breaks lines by "=" and writes "=" as "=3D".
      return part.replace(/=\r?\n/g, "").replaceAll("=3D", "=");
    })
    .join("\n");
}

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}
