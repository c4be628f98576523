/**
 * The value that an operation leaves in its cell, derived from the operation and its answer, for observers of a run.
 */

import type { Answer, CellOperation } from "./operation.ts";

/** The value that an operation writes to its cell, given its answer; `undefined` if it writes none. */
export function written(operation: CellOperation, answer: Answer): number | bigint | undefined {
  const held = (value: number | bigint) => operation.cell === "f64" ? value : wrapped(value);
  switch (operation.kind) {
    case "load":
      return undefined;
    case "store":
    case "exchange":
      return held(operation.value);
    case "add":
      // Both are of the cell's type.
      return held((answer as number) + (operation.value as number));
    case "compareExchange":
      return Object.is(answer, held(operation.expected)) ? held(operation.replacement) : undefined;
  }
}

/** An integer wrapped to its cell's range, which is how Atomics stores and compares. */
export function wrapped(value: number | bigint): number | bigint {
  return typeof value === "bigint" ? BigInt.asIntN(64, value) : value | 0;
}
