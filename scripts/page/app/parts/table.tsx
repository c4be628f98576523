/**
 * A table: it scrolls by itself, and the first cell of a row is its name.
 */

import type { ComponentChildren, JSX } from "preact";

/** What a table is told. */
interface TableProps {
  /** What it is, for a screen reader. */
  readonly label: string;
  /** What stands above it. */
  readonly caption?: ComponentChildren;
  /** What stands above each column. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** A class of its own. */
  readonly kind?: string;
}

/** A table. */
export function Table({ label, caption, head, rows, kind = "" }: TableProps): JSX.Element {
  return (
    <div class={`scrolls ${kind}`} tabIndex={0} role="region" aria-label={label}>
      <table>
        {caption !== undefined && <caption>{caption}</caption>}
        <thead>
          <tr>{head.map((column) => <th key={column} scope="col">{column}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells], index) => (
            <tr key={index}>
              <th scope="row">{name}</th>
              {cells.map((cell, place) => <td key={place}>{cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
