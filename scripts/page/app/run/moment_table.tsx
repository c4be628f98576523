/**
 * A moment of a film as tables: what each task does, and how each shared thing stands.
 */

import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { type Moment, type TaskMoment, waitsFor } from "../film/moment.ts";
import { kindText, standText } from "../stage/thing_text.ts";

/** The tables. */
export function MomentTables({ moment }: { readonly moment: ReadonlySignal<Moment> }): JSX.Element {
  const { tasks, things } = moment.value;
  return (
    <div class="moment">
      <div class="scrolls" tabIndex={0} role="region" aria-label="Tasks at this moment">
        <table>
          <caption>Tasks at this moment</caption>
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">does</th>
              <th scope="col">holds</th>
              <th scope="col">did last</th>
            </tr>
          </thead>
          <tbody>
            {tasks.map((task) => (
              <tr key={task.name}>
                <th scope="row">{task.name}</th>
                <td class={`state ${task.doing.replace(" ", "-")}`}>{doesText(moment.value, task)}</td>
                <td>{[...task.holds, ...task.hand.map(({ text }) => text)].join(", ")}</td>
                <td>
                  <code>{task.last}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {things.length > 0 && (
        <div class="scrolls" tabIndex={0} role="region" aria-label="Shared things at this moment">
          <table>
            <caption>Shared things at this moment</caption>
            <thead>
              <tr>
                <th scope="col">Thing</th>
                <th scope="col">kind</th>
                <th scope="col">stands</th>
                <th scope="col">has</th>
                <th scope="col">in line</th>
              </tr>
            </thead>
            <tbody>
              {things.map((thing) => (
                <tr key={thing.name}>
                  <th scope="row">{thing.name}</th>
                  <td>{kindText(thing.kind)}</td>
                  <td>{standText(thing)}</td>
                  <td>{thing.items.map(({ text }) => text).join(", ")}</td>
                  <td>{thing.waiters.join(", ")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
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
