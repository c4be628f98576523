/**
 * The controls of a film: play, pause, step, go back and forth, how fast.
 */

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Scale } from "../film/scale.ts";
import { timeText } from "../lanes/ticks.ts";
import { Button } from "../parts/button.tsx";
import { Select } from "../parts/fields.tsx";
import { addShortcuts } from "../shell/shortcuts.ts";
import { type Player, type Speed, SPEEDS } from "./player.ts";

/** What the controls are told. */
interface PlayerBarProps {
  readonly player: Player;
  /** The film's scale by events. */
  readonly scale: Scale;
  readonly length: number;
  /** Whose clock it is. */
  readonly clock: "virtual" | "real";
}

/** How many places the slider has. */
const FINE = 10_000;

/** The controls. */
export function PlayerBar({ player, scale, length, clock }: PlayerBarProps): JSX.Element {
  const { time, playing, speed, play, pause, step, seek } = player;
  const toggle = (): void => playing.peek() ? pause() : play();
  useEffect(() =>
    addShortcuts(
      { key: " ", about: "Play or pause the film", act: toggle },
      { key: "ArrowRight", about: "Next event", act: () => step(1) },
      { key: "ArrowLeft", about: "Event before", act: () => step(-1) },
      { key: "Home", about: "Start of the film", act: () => seek(0) },
      { key: "End", about: "End of the film", act: () => seek(length) },
    ), [player]);
  const part = scale.length === 0 ? 0 : scale.placeOf(time.value) / scale.length;
  return (
    <div class="player" role="group" aria-label="Film">
      <div class="player-buttons">
        <Button kind="quiet" label="Start of the film" onClick={() => seek(0)}>
          <Sign path="M4 3v14M17 3 7 10l10 7z" />
        </Button>
        <Button kind="quiet" label="Event before" onClick={() => step(-1)}>
          <Sign path="M13 4 6 10l7 6" />
        </Button>
        <Button kind="primary" label={playing.value ? "Pause" : "Play"} onClick={toggle}>
          <Sign path={playing.value ? "M6 3v14M14 3v14" : "M5 3l12 7-12 7z"} />
        </Button>
        <Button kind="quiet" label="Next event" onClick={() => step(1)}>
          <Sign path="M7 4l7 6-7 6" />
        </Button>
        <Button kind="quiet" label="End of the film" onClick={() => seek(length)}>
          <Sign path="M16 3v14M3 3l10 7-10 7z" />
        </Button>
      </div>
      <input
        class="scrub"
        type="range"
        min={0}
        max={FINE}
        value={Math.round(part * FINE)}
        aria-label="Time of the film"
        aria-valuetext={timeText(time.value)}
        onInput={({ currentTarget }) => seek(scale.timeAt(Number(currentTarget.value) / FINE * scale.length))}
      />
      <output class="player-time">{timeText(time.value)} of {timeText(length)}, {clock} time</output>
      <Select
        label="Speed"
        value={speed.value}
        options={Object.keys(SPEEDS) as Speed[]}
        onChange={(to) => speed.value = to}
      />
    </div>
  );
}

/** A sign of a button, drawn: fonts have these or not. */
function Sign({ path }: { readonly path: string }): JSX.Element {
  return (
    <svg class="sign" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path d={path} fill={path.endsWith("z") ? "currentColor" : "none"} />
    </svg>
  );
}
