/**
 * Run: a program runs, and what its tasks do is drawn.
 */

import type { JSX } from "preact";
import type { RunKind } from "../../work/run.ts";
import { ask } from "../bridge.ts";
import { Button } from "../parts/button.tsx";
import { NumberField, Select } from "../parts/fields.tsx";
import { Message } from "../parts/message.tsx";
import { Panel, Toolbar } from "../parts/panel.tsx";
import { ProgramChoice } from "../parts/program_choice.tsx";
import { useTask } from "../parts/task.ts";
import { go, link, parameters, program, variant } from "../state.ts";

/** The view. */
export default function RunView(): JSX.Element {
  const { work, start, end } = useTask<RunKind["answer"]>();
  const { mode = "direct", seed = 0 } = link.value;
  const run = (): void =>
    start((signal) => {
      const request = { program: program.value.name, variant: variant.value, parameters: parameters.value, mode, seed };
      return ask("run", request, { signal });
    });
  const { value: now } = work;
  return (
    <>
      <Panel title="Program">
        <ProgramChoice />
        <Toolbar label="How it runs">
          <Select label="Mode" value={mode} options={["direct", "thread"]} onChange={(mode) => go({ mode })} />
          <NumberField
            label="Seed"
            value={seed}
            min={-Number.MAX_SAFE_INTEGER}
            max={Number.MAX_SAFE_INTEGER}
            onChange={(seed) => go({ seed })}
          />
          {now.state === "working"
            ? <Button onClick={end}>Stop</Button>
            : <Button kind="primary" onClick={run}>Run</Button>}
        </Toolbar>
      </Panel>
      {now.state === "failed" && <Message kind="error" title="The run failed">{now.error.message}</Message>}
      {now.state === "done" && (
        <Message kind={now.value.verdict === "right" ? "good" : "warning"} title={now.value.verdict}>
          <pre>{JSON.stringify(now.value.outcome, null, 1)}</pre>
        </Message>
      )}
    </>
  );
}
