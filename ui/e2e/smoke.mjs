// node smoke.mjs WINDOW PICTURES: the built window on a real web view, as a person first meets it.
// Prints a line a check and leaves pictures of every size in the folder PICTURES.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openWindow, until } from "./webdriver.mjs";

const [binary, pictures] = process.argv.slice(2);
const home = mkdtempSync(join(tmpdir(), "window "));
const folder = join(home, "door");
mkdirSync(pictures, { recursive: true });

const TITLES = {
  fr: "Pas encore enrôlé",
  en: "Not enrolled yet",
  es: "Aún sin registrar",
  de: "Noch nicht angemeldet",
  it: "Non ancora registrato",
};
const SIZES = [
  [1024, 600],
  [390, 844],
];

const title = () => window.run("() => document.querySelector('h2')?.textContent ?? ''");

async function choose(language) {
  await window.run(
    `(language) => {
      const select = document.querySelector("#language");
      select.value = language;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }`,
    language,
  );
  await until(async () => (await title()) === TITLES[language]);
}

/** The page changes before the web view paints it. */
async function picture(name) {
  await window.run("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  writeFileSync(join(pictures, `${name}.png`), await window.screenshot());
}

async function size(width, height) {
  await window.resize(width, height);
  await until(() => window.run("(width) => innerWidth === width", width));
}

const checks = {
  "a device without a replica says that it is not enrolled": async () => {
    await until(async () => (await title()) === TITLES.fr);
  },
  "the command to enrol names this device's own folder": async () => {
    const command = await window.run("() => document.querySelector('code').textContent");
    assert.equal(command, `door enrol --server URL --code CODE --data "${folder}"`);
  },
  "the design's own faces are loaded": async () => {
    const faces = await window.run(
      `async () => {
        const faces = [...await document.fonts.ready];
        return faces.filter((face) => face.status === "loaded").map((face) => face.family.replaceAll('"', ""));
      }`,
    );
    assert.deepEqual(faces.sort(), ["Archivo Variable", "Instrument Sans Variable"]);
  },
  "no language runs off the screen at any size": async () => {
    for (const [width, height] of SIZES) {
      await size(width, height);
      for (const language of Object.keys(TITLES)) {
        await choose(language);
        const [wide, room] = await window.run(
          "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]",
        );
        assert.ok(wide <= room, `${language} at ${width}: ${wide} of ${room}`);
        await picture(`${language}-${width}`);
      }
    }
  },
};

let failed = 0;
let window;
try {
  // A home of its own: a language that was chosen before must not show here.
  window = await openWindow(binary, { TICKETHUB_DOOR_DATA: folder, XDG_DATA_HOME: home });
  for (const [index, [name, check]] of Object.entries(checks).entries()) {
    try {
      await check();
      console.log(`ok ${index + 1} - ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`not ok ${index + 1} - ${name}\n${error}`);
    }
  }
} catch (error) {
  failed += 1;
  console.log(`not ok 0 - the window opens\n${error}`);
} finally {
  await window?.close();
  rmSync(home, { recursive: true });
}
process.exit(failed === 0 ? 0 : 1);
