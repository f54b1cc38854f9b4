// node package_notices.mjs CRATES: copyright notices of what is compiled into the package's programs, on standard output. CRATES is
// a file with a line `NAME vVERSION` for each crate. Texts that several share are told once, with their names before them.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const NOTICE = /^(licen[cs]es?|copying|copyright|notice|unlicense|ofl)\b/i;
const FONTS = "ui/design/fonts";

const wanted = new Set(readFileSync(process.argv[2], "utf8").trim().split("\n"));
const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", "--locked", "--format-version", "1"], { maxBuffer: 1 << 28 }),
);
const crates = metadata.packages
  .filter(({ name, version, source }) => source !== null && wanted.has(`${name} v${version}`))
  .map(({ name, version, license, manifest_path }) => ({ name: `${name} ${version}`, license, folder: dirname(manifest_path) }));
const { dependencies } = JSON.parse(readFileSync("ui/package.json", "utf8"));
const modules = Object.keys(dependencies).map((name) => {
  const folder = join("ui/node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { name: `${name} ${version}`, license, folder };
});
const fonts = { name: "the window's fonts", license: "OFL-1.1", folder: FONTS };

/** Names by text. */
const told = new Map();
for (const { name, license, folder } of [...crates, ...modules, fonts]) {
  const files = readdirSync(folder, { withFileTypes: true }).filter((file) => file.isFile() && NOTICE.test(file.name));
  const texts = files.map((file) => readFileSync(join(folder, file.name), "utf8").trim());
  for (const text of texts.length > 0 ? texts : [`Licence: ${license}. No text comes with it.`]) {
    told.set(text, [...(told.get(text) ?? []), name]);
  }
}
for (const [text, names] of told) process.stdout.write(`${names.join(", ")}\n${"=".repeat(72)}\n${text}\n\n\n`);
