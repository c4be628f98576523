/**
 * The values of all outputs at one instant as comparable cells.
 *
 * - There is one column for each scalar, each component of a vector (`y[0]`, `y[1]`, ...) and each abstract port.
 * - Cells are compared bit for bit, except that all NaNs are equal; an abstract value is represented by its encoded
 *   bytes.
 */

import type { Ports } from "../diagram/mod.ts";
import { decode, encode } from "../codec/mod.ts";
import { platform } from "../platform/mod.ts";

/** A number, or the bytes of an abstract value. */
export type Cell = number | Uint8Array;

/** The names of the columns. */
export function columnsOf(ports: Ports): string[] {
  return Object.entries(ports).flatMap(([port, type]) => {
    return type.kind === "vector" ? Array.from({ length: type.size }, (_, index) => `${port}[${index}]`) : [port];
  });
}

/** The cells for the values of ports, in declared order; later changes of the values do not affect them. */
export function cellsOf(ports: Ports, values: readonly unknown[]): Cell[] {
  return Object.values(ports).flatMap((type, index): Cell[] => {
    const value = values[index];
    if (type.kind === "abstract") return [encode(value)];
    return typeof value === "number" ? [value] : [...value as Iterable<number>];
  });
}

/** Whether two cells are equal; a missing cell equals nothing. */
export function equalCells(one: Cell | undefined, other: Cell | undefined): boolean {
  if (!(one instanceof Uint8Array && other instanceof Uint8Array)) return one !== undefined && Object.is(one, other);
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

export function showCell(cell: Cell | undefined): string {
  const value = cell instanceof Uint8Array ? decode(cell) : cell;
  return platform.inspect(value, { breakLength: Infinity, depth: 8 });
}
