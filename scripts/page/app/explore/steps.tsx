/**
 * The schedule that is shown: its columns, the values at a step, and what it comes to.
 */

import type { JSX } from "preact";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel } from "../parts/panel.tsx";
import type { Replayed } from "../../work/replay.ts";
import { Columns } from "./columns.tsx";
import { thingText } from "./lines.ts";
import { comesTo, type Shown } from "./shown.ts";
import { Stepper, useStep } from "./stepper.tsx";

/** The schedule that is shown. */
export function Steps({ run, shown }: { readonly run: Replayed; readonly shown: Shown }): JSX.Element {
  const { account: { moments, tasks, finding, preemptions }, schedule } = run;
  const last = moments.length - 1;
  const { step, goTo } = useStep(last);
  const now = moments[step];
  return (
    <Panel
      title="The run, step by step"
      aside={<span class="muted">{preemptions === 1 ? "1 preemption" : `${preemptions} preemptions`}</span>}
    >
      <Stepper step={step} last={last} goTo={goTo} />
      <Columns run={run} shown={shown} step={step} goTo={goTo} />
      {now !== undefined && now.things.length > 0 && (
        <dl class="things" aria-label={`Shared things after ${step} steps`}>
          {now.things.map(({ name }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{thingText(now, name, tasks)}</dd>
            </div>
          ))}
        </dl>
      )}
      <p role="status" class="told">{shown.told.value}</p>
      <Message kind={finding === undefined ? "good" : "error"} title={`Result: ${comesTo(run)}`}>
        {finding !== undefined && <p>{finding.message}</p>}
      </Message>
      <p class="schedule">
        <code>{schedule}</code>
        <Button kind="quiet" onClick={() => void navigator.clipboard.writeText(schedule)}>Copy</Button>
      </p>
    </Panel>
  );
}
