/**
 * Run: a program runs, and what its tasks do is a film.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ThingUse } from "../../../../lib/host/program/use_recorder.ts";
import type { Span } from "../../../../lib/simulator/simulation.ts";
import type { RunAnswer } from "../../work/run.ts";
import { ask } from "../bridge.ts";
import { type Film, filmOf } from "../film/film.ts";
import { Button } from "../parts/button.tsx";
import { NumberField, Select } from "../parts/fields.tsx";
import { Message } from "../parts/message.tsx";
import { Panel, Toolbar } from "../parts/panel.tsx";
import { ProgramChoice } from "../parts/program_choice.tsx";
import { useTask } from "../parts/task.ts";
import { go, link, parameters, program, variant } from "../state.ts";
import { LiveLanes } from "./live_lanes.tsx";
import { Outcome } from "./outcome.tsx";
import { whyNot } from "./places.ts";
import { Screen } from "./screen.tsx";

/** A run that is over. */
interface Shown {
  readonly answer: RunAnswer;
  readonly mode: "direct" | "thread";
  readonly film: Film;
  readonly clock: "virtual" | "real";
  /** What was run, so that it is shown only beside that. */
  readonly of: string;
}

/** The view. */
export default function RunView(): JSX.Element {
  const { work, start, end } = useTask<Shown>();
  const told = useSignal(0);
  const live = useSignal<{ readonly names: readonly string[]; readonly spans: readonly Span[] } | undefined>(undefined);
  const { mode = "direct", seed = 0 } = link.value;
  const { name, explorable } = program.value;
  const request = { program: name, variant: variant.value, parameters: parameters.value, mode, seed };
  const reason = whyNot({ name, mode, isolated: crossOriginIsolated });
  const run = (): void => {
    told.value = 0;
    live.value = undefined;
    start(async (signal) => {
      const spans: Span[] = [];
      const uses: ThingUse[] = [];
      const answer = await ask("run", request, {
        signal,
        update: (updates) => {
          for (const update of updates) {
            if ("span" in update) spans.push(update.span);
            else if ("use" in update) uses.push(update.use);
            else live.value = { names: update.names, spans };
          }
          told.value += updates.length;
        },
      });
      const { names, deadlocked } = answer;
      const clock = mode === "direct" && explorable ? "virtual" : "real";
      return { answer, mode, clock, film: filmOf({ names, spans, uses, deadlocked }), of: JSON.stringify(request) };
    });
  };
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
            about="Decides which task runs when several can; 0 is first in, first out"
            onChange={(seed) => go({ seed })}
          />
          {now.state === "working"
            ? <Button onClick={end}>Stop</Button>
            : <Button kind="primary" onClick={run} disabled={reason !== undefined}>Run</Button>}
        </Toolbar>
        <p class="terminal">
          A browser cannot start processes; in a terminal, each task can have one:{" "}
          <code>deno task run {name} --mode process</code>
        </p>
        {reason !== undefined && <Message kind="note" title={`${name} cannot run here`}>{reason}</Message>}
      </Panel>
      {now.state === "working" && (
        <>
          <p class="loading" role="status">Running{told.value > 0 && `: ${told.value} events so far`}.</p>
          {live.value !== undefined && told.value > 0 && <LiveLanes {...live.value} />}
        </>
      )}
      {now.state === "ended" && <Message kind="note">The run was stopped.</Message>}
      {now.state === "failed" && <Message kind="error" title="The run failed">{now.error.message}</Message>}
      {now.state === "done" && now.value.of === JSON.stringify(request) && (
        <>
          <Outcome answer={now.value.answer} mode={now.value.mode} />
          {now.value.film.lanes.length > 0 && <Screen film={now.value.film} clock={now.value.clock} />}
        </>
      )}
    </>
  );
}
