/**
 * Values as bytes.
 *
 * - The codec is entirely our own: in Deno, `node:v8` aliases what it decodes, silently copies views of shared memory,
 *   empties URLs and loses the errors of an `AggregateError`.
 *
 * @module
 */

export { decode, encode, encodeInto, roundTrip, withEncoded } from "./codec.ts";
export { Decoder } from "./decoder.ts";
export { Encoder } from "./encoder.ts";
export { ByteReader } from "./byte_reader.ts";
export { ByteWriter } from "./byte_writer.ts";
export { fromBase64, toBase64 } from "./base64.ts";
