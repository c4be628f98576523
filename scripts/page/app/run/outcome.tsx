/**
 * What came out of a run, and what the program says about that.
 */

import type { JSX } from "preact";
import { dataText } from "../../../../lib/program/data_text.ts";
import { isFailed } from "../../../../lib/program/failed.ts";
import type { RunAnswer } from "../../work/run.ts";
import { Message } from "../parts/message.tsx";
import { Table } from "../parts/table.tsx";

/** The verdicts, as the page says them. */
const VERDICTS = {
  "right": { kind: "good", title: "Right" },
  "bug-shown": { kind: "warning", title: "Wrong, as may happen: this variant has a known bug" },
  "undeclared": { kind: "error", title: "Not declared: the program does not expect this outcome" },
} as const;

/** The outcome. */
export function Outcome({ answer, mode }: { readonly answer: RunAnswer; readonly mode: string }): JSX.Element {
  const { verdict, outcome, ms, tables, isCut } = answer;
  const { kind, title } = VERDICTS[verdict];
  const failed = failuresOf(outcome);
  return (
    <>
      <Message kind={kind} title={title}>
        {failed.length === 0 ? <pre class="outcome">{dataText(outcome)}</pre> : (
          <ul class="outcome">
            {failed.map(({ tasks, text }) => (
              <li key={text}>
                <strong>{tasks.join(", ")}</strong> failed: {text}
              </li>
            ))}
          </ul>
        )}
        <p class="outcome-foot">
          {mode} mode, {ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms of real time
          {isCut && ". It did more than the page can show: the film ends before the run"}
        </p>
      </Message>
      {tables.map(({ title, columns, rows }) => (
        <Table key={title} label={title} caption={title} head={columns} rows={rows} />
      ))}
    </>
  );
}

/** Tasks that failed with the same error. */
interface Failure {
  readonly tasks: readonly string[];
  readonly text: string;
}

function failuresOf(outcome: unknown): readonly Failure[] {
  if (!isFailed(outcome)) return [];
  const tasks = new Map<string, string[]>();
  for (const { task, error, message } of outcome.failed) {
    const text = `${error}: ${message}`;
    tasks.set(text, [...tasks.get(text) ?? [], task]);
  }
  return [...tasks].map(([text, tasks]) => ({ tasks, text }));
}
