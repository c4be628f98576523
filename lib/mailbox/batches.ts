/**
 * Values to bytes and back, as queues and channels need them: one by one, and in batches of records.
 */

import { Decoder } from "../codec/mod.ts";
import { Encoder } from "../codec/mod.ts";
import { HEADER_BYTES, headerAt, lengthOf, recordSize, RecordWriter } from "./records.ts";

/** Encodes values as records; throws `UncloneableError` with the place of the value that cannot be cloned. */
export function batchOf(values: Iterable<unknown>): Uint8Array {
  const encoder = new Encoder();
  const writer = new RecordWriter();
  for (const value of values) writer.add(encoder.encode(value));
  return writer.written();
}

/** The values of records, in their order. */
export function valuesOf(records: Uint8Array): unknown[] {
  const decoder = new Decoder(records);
  const values: unknown[] = [];
  for (let at = 0; at < records.length;) {
    const length = lengthOf(headerAt(records, at));
    const from = at + HEADER_BYTES;
    values.push(decoder.decodePart(from, from + length));
    at += recordSize(length);
  }
  return values;
}
