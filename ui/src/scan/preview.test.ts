import { afterEach, expect, test, vi } from "vitest";
import { parsed, showPreview } from "./preview";

const invoke = vi.hoisted(() => vi.fn());
vi.mock("@tauri-apps/api/core", () => ({ invoke, Channel: class {} }));

function answer(no: number, ...jpeg: number[]): ArrayBuffer {
  const bytes = new Uint8Array(8 + jpeg.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(no), true);
  bytes.set(jpeg, 8);
  return bytes.buffer;
}

afterEach(() => {
  invoke.mockReset();
  vi.unstubAllGlobals();
});

test("a picture's number stands in front of it, little end first", async () => {
  const picture = parsed(answer(0x0102030405, 0xff, 0xd8));
  expect(picture?.no).toBe(0x0102030405);
  expect(picture?.jpeg.size).toBe(2);
  expect(picture?.jpeg.type).toBe("image/jpeg");
});

test("an answer without a picture is none", () => {
  expect(parsed(new ArrayBuffer(0))).toBeNull();
  expect(parsed(answer(3))).toBeNull();
});

test("each pull asks for what comes after the last picture, and a refused or broken one does not end it", async () => {
  const ended = new AbortController();
  const drawn: number[] = [];
  const canvas = { width: 0, height: 0, getContext: () => ({ drawImage: () => drawn.push(canvas.width) }) };
  const asked: number[] = [];
  const answers = [() => answer(7, 1), () => Promise.reject(new Error("no camera")), () => answer(9, 2)];
  invoke.mockImplementation(async (_command: string, { after }: { after: number }) => {
    asked.push(after);
    const next = answers.shift();
    if (next) return next();
    ended.abort();
    return answer(10, 3);
  });
  vi.stubGlobal("createImageBitmap", async () => ({ width: 640, height: 360, close: () => {} }));
  await showPreview(canvas as unknown as HTMLCanvasElement, ended.signal);
  expect(asked).toEqual([0, 7, 7, 9]);
  expect(drawn).toEqual([640, 640]);
});
