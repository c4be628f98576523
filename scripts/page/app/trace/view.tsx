/**
 * A trace file as lanes: one of its runs at a time.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { filmOf } from "../film/film.ts";
import { momentsOf } from "../film/moment.ts";
import { Scale } from "../film/scale.ts";
import { Lanes } from "../lanes/lanes.tsx";
import { Button } from "../parts/button.tsx";
import { Select } from "../parts/fields.tsx";
import { Message } from "../parts/message.tsx";
import { Panel, Toolbar } from "../parts/panel.tsx";
import { momentText } from "../run/moment_table.tsx";
import { readTrace, type TracedRun, type TraceFile } from "./trace_file.ts";

/** What is shown. */
interface TraceProps {
  readonly name: string;
  readonly text: string;
  onClose(): void;
}

/** The file. */
export function TraceView({ name, text, onClose }: TraceProps): JSX.Element {
  const read = useMemo(() => tried(text, name), [text, name]);
  const chosen = useSignal(0);
  if ("error" in read) {
    return (
      <Message kind="error" title="The trace cannot be shown">
        <p>{read.error}</p>
        <Button onClick={onClose}>Close</Button>
      </Message>
    );
  }
  const { runs, notes } = read;
  const run = runs[chosen.value] ?? runs[0];
  const titles = runs.map(({ title }, index) => `${index + 1}. ${title}`);
  return (
    <>
      {notes.map((note) => <Message key={note} kind="warning">{note}</Message>)}
      <Panel title={name} aside={<Button onClick={onClose}>Close</Button>}>
        {runs.length > 1 && (
          <Toolbar label="Runs">
            <Select
              label="Run"
              value={titles[chosen.value] ?? ""}
              options={titles}
              onChange={(title) => chosen.value = titles.indexOf(title)}
            />
          </Toolbar>
        )}
        {run !== undefined && <RunLanes key={chosen.value} run={run} />}
      </Panel>
    </>
  );
}

function RunLanes({ run }: { readonly run: TracedRun }): JSX.Element {
  const film = useMemo(() => filmOf(run), [run]);
  const scale = useMemo(() => new Scale(film, "time"), [film]);
  const moments = useMemo(() => momentsOf(film), [film]);
  const time = useSignal(0);
  return (
    <>
      <p class="claim">{run.title}, {film.length.toFixed(1)} ms</p>
      <Lanes film={film} scale={scale} scaleName="time" time={time} tell={(at) => momentText(moments.at(at))} />
    </>
  );
}

function tried(text: string, name: string): TraceFile | { readonly error: string } {
  try {
    return readTrace(text, name);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
