// A screen of its own, whose pixels are a file: what a person would see, without asking the window.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SIZE = "1280x800x24";

export class Screen {
  #server;
  #folder;
  #file;

  static async begin() {
    const screen = new Screen();
    screen.#folder = mkdtempSync(join(tmpdir(), "screen-"));
    const options = ["-displayfd", "3", "-screen", "0", SIZE, "-fbdir", screen.#folder, "-nolisten", "tcp"];
    screen.#server = spawn("Xvfb", options, { stdio: ["ignore", "ignore", "inherit", "pipe"] });
    const [number] = await once(screen.#server.stdio[3], "data");
    screen.display = `:${String(number).trim()}`;
    screen.#file = openSync(join(screen.#folder, "Xvfb_screen0"), "r");
    return screen;
  }

  /** The colours, red, green and blue, of so many points on a grid over this width and height from the top left. */
  colours(width, height, points = 12) {
    const head = this.#read(0, 100);
    const field = (n) => head.readUInt32BE(4 * n);
    const [headBytes, rowBytes, colours] = [field(0), field(12), field(19)];
    const pixels = headBytes + 12 * colours;
    const seen = [];
    for (let row = 0; row < points; row++) {
      const y = Math.floor(((row + 0.5) * height) / points);
      const line = this.#read(pixels + y * rowBytes, 4 * width);
      for (let column = 0; column < points; column++) {
        const x = 4 * Math.floor(((column + 0.5) * width) / points);
        seen.push([line[x + 2], line[x + 1], line[x]]);
      }
    }
    return seen;
  }

  async end() {
    closeSync(this.#file);
    this.#server.kill();
    await once(this.#server, "exit");
    rmSync(this.#folder, { recursive: true });
  }

  #read(at, length) {
    const bytes = Buffer.alloc(length);
    readSync(this.#file, bytes, 0, length, at);
    return bytes;
  }
}
