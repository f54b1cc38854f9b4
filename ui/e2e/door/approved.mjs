// Pictures of the window beside those that somebody looked at and approved, in the folder `approved`. APPROVE=1 in the
// environment takes the window's present pictures as approved: look at them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

/** Of all points so many in a thousand may differ: another version of the web view smooths edges a little otherwise. */
const MAY_DIFFER = 2;
const GREY = [128, 128, 128, 255];

/**
 * Compares two pictures but for the rectangles that change from run to run. Says what is the matter, with a picture of it,
 * or nothing.
 */
export function difference(name, taken, rectangles) {
  const file = fileURLToPath(new URL(`approved/${name}.png`, import.meta.url));
  if (process.env.APPROVE === "1") {
    mkdirSync(new URL("approved/", import.meta.url), { recursive: true });
    writeFileSync(file, taken);
  }
  if (!existsSync(file)) return { why: `${name}: nobody has approved a picture of it` };
  const [approved, present] = [readFileSync(file), taken].map((bytes) => PNG.sync.read(bytes));
  const { width, height } = approved;
  if (present.width !== width || present.height !== height) return { why: `${name}: of another size` };
  for (const picture of [approved, present]) rectangles.forEach((rectangle) => cover(picture, rectangle));
  const shown = new PNG({ width, height });
  const points = pixelmatch(approved.data, present.data, shown.data, width, height, { threshold: 0.15 });
  const share = (1000 * points) / (width * height);
  if (share <= MAY_DIFFER) return null;
  const why = `${name}: ${share.toFixed(1)} of 1,000 points differ from the approved picture`;
  return { why, picture: PNG.sync.write(shown) };
}

function cover(picture, { x, y, width, height }) {
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(picture.height, y + height); row++)
    for (let column = Math.max(0, Math.floor(x)); column < Math.min(picture.width, x + width); column++)
      picture.data.set(GREY, 4 * (row * picture.width + column));
}
