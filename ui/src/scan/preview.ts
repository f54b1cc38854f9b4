import { preview } from "../commands";

/** The window sends more pictures than people need to aim. */
const PICTURES_A_SECOND = 15;
/** After an answer without a picture. */
const AGAIN_MS = 300;
/** The picture's number stands in front of it. */
const NUMBER_BYTES = 8;

export interface Picture {
  no: number;
  jpeg: Blob;
}

/** `null` when there is no picture in it. */
export function parsed(answer: ArrayBuffer): Picture | null {
  if (answer.byteLength <= NUMBER_BYTES) return null;
  const no = Number(new DataView(answer).getBigUint64(0, true));
  return { no, jpeg: new Blob([answer.slice(NUMBER_BYTES)], { type: "image/jpeg" }) };
}

/** Draws the camera's pictures until `ended`: one at a time, so that a slow machine skips some instead of falling behind. */
export async function showPreview(canvas: HTMLCanvasElement, ended: AbortSignal): Promise<void> {
  let after = 0;
  while (!ended.aborted) {
    const began = performance.now();
    const picture = await next(after);
    if (ended.aborted) return;
    if (picture !== null) {
      after = picture.no;
      await draw(picture.jpeg, canvas);
    }
    const rest = picture === null ? AGAIN_MS : 1000 / PICTURES_A_SECOND - (performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, rest)));
    await inView();
  }
}

/** A camera that is gone or only now opening is told of as news; here it is just no picture. */
async function next(after: number): Promise<Picture | null> {
  try {
    return parsed(await preview(after));
  } catch {
    return null;
  }
}

/** A picture that was cut off on its way is left out. */
async function draw(jpeg: Blob, canvas: HTMLCanvasElement): Promise<void> {
  const picture = await createImageBitmap(jpeg).catch(() => null);
  if (picture === null) return;
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
  }
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  picture.close();
}

/** A hidden window needs no pictures. */
function inView(): Promise<void> {
  if (document.visibilityState === "visible") return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true });
  });
}
