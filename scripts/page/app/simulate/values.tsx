/**
 * The values of the signals as a table, at the end or at a time that is chosen: what the plot shows, in words.
 */

import type { ReadonlySignal, Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { Table } from "../parts/table.tsx";
import { CURVES } from "./plot.tsx";
import { boundsOf, rowAt, type Signals } from "./signals.ts";

/** What the table is told. */
interface ValuesProps {
  readonly signals: Signals;
  /** Changes whenever rows were added. */
  readonly version: ReadonlySignal<number>;
  /** The time that is looked at; the end where there is none. */
  readonly at: Signal<number | undefined>;
}

/** The table, and the time of it. */
export function Values({ signals, version, at }: ValuesProps): JSX.Element {
  const id = useId();
  void version.value;
  const { columns, times, values } = signals;
  const end = times.at(-1) ?? 0;
  const t = at.value ?? end;
  const row = rowAt(signals, t);
  return (
    <>
      <div class="field at-time">
        <label for={id}>Time: {t.toPrecision(4)} s</label>
        <input
          id={id}
          type="range"
          min={times[0] ?? 0}
          max={end}
          step="any"
          value={t}
          aria-valuetext={`${t.toPrecision(4)} seconds`}
          onInput={({ currentTarget }) => {
            const chosen = currentTarget.valueAsNumber;
            at.value = chosen >= end ? undefined : chosen;
          }}
          onKeyDown={(event) => {
            const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
            const next = step === undefined ? undefined : times[row + step];
            if (next === undefined) return;
            event.preventDefault();
            at.value = next >= end ? undefined : next;
          }}
        />
      </div>
      <Table
        label="Values"
        kind="values"
        head={["Signal", "Value", "Least", "Most"]}
        rows={columns.map((name, column) => {
          const bounds = boundsOf(values[column] ?? []);
          return [
            <span key="name">
              <span class={`swatch curve-${column % CURVES}`} />
              {name}
            </span>,
            text(values[column]?.[row]),
            text(bounds?.least),
            text(bounds?.most),
          ];
        })}
      />
    </>
  );
}

function text(value: number | undefined): string {
  return value === undefined ? "" : String(Number(value.toPrecision(6)));
}
