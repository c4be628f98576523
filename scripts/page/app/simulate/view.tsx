/**
 * Simulate: busy systems that follow the clock, and how fast simulated time passes.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { SimulateKind } from "../../work/simulate.ts";
import { ask } from "../bridge.ts";
import { Button } from "../parts/button.tsx";
import { NumberField } from "../parts/fields.tsx";
import { Message } from "../parts/message.tsx";
import { Panel, Toolbar } from "../parts/panel.tsx";
import { useTask } from "../parts/task.ts";

/** The view. */
export default function SimulateView(): JSX.Element {
  const { work, start, end } = useTask<SimulateKind["answer"]>();
  const systems = useSignal(2);
  const last = useSignal<SimulateKind["update"] | undefined>(undefined);
  const simulate = (): void =>
    start((signal) => {
      const request = { systems: systems.value, period: 0.1, duration: 10 };
      return ask("simulate", request, { signal, update: (updates) => last.value = updates.at(-1) });
    });
  const { value: now } = work;
  return (
    <>
      <Panel title="Busy systems">
        <Toolbar label="Simulation">
          <NumberField
            label="Systems"
            value={systems.value}
            min={1}
            max={16}
            onChange={(value) => systems.value = value}
          />
          {now.state === "working"
            ? <Button onClick={end}>Stop</Button>
            : <Button kind="primary" onClick={simulate}>Simulate</Button>}
        </Toolbar>
        {last.value !== undefined && (
          <p>At {last.value.t.toFixed(1)} s the outputs are {last.value.y.map((y) => y.toFixed(2)).join(", ")}.</p>
        )}
      </Panel>
      {now.state === "failed" && <Message kind="error" title="Simulating failed">{now.error.message}</Message>}
      {now.state === "done" && (
        <Message kind="good">{`${now.value.rate.toFixed(0)} simulated seconds per second`}</Message>
      )}
    </>
  );
}
