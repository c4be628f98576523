/**
 * One program: what it claims and answers, its code, its bug step by step, and what puts it right.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { CatalogEntry } from "../../catalog_entry.ts";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel, Toolbar } from "../parts/panel.tsx";
import { useTask } from "../parts/task.ts";
import { entryNamed, hrefOf } from "../state.ts";
import { addShortcuts } from "../shell/shortcuts.ts";
import { Code } from "./code.tsx";
import { lessons } from "./lessons.ts";
import { bugOf, fixOf, show, type Shown, type Subject } from "./shown.ts";

/** What a lesson is about. */
interface LessonProps {
  readonly entry: CatalogEntry;
  /** The text of its file. */
  readonly source: { readonly file: string; readonly text: string } | undefined;
}

/** The lesson. */
export function ProgramLesson({ entry, source }: LessonProps): JSX.Element {
  const { work, start, end } = useTask<Shown>();
  const step = useSignal(0);
  const { value: now } = work;
  const run = now.state === "done" ? now.value.run : undefined;
  const go = (by: number): void => {
    step.value = Math.max(0, Math.min((run?.rows.length ?? 1) - 1, step.peek() + by));
  };
  useEffect(() => {
    if (run === undefined) return undefined;
    return addShortcuts(
      { key: "ArrowLeft", about: "One step of the bug back", act: () => go(-1) },
      { key: "ArrowRight", about: "One step of the bug forward", act: () => go(1) },
    );
  }, [run]);
  const look = (subject: Subject): void => {
    step.value = 0;
    start((signal) => show(subject, signal));
  };
  const bug = bugOf(entry);
  const fix = fixOf(entry);
  const { name, claim, explorable } = entry;
  return (
    <>
      <Panel title={name}>
        <p class="question">{lessons[name]?.question}</p>
        <p class="claim">{claim}</p>
        <Toolbar label="What it shows">
          {bug !== undefined && <Button kind="primary" onClick={() => look(bug)}>Show me the bug</Button>}
          {fix !== undefined && (
            <Button kind={bug === undefined ? "primary" : "plain"} onClick={() => look(fix)}>
              {bug === undefined ? "Show that it holds" : "Show me the fix"}
            </Button>
          )}
          {now.state === "working" && <Button onClick={end}>Stop</Button>}
          <a href={hrefOf({ view: "run", own: undefined })}>Run it</a>
          {explorable && <a href={hrefOf({ view: "explore", own: undefined })}>Explore it</a>}
        </Toolbar>
        {now.state === "working" && <p role="status">Trying all orders...</p>}
        {now.state === "ended" && <Message kind="note">Stopped.</Message>}
        {now.state === "failed" && <Message kind="error" title="Exploring failed">{now.error.message}</Message>}
        {now.state === "done" && <Found shown={now.value} />}
      </Panel>
      {run !== undefined && <Steps run={run} at={step.value} onStep={go} onChoose={(at) => step.value = at} />}
      <Panel title={source?.file ?? "Its code"}>
        {source !== undefined && <Code text={source.text} line={lineIn(source.file, run?.rows[step.value]?.source)} />}
      </Panel>
    </>
  );
}

/** What exploring came to, with where to see more of it. */
function Found({ shown }: { readonly shown: Shown }): JSX.Element {
  const { program, variant, verdict, text, schedules, run } = shown;
  const which = entryNamed(program).variants.length > 1 ? `${program}, ${variant}` : program;
  const title = verdict === "proved" ? `Proved: ${which}` : verdict === "bug" ? `Fails: ${which}` : which;
  const kind = verdict === "proved" ? "good" : "warning";
  return (
    <Message kind={kind} title={title}>
      <p>{text}</p>
      <p class="muted">
        {schedules.toLocaleString("en")} {schedules === 1 ? "order was" : "orders were"} tried.{" "}
        <a
          href={hrefOf({ view: "explore", own: undefined, program, variant, parameters: {}, schedule: run?.schedule })}
        >
          {run === undefined ? "See what was tried" : "Move its preemptions"}
        </a>
      </p>
    </Message>
  );
}

/** What the steps need. */
interface StepsProps {
  readonly run: NonNullable<Shown["run"]>;
  readonly at: number;
  onStep(by: number): void;
  onChoose(at: number): void;
}

/** The run that fails, row by row. */
function Steps({ run: { tasks, rows }, at, onStep, onChoose }: StepsProps): JSX.Element {
  return (
    <Panel title="The bug, step by step">
      <Toolbar label="Steps">
        <Button label="Go back a step" disabled={at === 0} onClick={() => onStep(-1)}>◀</Button>
        <Button label="Go on a step" disabled={at === rows.length - 1} onClick={() => onStep(1)}>▶</Button>
        <span class="muted">{at + 1} of {rows.length}</span>
      </Toolbar>
      <ol class="lesson-steps">
        {rows.map(({ task, text, source, preempts }, index) => (
          <li key={index} class={index > at ? "ahead" : undefined}>
            <button type="button" aria-current={index === at ? "step" : undefined} onClick={() => onChoose(index)}>
              <strong>{tasks[task]}</strong>
              <span>{text}</span>
              <span class="muted">
                {preempts === undefined ? "" : `instead of ${tasks[preempts]}, `}
                {source ?? ""}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** The line that a place such as `race.ts:27` names in a file. */
function lineIn(file: string, place: string | undefined): number | undefined {
  const [name, line] = place?.split(":") ?? [];
  return name === file ? Number(line) : undefined;
}
