/**
 * The schedule that is shown: its columns, the controls that step through it, and what it comes to.
 */

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel } from "../parts/panel.tsx";
import { addShortcuts } from "../shell/shortcuts.ts";
import { go, link } from "../state.ts";
import type { Replayed } from "../../work/replay.ts";
import { Columns } from "./columns.tsx";
import { thingText } from "./lines.ts";
import { comesTo, type Shown } from "./shown.ts";

/** The schedule that is shown. */
export function Steps({ run, shown }: { readonly run: Replayed; readonly shown: Shown }): JSX.Element {
  const { account: { moments, tasks, finding, preemptions }, schedule } = run;
  const last = moments.length - 1;
  const step = Math.min(last, link.value.step ?? last);
  const goTo = (to: number): void => go({ step: Math.max(0, Math.min(last, to)) }, { keep: true });
  useEffect(() => {
    const by = (steps: number) => () => goTo(Math.min(last, link.peek().step ?? last) + steps);
    return addShortcuts(
      { key: "ArrowLeft", about: "A step back", act: by(-1) },
      { key: "ArrowRight", about: "A step forward", act: by(1) },
      { key: "Home", about: "Before the first step", act: by(-Infinity) },
      { key: "End", about: "After the last step", act: by(Infinity) },
    );
  }, [last]);
  const now = moments[step];
  return (
    <Panel
      title="The run, step by step"
      aside={<span class="muted">{preemptions === 1 ? "1 preemption" : `${preemptions} preemptions`}</span>}
    >
      <div class="stepper" role="group" aria-label="Steps">
        <Button label="Before the first step" onClick={() => goTo(0)}>
          <Icon path="M4 3h2v14H4zM17 3v14L7 10z" />
        </Button>
        <Button label="A step back" onClick={() => goTo(step - 1)}>
          <Icon path="M15 3v14L4 10z" />
        </Button>
        <Button label="A step forward" onClick={() => goTo(step + 1)}>
          <Icon path="M5 3v14l11-7z" />
        </Button>
        <Button label="After the last step" onClick={() => goTo(last)}>
          <Icon path="M14 3h2v14h-2zM3 3v14l10-7z" />
        </Button>
        <input
          type="range"
          aria-label="Steps that are done"
          min={0}
          max={last}
          value={step}
          onInput={({ currentTarget }) => goTo(Number(currentTarget.value))}
        />
        <output>{step} of {last}</output>
      </div>
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
      <Message kind={finding === undefined ? "good" : "error"} title={`It comes to ${comesTo(run)}`}>
        {finding !== undefined && <p>{finding.message}</p>}
      </Message>
      <p class="schedule">
        <code>{schedule}</code>
        <Button kind="quiet" onClick={() => void navigator.clipboard.writeText(schedule)}>Copy</Button>
      </p>
    </Panel>
  );
}

function Icon({ path }: { readonly path: string }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
