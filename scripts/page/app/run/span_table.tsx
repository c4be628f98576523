/**
 * The lanes of a film as a table: what each task did from when to when, and what it held.
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Film } from "../film/film.ts";

/** How many rows are shown. */
const MOST = 1000;

/** The table; it is made when it is opened. */
export function SpanTable({ film }: { readonly film: Film }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>All lanes as a table</summary>
      {isOpen && <Rows film={film} />}
    </details>
  );
}

function Rows({ film }: { readonly film: Film }): JSX.Element {
  const all = film.lanes.flatMap(({ lane, spans, holds = [] }) => [
    ...spans.map((span) => ({ lane, does: span.name, ...span })),
    ...holds.map((span) => ({ lane, does: `holds ${span.name}`, ...span })),
  ]);
  return (
    <div class="scrolls spans" tabIndex={0} role="region" aria-label="All lanes">
      <table>
        <caption>
          {all.length > MOST ? `The first ${MOST} of ${all.length} spans` : `${all.length} spans`}, in milliseconds from
          the start
        </caption>
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">does</th>
            <th scope="col">from</th>
            <th scope="col">to</th>
          </tr>
        </thead>
        <tbody>
          {all.slice(0, MOST).map(({ lane, does, started, finished }, index) => (
            <tr key={index}>
              <th scope="row">{lane}</th>
              <td>{does}</td>
              <td>{exact(started)}</td>
              <td>{exact(finished)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Milliseconds to the nanosecond: what lies behind that is what adding them up has left. */
function exact(ms: number): string {
  return String(Number(ms.toFixed(6)));
}
