/**
 * A film on its screen: the stage, the lanes, the controls, and the moment as tables.
 */

import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Film } from "../film/film.ts";
import { momentsOf, waitsFor } from "../film/moment.ts";
import { Scale, type ScaleName, SCALES } from "../film/scale.ts";
import { Lanes } from "../lanes/lanes.tsx";
import { Select } from "../parts/fields.tsx";
import { Panel } from "../parts/panel.tsx";
import { Stage } from "../stage/stage.tsx";
import { calm } from "../state.ts";
import { MomentTables, momentText } from "./moment_table.tsx";
import { usePlayer } from "./player.ts";
import { PlayerBar } from "./player_bar.tsx";
import { SpanTable } from "./span_table.tsx";

/** What a screen is told. */
interface ScreenProps {
  readonly film: Film;
  readonly clock: "virtual" | "real";
}

/** The screen. It begins to play by itself, unless little is to move. */
export function Screen({ film, clock }: ScreenProps): JSX.Element {
  const events = useMemo(() => new Scale(film, "events"), [film]);
  const shown = useSignal<ScaleName>("events");
  const scale = useMemo(() => shown.value === "events" ? events : new Scale(film, shown.value), [film, shown.value]);
  const moments = useMemo(() => momentsOf(film), [film]);
  const player = usePlayer(film, events);
  const { time } = player;
  const count = useComputed(() => moments.countAt(time.value));
  const moment = useComputed(() => moments.after(count.value));
  useEffect(() => {
    // Whoever wants little to move sees how it ended, and plays it by hand.
    player.seek(calm.peek() ? film.length : 0);
    if (!calm.peek()) player.play();
  }, [film]);
  const arrowsAt = (at: number) => {
    const now = moments.at(at);
    return now.tasks.flatMap((task, from) => {
      return waitsFor(now, task).map((owner) => ({ from, to: now.tasks.findIndex(({ name }) => name === owner) }));
    });
  };
  return (
    <>
      <Panel title="Tasks and what they share">
        <PlayerBar player={player} scale={events} length={film.length} clock={clock} />
        <Stage film={film} moment={moment} />
      </Panel>
      <Panel
        title="Lanes"
        aside={
          <Select
            label="Axis"
            value={shown.value}
            options={SCALES}
            name={(name) => name === "events" ? "by events" : "by time"}
            onChange={(name) => shown.value = name}
          />
        }
      >
        <Lanes
          film={film}
          scale={scale}
          scaleName={shown.value}
          time={time}
          arrowsAt={arrowsAt}
          tell={(at) => momentText(moments.at(at))}
        />
        <details>
          <summary>This moment as tables</summary>
          <MomentTables moment={moment} />
        </details>
        <SpanTable film={film} />
      </Panel>
    </>
  );
}
