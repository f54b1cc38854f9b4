import type { VerdictLight } from "../schema";

/** Count and pitch both differ, so that one bad ear or a loud hall is enough. */
export interface Tone {
  /** Seconds after the first. */
  at: number;
  /** Hertz. */
  pitch: number;
  /** Seconds. */
  length: number;
}

interface Sound {
  wave: OscillatorType;
  /** Hertz above which nothing sounds; a square's edges would hurt. */
  below: number | null;
  tones: Tone[];
}

const PEAK = 0.5; // -6 dBFS
const ATTACK_S = 0.004;
const RELEASE_S = 0.01;

export const SOUNDS: Record<VerdictLight, Sound> = {
  admit: {
    wave: "sine",
    below: null,
    tones: [
      { at: 0, pitch: 784, length: 0.06 },
      { at: 0.06, pitch: 1175, length: 0.11 },
    ],
  },
  refuse: {
    wave: "square",
    below: 1500,
    tones: [0, 0.24].map((at) => ({ at, pitch: 220, length: 0.16 })),
  },
  ask: {
    wave: "triangle",
    below: null,
    tones: [0, 0.18, 0.36].map((at) => ({ at, pitch: 523, length: 0.09 })),
  },
};

/** Milliseconds on, off, on, ... */
export const VIBRATIONS: Record<VerdictLight, number[]> = {
  admit: [60],
  refuse: [200, 80, 200],
  ask: [80, 80, 80, 80, 80],
};

let audio: AudioContext | undefined;

/** `volume`: 0 to 100. A machine without sound stays silent; the light says the same. */
export function sound(light: VerdictLight, volume: number): void {
  navigator.vibrate?.(VIBRATIONS[light]);
  if (volume === 0 || typeof AudioContext === "undefined") return;
  audio ??= new AudioContext();
  // A sound in the hand of a machine that just woke is better late than never.
  if (audio.state === "suspended") void audio.resume();
  play(audio, SOUNDS[light], (PEAK * volume) / 100);
}

function play(audio: AudioContext, { wave, below, tones }: Sound, peak: number): void {
  const out = below === null ? audio.destination : lowpass(audio, below);
  const begin = audio.currentTime;
  for (const tone of tones) {
    const source = new OscillatorNode(audio, { type: wave, frequency: tone.pitch });
    const level = new GainNode(audio, { gain: 0 });
    const from = begin + tone.at;
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(peak, from + ATTACK_S);
    level.gain.setValueAtTime(peak, from + tone.length - RELEASE_S);
    level.gain.linearRampToValueAtTime(0, from + tone.length);
    source.connect(level).connect(out);
    source.start(from);
    source.stop(from + tone.length);
  }
}

function lowpass(audio: AudioContext, frequency: number): AudioNode {
  const filter = new BiquadFilterNode(audio, { type: "lowpass", frequency });
  filter.connect(audio.destination);
  return filter;
}
