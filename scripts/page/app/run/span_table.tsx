/**
 * The lanes of a film as a table: what each task did from when to when, and what it held.
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Film } from "../film/film.ts";
import { Table } from "../parts/table.tsx";

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
  const shown = all.length > MOST ? `The first ${MOST} of ${all.length}` : all.length;
  return (
    <Table
      label="All lanes"
      kind="spans"
      caption={`${shown} spans, in milliseconds from the start`}
      head={["Task", "does", "from", "to"]}
      rows={all.slice(0, MOST).map(({ lane, does, started, finished }) => {
        return [lane, does, exact(started), exact(finished)];
      })}
    />
  );
}

/** Milliseconds to the nanosecond: what lies behind that is what adding them up has left. */
function exact(ms: number): string {
  return String(Number(ms.toFixed(6)));
}
