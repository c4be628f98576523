/**
 * A table in the terminal: aligned columns, with numbers on the right and as many decimal places as comparing them
 * needs.
 *
 * - All numbers of a column have the same number of decimal places: enough for three digits of the smallest number, at
 *   most four, and no more than any of them uses.
 */

import type { ReportTable } from "../../mod.ts";

type Cell = string | number;

/** How many digits of the smallest number to show, and the most decimal places. */
const DIGITS = 3;
const MOST_PLACES = 4;
/** A number below this has an exponent, unless it is 0. */
const TINY = 0.00005;

/** The lines of a table: its title, its head, its rows; no line ends with a space. */
export function tableLines({ title, columns, rows }: ReportTable): string[] {
  const cellsOf = columns.map((head, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    const places = placesOf(cells);
    const texts = [head, ...cells.map((cell) => typeof cell === "number" ? numberText(cell, places) : cell)].map(plain);
    const width = Math.max(...texts.map((text) => text.length));
    // A column with any number counts as numeric: its words stand in for numbers.
    const right = cells.some((cell) => typeof cell === "number");
    return texts.map((text) => right ? text.padStart(width) : text.padEnd(width));
  });
  const lines = Array.from({ length: rows.length + 1 }, (_, row) => cellsOf.map((cells) => cells[row]).join("  "));
  return [plain(title), ...lines.map((line) => line.trimEnd())];
}

/** The number of decimal places in a column. */
function placesOf(cells: readonly Cell[]): number {
  const numbers = cells.filter((cell) => typeof cell === "number" && Number.isFinite(cell) && !isTiny(cell)).map(
    Number,
  );
  const wanted = numbers.filter((number) => number !== 0).map((number) => {
    return Math.min(MOST_PLACES, Math.max(0, DIGITS - 1 - Math.floor(Math.log10(Math.abs(number)))));
  });
  const most = Math.max(0, ...wanted);
  const used = numbers.map((number) => number.toFixed(most).replace(/\.?0*$/, "").split(".")[1]?.length ?? 0);
  return most === 0 ? 0 : Math.max(0, ...used);
}

function numberText(number: number, places: number): string {
  if (!Number.isFinite(number)) return String(number);
  if (isTiny(number)) return number.toExponential(DIGITS - 1);
  const [whole = "", part] = number.toFixed(places).split(".");
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return part === undefined ? grouped : `${grouped}.${part}`;
}

function isTiny(number: number): boolean {
  return number !== 0 && Math.abs(number) < TINY;
}

/** A text on one line. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}
