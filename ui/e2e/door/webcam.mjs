// The project's webcam that is a folder: see scanner-app/tests/fakecam/preload.c.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../../../scanner-app/tests/fakecam", import.meta.url));

/** Compiles the library that is preloaded; its path. */
export function compiled(folder) {
  const library = join(folder, "libfakecam.so");
  const flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library];
  execFileSync(process.env.CC ?? "cc", [...flags, join(SOURCES, "devices.c"), join(SOURCES, "preload.c"), "-ldl"]);
  return library;
}

export class Webcam {
  #folder;
  #device;
  #library;
  #pictures;

  /** A camera of its own in this folder; it has nobody before it. */
  constructor(folder, library, pictures) {
    this.#folder = folder;
    this.#device = join(folder, "video0");
    this.#library = library;
    this.#pictures = pictures;
    mkdirSync(this.#device, { recursive: true });
    writeFileSync(join(this.#device, "modes"), "MJPG:1280x720@30");
    this.shows("nobody");
  }

  /** Has a window find this camera, and none of the machine's. */
  get environment() {
    return { LD_PRELOAD: this.#library, FAKECAM_DIR: this.#folder };
  }

  /** One of the evening's pictures, from now on. */
  shows(name) {
    const making = join(this.#device, "making");
    copyFileSync(join(this.#pictures, `${name}.jpg`), making);
    renameSync(making, join(this.#device, "now.mjpg"));
  }

  /** When the window was given each new picture: CLOCK_MONOTONIC, in milliseconds. */
  get handed() {
    const log = join(this.#device, "handed");
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1) : [];
    return lines.map((line) => Number(line.split(" ")[1]) / 1e6);
  }

  unplug() {
    writeFileSync(join(this.#device, "unplugged"), "");
  }

  plugIn() {
    rmSync(join(this.#device, "unplugged"));
  }
}
