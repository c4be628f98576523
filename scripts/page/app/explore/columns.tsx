/**
 * The run of a schedule as a table: a column for each task, a row for what is done, and the values beside it.
 */

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Replayed } from "../../work/replay.ts";
import { type Drag, Grip } from "./grip.tsx";
import { linesOf, type RowLine, shownThings, standText, thingText } from "./lines.ts";
import type { Shown } from "./shown.ts";

/** What the table is told. */
interface ColumnsProps {
  readonly run: Replayed;
  readonly shown: Shown;
  /** How many steps are done. */
  readonly step: number;
  readonly goTo: (step: number) => void;
}

/** How many shared things have a column. */
const MOST_THINGS = 4;

/** The table. */
export function Columns({ run, shown, step, goTo }: ColumnsProps): JSX.Element {
  const { account } = run;
  const { tasks, moments } = account;
  const things = shownThings(account, MOST_THINGS);
  const drag = useSignal<Drag | undefined>(undefined);
  const table = useRef<HTMLTableElement>(null);
  const focus = useRef<number | undefined>(undefined);
  // A row that is moved in the document loses the focus.
  useEffect(() => {
    if (focus.current === undefined) return;
    table.current?.querySelector<HTMLElement>(`[data-grip="${focus.current}"]`)?.focus();
    focus.current = undefined;
  }, [run]);
  const { value: dragged } = drag;
  const now = moments[step];
  return (
    <div class="columns" tabIndex={0} role="group" aria-label="The run, row by row">
      <table ref={table} class={dragged === undefined ? "" : "is-dragged"}>
        <thead>
          <tr>
            <th scope="col" class="step">step</th>
            {tasks.map((name, task) => (
              <th key={name} scope="col" class={`task-${task % 6}`}>
                <span class="name">{name}</span>
                {now?.can.includes(task) && now.goes !== task && (
                  <button
                    type="button"
                    class="let"
                    aria-label={`Let ${name} go on at step ${step}`}
                    title={`Let ${name} go on at step ${step}, in place of ${tasks[now.goes ?? -1] ?? "nobody"}`}
                    onClick={() => void shown.change({ to: step, task })}
                  >
                    go on
                  </button>
                )}
              </th>
            ))}
            {things.map((name) => <th key={name} scope="col" class="thing">{name}</th>)}
          </tr>
        </thead>
        <tbody>
          {linesOf(account).map((line) =>
            line.kind === "departure"
              ? (
                <tr key={`departs ${line.step}`} class="departure" data-step={line.step}>
                  <td class="step">»</td>
                  <td colSpan={tasks.length + things.length}>
                    <Grip line={line} names={tasks} shown={shown} drag={drag} moved={(to) => focus.current = to} />
                  </td>
                </tr>
              )
              : (
                <Row
                  key={`row ${line.at}`}
                  line={line}
                  run={run}
                  things={things}
                  step={step}
                  drag={dragged}
                  goTo={goTo}
                />
              )
          )}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly line: RowLine;
  readonly run: Replayed;
  readonly things: readonly string[];
  readonly step: number;
  readonly drag: Drag | undefined;
  readonly goTo: (step: number) => void;
}

function Row({ line, run: { account }, things, step, drag, goTo }: RowProps): JSX.Element {
  const { tasks, moments } = account;
  const { row, isFirst, notes } = line;
  const [before, after] = [moments[Math.max(0, line.step)], moments[line.step + 1]];
  const isNow = line.step === step - 1;
  const isTarget = isFirst && drag !== undefined && drag.to === line.step;
  const classes = [
    isNow ? "now" : line.step >= step ? "later" : "",
    isTarget ? "target" : "",
    row.races ? "races" : "",
  ];
  return (
    <tr
      class={classes.join(" ").trim()}
      data-step={line.step}
      aria-current={isNow ? "step" : undefined}
      onClick={() => goTo(line.step + 1)}
    >
      <td class="step">{isFirst && line.step >= 0 ? line.step : ""}</td>
      {tasks.map((name, task) => {
        if (task === row.task) {
          return (
            <td key={name} class={`acts task-${task % 6}`}>
              {isTarget && <span class={drag.refused ? "ghost refused" : "ghost"}>{drag.told}</span>}
              <code>{row.text.trim()}</code>
              {row.races && <span class="note race">≠ nothing orders this and the other access</span>}
              {notes.map(({ kind, text }) => <span key={text} class={`note ${kind}`}>{text}</span>)}
              {row.source !== undefined && <span class="source">{row.source}</span>}
            </td>
          );
        }
        const stand = after?.tasks[task]?.stand ?? "acts";
        const text = after === undefined ? "" : standText(after, task, tasks);
        const isNew = before === undefined || line.step < 0 || standText(before, task, tasks) !== text;
        return <td key={name} class={`rests ${stand}`}>{isNew ? text : ""}</td>;
      })}
      {things.map((name) => {
        const text = isFirst && after !== undefined ? thingText(after, name, tasks) : "";
        const isChanged = before !== undefined && isFirst && line.step >= 0 && thingText(before, name, tasks) !== text;
        return <td key={name} class={isChanged ? "thing changed" : "thing"}>{text}</td>;
      })}
    </tr>
  );
}
