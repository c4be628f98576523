/**
 * The run of a schedule of a scenario: its columns, the controls that step through it, and what it comes to.
 */

import type { JSX } from "preact";
import type { ScenarioRun } from "../../work/scenario.ts";
import { Stepper } from "../explore/stepper.tsx";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel } from "../parts/panel.tsx";
import { ChainColumns } from "./columns.tsx";

/** What is shown. */
interface RunProps {
  readonly run: ScenarioRun;
  readonly step: number;
  readonly goTo: (step: number) => void;
}

/** The run. */
export function RunSteps({ run, step, goTo }: RunProps): JSX.Element {
  const { rows, schedule, deviations, finding, outcome, faults, printed } = run;
  const ends = [...outcome === undefined ? [] : [`outcome ${outcome}`], finding?.kind ?? "no bug"];
  return (
    <Panel
      title="The run, step by step"
      aside={<span class="muted">{deviations === 1 ? "1 deviation" : `${deviations} deviations`} from the order</span>}
    >
      <Stepper step={step} last={rows.length} goTo={goTo} />
      {rows.length === 0
        ? <p class="muted">There are no outside events.</p>
        : <ChainColumns run={run} step={step} goTo={goTo} />}
      <Message kind={finding === undefined ? "good" : "error"} title={`Result: ${ends.join(", ")}`}>
        {finding?.message.split("\n").map((line) => <p key={line}>{line}</p>)}
        {faults.length > 0 && <p>Faults: {faults.join("; ")}.</p>}
      </Message>
      {printed.length > 0 && <pre tabIndex={0} aria-label="What it prints">{printed.join("\n")}</pre>}
      <p class="schedule">
        <code>{schedule}</code>
        <Button kind="quiet" onClick={() => void navigator.clipboard.writeText(schedule)}>Copy</Button>
      </p>
    </Panel>
  );
}
