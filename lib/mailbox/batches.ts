/**
 * Encoding and decoding of values for queues and channels: one by one, and in batches of records.
 */

import { Decoder } from "../codec/mod.ts";
import { Encoder } from "../codec/mod.ts";
import { HEADER_BYTES, headerAt, lengthOf, recordSize, RecordWriter } from "./records.ts";

/** Encodes values as records; throws an `UncloneableError` naming the index of a value that cannot be cloned. */
export function batchOf(values: Iterable<unknown>): Uint8Array {
  const encoder = new Encoder();
  const writer = new RecordWriter();
  for (const value of values) writer.add(encoder.encode(value));
  return writer.written();
}

/** Decodes the values of records, in order. */
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
