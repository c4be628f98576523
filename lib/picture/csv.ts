/**
 * Rows as CSV (RFC 4180), for spreadsheets, pandas and other tools.
 *
 * - The header is `t` (in seconds), then the columns: paths of ports, and components of vectors such as `plant.y[0]`.
 * - `Number(field)` is the original number, bit for bit; NaN and infinities are written as their names.
 * - A name with a comma, a quote or a line break is quoted. Every line ends with CRLF.
 *
 * @example
 * ```ts
 * import { csvText } from "./csv.ts";
 *
 * const rows = [[0, -0], [0.1, 1 / 3]];
 * const text = csvText({ columns: ['gain "k", scaled'], length: 2, row: (index) => rows[index] ?? [] });
 * if (text !== 't,"gain ""k"", scaled"\r\n0,-0\r\n0.1,0.3333333333333333\r\n') throw new Error(text);
 * ```
 */

import type { Rows } from "./rows.ts";

/** Rows, such as a `Trace` or a `SignalLog`, as CSV text. */
export function csvText(rows: Rows): string {
  const lines = [["t", ...rows.columns].map(field).join()];
  for (let index = 0; index < rows.length; index++) lines.push(rows.row(index).map(numberField).join());
  return lines.map((line) => `${line}\r\n`).join("");
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function numberField(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
