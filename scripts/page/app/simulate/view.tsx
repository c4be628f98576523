/**
 * Simulate: a diagram, its signals as they grow, and how fast simulated time passes against what is possible.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { SimulateKind } from "../../work/simulate.ts";
import { ask } from "../bridge.ts";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel } from "../parts/panel.tsx";
import { useTask } from "../parts/task.ts";
import { codeOf } from "../own/code.ts";
import { Editor, Faults } from "../own/editor.tsx";
import type { Fault } from "../own/bundle.ts";
import { link } from "../state.ts";
import { Controls } from "./controls.tsx";
import { DiagramDrawing } from "./diagram.tsx";
import { EXAMPLE } from "./example.ts";
import { Plot } from "./plot.tsx";
import { type Ended, Rates } from "./rates.tsx";
import { settingsOf, titleOf } from "./settings.ts";
import { addRow, noSignals, type Signals, valuesIn } from "./signals.ts";
import { Values } from "./values.tsx";

/** How many runs are remembered. */
const RUNS = 8;

/** How long rows are collected at least before they are drawn, in milliseconds. */
const FRAME = 16;

/** The view. */
export default function SimulateView(): JSX.Element {
  const { work, start, end } = useTask<SimulateKind["answer"]>();
  const diagram = useSignal<string | undefined>(undefined);
  const signals = useSignal<Signals | undefined>(undefined);
  const version = useSignal(0);
  const live = useSignal(0);
  const at = useSignal<number | undefined>(undefined);
  const ended = useSignal<readonly Ended[]>([]);
  const drawing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const update = (updates: readonly SimulateKind["update"][]): void => {
    for (const one of updates) {
      if ("diagram" in one) {
        diagram.value = one.diagram;
        signals.value = noSignals(one.columns);
        at.value = undefined;
      } else if (signals.value !== undefined) {
        addRow(signals.value, one.row);
        live.value = (one.row[0] ?? 0) / one.wall;
      }
    }
    // What there is to draw grows, and so does the time between two drawings: else the page did nothing but draw.
    drawing.current ??= setTimeout(() => {
      drawing.current = undefined;
      version.value++;
    }, Math.max(FRAME, valuesIn(signals.peek()) / 500));
  };
  const text = useSignal(EXAMPLE);
  const faults = useSignal<readonly Fault[]>([]);
  const settings = settingsOf(link.value);
  const isOwn = settings.experiment === "own";
  const simulate = (): void => {
    const request = settings;
    faults.value = [];
    start(async (signal) => {
      const bundled = isOwn ? await codeOf(text.peek()) : { code: undefined };
      if ("faults" in bundled) {
        faults.value = bundled.faults;
        throw new DOMException("It has faults.", "AbortError");
      }
      const answer = await ask("simulate", request, { signal, update, own: bundled.code });
      const id = (ended.peek()[0]?.id ?? 0) + 1;
      ended.value = [{ id, title: titleOf(request), answer }, ...ended.peek()].slice(0, RUNS);
      return answer;
    });
  };
  const { value: now } = work;
  const isAtWork = now.state === "working";
  return (
    <>
      <Panel title="Experiment">
        <Controls>
          {isAtWork ? <Button onClick={end}>Stop</Button> : <Button kind="primary" onClick={simulate}>Simulate</Button>}
        </Controls>
        {isAtWork && (
          <p class="claim" role="status">
            {live.value > 0 && Number.isFinite(live.value)
              ? `${live.value.toPrecision(3)} simulated seconds per second`
              : "Starting..."}
          </p>
        )}
      </Panel>
      <Faults faults={faults.value} />
      {now.state === "failed" && <Message kind="error" title="Simulating failed">{now.error.message}</Message>}
      {now.state === "done" && now.value.endedAt !== null && (
        <Message kind="note" title={`Ended at ${now.value.endedAt.toFixed(3)} s`}>
          The page holds at most half a million values: use fewer systems, a longer period or a shorter duration. In a
          terminal, <code>deno task sim</code> has no such limit.
        </Message>
      )}
      {diagram.value !== undefined && signals.value !== undefined && (
        <div class="simulation">
          <Panel title="Diagram">
            <DiagramDrawing svg={diagram.value} />
          </Panel>
          <Panel title="Signals">
            {signals.value.columns.length === 0
              ? (
                <p>
                  The diagram has no outputs: export some with <code>builder.exportOutput</code>.
                </p>
              )
              : (
                <>
                  <Plot signals={signals.value} version={version} at={at.value} />
                  <Values signals={signals.value} version={version} at={at} />
                </>
              )}
          </Panel>
        </div>
      )}
      {ended.value.length > 0 && (
        <Panel title="Rates" aside={<span class="claim">simulated seconds per real second</span>}>
          <Rates runs={ended.value} />
        </Panel>
      )}
      {isOwn && (
        <Panel title="The module">
          <p class="claim">
            One module whose default export is a system, or a function that makes one. It runs in this browser, in a
            worker that cannot reach the network, after a click on Simulate; it is not stored anywhere.
          </p>
          <Editor text={text.value} onChange={(next) => text.value = next} />
        </Panel>
      )}
    </>
  );
}
