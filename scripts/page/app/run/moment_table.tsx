/**
 * A moment of a film as tables: what each task does, and how each shared thing stands.
 */

import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { type Moment, type TaskMoment, waitsFor } from "../film/moment.ts";
import { Table } from "../parts/table.tsx";
import { kindText, standText } from "../stage/thing_text.ts";

/** The tables. */
export function MomentTables({ moment }: { readonly moment: ReadonlySignal<Moment> }): JSX.Element {
  const { tasks, things } = moment.value;
  return (
    <div class="moment">
      <Table
        label="Tasks at this moment"
        caption="Tasks at this moment"
        head={["Task", "does", "holds", "did last"]}
        rows={tasks.map((task) => [
          task.name,
          <span key="does" class={task.doing === "waiting" ? "wait" : ""}>{doesText(moment.value, task)}</span>,
          [...task.holds, ...task.hand.map(({ text }) => text)].join(", "),
          <code key="last">{task.last}</code>,
        ])}
      />
      {things.length > 0 && (
        <Table
          label="Shared things at this moment"
          caption="Shared things at this moment"
          head={["Thing", "kind", "stands", "has", "in line"]}
          rows={things.map((thing) => [
            thing.name,
            kindText(thing.kind),
            standText(thing),
            thing.items.map(({ text }) => text).join(", "),
            thing.waiters.join(", "),
          ])}
        />
      )}
    </div>
  );
}

/** What a task does, in words. */
export function doesText(moment: Moment, task: TaskMoment): string {
  if (task.doing !== "waiting") return task.doing;
  const owners = waitsFor(moment, task);
  return `waits in ${task.call}${owners.length > 0 ? ` for ${owners.join(", ")}` : ""}`;
}

/** What all tasks do, in one sentence. */
export function momentText(moment: Moment): string {
  return moment.tasks.map((task) => `${task.name} ${doesText(moment, task)}`).join("; ");
}
