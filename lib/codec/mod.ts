/**
 * Values as bytes.
 *
 * - The codec is ours throughout: `node:v8` as Deno has it aliases what it decodes, copies views of shared memory
 *   silently, empties URLs and loses the errors of an `AggregateError`.
 *
 * @module
 */

export { crossed, decode, encode, encodeInto, lent } from "./codec.ts";
export { Decoder } from "./decoder.ts";
export { Encoder } from "./encoder.ts";
export { ByteReader } from "./byte_reader.ts";
export { ByteWriter } from "./byte_writer.ts";
export { fromBase64, toBase64 } from "./base64.ts";
