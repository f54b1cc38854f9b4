// One guest after the other before a door's camera: what the page said of each, and how long after the camera saw them.
import { until } from "../../webdriver.mjs";

/** Nobody holds a ticket up for longer. */
const PATIENCE_MS = 3_000;
/** The reader was late with a picture, and reads the next. */
const LATE = "Trop de choses à lire";

/** What CLOCK_MONOTONIC must be given to be CLOCK_REALTIME, which pages have. */
function sinceEpoch() {
  let most = -Infinity;
  // The wall clock's milliseconds are cut off: it is right where they have just begun.
  for (let look = 0; look < 2_000; look++) most = Math.max(most, Date.now() - Number(process.hrtime.bigint()) / 1e6);
  return most;
}

/** From the ready light, as soon as it may be, to scanning. */
export async function beginsScanning(device) {
  await device.press(".ready-light .btn-main");
  await device.there(".cam canvas:not([hidden])");
}

/**
 * Holds a guest's picture up until the page decided on it, and takes it away. The light, and the milliseconds from the
 * moment at which the window was given the picture to the one at which the decision was in the page; `null`, when the page
 * said nothing while the picture was there.
 */
export async function guest(device, picture) {
  const { webcam } = device;
  const before = webcam.handed.length;
  await device.forget();
  webcam.shows(picture);
  const decision = await decided(device);
  const seen = webcam.handed;
  webcam.shows("nobody");
  await until(() => webcam.handed.length > seen.length);
  if (decision === null) return null;
  return { light: decision.light, says: decision.says, ms: decision.at - (seen[before] + sinceEpoch()) };
}

async function decided(device) {
  const end = Date.now() + PATIENCE_MS;
  for (let left = PATIENCE_MS; left > 0; left = end - Date.now()) {
    const decision = (await device.next(left)).find(({ says }) => !says.startsWith(LATE));
    if (decision !== undefined) return decision;
  }
  return null;
}
