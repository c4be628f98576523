/**
 * Plays a film: the time that is looked at, moved on by the frames of the browser.
 *
 * - A speed is in events a second, in parts of the film's own time, or such that the whole film takes some seconds.
 */

import { batch, type Signal, useSignal, useSignalEffect } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import type { Film } from "../film/film.ts";
import type { Scale } from "../film/scale.ts";

/** The speeds, by what they are called. */
export const SPEEDS = {
  "1 event a second": { events: 1 },
  "3 events a second": { events: 3 },
  "10 events a second": { events: 10 },
  "all in 15 seconds": { seconds: 15 },
  "1/100 of real time": { time: 1 / 100 },
  "1/10 of real time": { time: 1 / 10 },
  "real time": { time: 1 },
} as const;
/** One of them. */
export type Speed = keyof typeof SPEEDS;

/** What plays. */
export interface Player {
  /** The time that is looked at, in milliseconds of the film. */
  readonly time: Signal<number>;
  readonly playing: ReadonlySignal<boolean>;
  readonly speed: Signal<Speed>;
  /** Plays on, or from the start where it is at the end. */
  play(): void;
  pause(): void;
  /** Goes to the next event or the one before, and stays there. */
  step(direction: 1 | -1): void;
  /** Goes to a time, and stays there. */
  seek(time: number): void;
}

/** A player of a film; `scale` is its scale by events. */
export function usePlayer(film: Film, scale: Scale): Player {
  const time = useSignal(0);
  const playing = useSignal(false);
  const speed = useSignal<Speed>("all in 15 seconds");
  const next = (now: number, seconds: number): number => {
    const by = SPEEDS[speed.peek()];
    if ("time" in by) return now + seconds * 1000 * by.time;
    const steps = "events" in by ? by.events : scale.length / by.seconds;
    return scale.timeAt(scale.placeOf(now) + seconds * steps);
  };
  useSignalEffect(() => {
    if (!playing.value) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function go(at) {
      const seconds = Math.min(0.1, Math.max(0, at - before) / 1000);
      before = at;
      const to = next(time.peek(), seconds);
      if (to < film.length) {
        time.value = to;
        frame = requestAnimationFrame(go);
      } else {
        batch(() => {
          time.value = film.length;
          playing.value = false;
        });
      }
    });
    return () => cancelAnimationFrame(frame);
  });
  const seek = (to: number): void =>
    batch(() => {
      playing.value = false;
      time.value = Math.max(0, Math.min(film.length, to));
    });
  return {
    time,
    playing,
    speed,
    play: () =>
      batch(() => {
        if (time.peek() >= film.length) time.value = 0;
        playing.value = film.length > 0;
      }),
    pause: () => void (playing.value = false),
    step: (direction) => seek(scale.next(time.peek(), direction)),
    seek,
  };
}
