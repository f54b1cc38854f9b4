// The real server with tickets sold and doors to enrol, or a door alone: `proof evening`, which says where all of it is.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Of a queue each guest's picture is drawn. */
const START_MS = 600_000;

export class Evening {
  #child;
  #lines;
  #told;

  /** Starts all of it; the demo's concert, unless another evening is named. */
  static async begin(proof, which = []) {
    const evening = new Evening(spawn(proof, ["evening", ...which.map(String)], { stdio: ["pipe", "pipe", "inherit"] }));
    evening.#told = await evening.#answer();
    return evening;
  }

  constructor(child) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  get pictures() {
    return this.#told.pictures;
  }

  /** What is read from one of the pictures. */
  text(picture) {
    return this.#told.texts[picture];
  }

  /** Of a door that is alone: its folder. */
  get device() {
    return this.#told.device;
  }

  get server() {
    return this.#told.server;
  }

  /** The code that the organizer made for this device, from 1. */
  offer(no) {
    return this.#told.offers[no - 1];
  }

  /** Who decides at doors, by `name` and `pin`. */
  get supervisor() {
    return this.#told.supervisor;
  }

  /** Of a box office: who sells, by `name` and `pin`. */
  get clerks() {
    return this.#told.clerks;
  }

  get event() {
    return this.#told.event;
  }

  get organizer() {
    return this.#told.organizer;
  }

  /** Asks the API as the organizer. */
  async ask(path, body, method = body === undefined ? "GET" : "POST") {
    const response = await fetch(`${this.#told.server}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#told.token}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(START_MS),
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Who is inside, as the organizer sees it. */
  attendance() {
    return this.ask(`/events/${this.event}/attendance`);
  }

  /** The server goes; doors are alone. */
  async stopServer() {
    this.#child.stdin.write("stop\n");
    await this.#answer();
  }

  async startServer() {
    this.#child.stdin.write("start\n");
    await this.#answer();
  }

  /** Nothing is left of it. */
  async end() {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await new Promise((done) => this.#child.once("exit", done));
  }

  async #answer() {
    const slow = new Promise((_, reject) => setTimeout(reject, START_MS, new Error("no word from proof evening")).unref());
    const { value, done } = await Promise.race([this.#lines.next(), slow]);
    if (done) throw new Error(`proof evening ended with ${this.#child.exitCode}`);
    return JSON.parse(value);
  }
}
