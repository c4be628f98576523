/**
 * Values to bytes and back, as queues and channels need them: one by one, and in batches of records.
 *
 * @example
 * ```ts
 * import { batchOf, valuesOf } from "./batches.ts";
 *
 * const values = valuesOf(batchOf([undefined, "two", 3n]));
 * if (values.length !== 3 || values[1] !== "two") throw new Error("the values in order are wanted");
 * ```
 *
 * @module
 */

import { decode } from "./codec.ts";
import { Encoder } from "./encoder.ts";
import { bodiesOf, RecordWriter } from "./records.ts";

/** Encodes values as records; throws `UncloneableError` with the place of the value that cannot be cloned. */
export function batchOf(values: Iterable<unknown>): Uint8Array {
  const encoder = new Encoder();
  const writer = new RecordWriter();
  for (const value of values) writer.add(encoder.encode(value));
  return writer.written();
}

/** The values of records. */
export function valuesOf(records: Uint8Array): unknown[] {
  return bodiesOf(records).map(decode);
}
