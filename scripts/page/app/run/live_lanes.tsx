/**
 * Lanes of a run that goes on: what has been told so far, drawn anew as more is told.
 *
 * - Drawing takes a small part of the time: the longer a picture takes, the later the next one comes.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Span } from "../../../../lib/simulator/simulation.ts";
import { filmOf } from "../film/film.ts";
import { Scale } from "../film/scale.ts";
import { Lanes } from "../lanes/lanes.tsx";
import { timeText } from "../lanes/ticks.ts";
import { Panel } from "../parts/panel.tsx";

/** How long it takes until the next picture, in milliseconds at least, and in times of how long one took. */
const PAUSE = 100;
const TIMES = 10;

/** What lanes of a run that goes on are told. */
interface LiveLanesProps {
  /** The tasks, in order. */
  readonly names: readonly string[];
  /** What they did so far; grows. */
  readonly spans: readonly Span[];
}

/** The lanes. */
export function LiveLanes({ names, spans }: LiveLanesProps): JSX.Element {
  const [count, setCount] = useState(spans.length);
  const time = useSignal(0);
  const began = performance.now();
  const [film, scale] = useMemo(() => {
    const film = filmOf({ names, spans });
    return [film, new Scale(film, "time")];
  }, [names, spans, count]);
  const pause = Math.max(PAUSE, TIMES * (performance.now() - began));
  useEffect(() => {
    time.value = film.length;
  }, [film]);
  useEffect(() => {
    const timer = setInterval(() => setCount(spans.length), pause);
    return () => clearInterval(timer);
  }, [spans, count]);
  return (
    <Panel title="Lanes so far">
      <Lanes
        film={film}
        scale={scale}
        scaleName="time"
        time={time}
        tell={(at) => `${spans.length} things have been told, up to ${timeText(at)}`}
      />
    </Panel>
  );
}
