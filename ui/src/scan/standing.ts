import type { CameraStanding } from "../schema";
import type { Speech } from "../texts/speech.svelte";

/** How the camera stands, and what to do where it gives no picture. */
export function said(standing: CameraStanding, speech: Speech): string {
  const { ready } = speech.t;
  switch (standing.state) {
    case "looking":
      return ready.cameraLooking;
    case "live":
      return ready.cameraLive(`${standing.width}\u00a0×\u00a0${standing.height}`, speech.number(standing.fps));
    case "stalled":
      return ready.cameraStalled;
    case "busy":
      return ready.cameraBusy;
    case "missing":
      return ready.cameraMissing;
    case "unusable":
      return ready.cameraUnusable;
    case "off":
      return ready.cameraOff;
  }
}
