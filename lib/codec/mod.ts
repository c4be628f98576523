/**
 * Values as bytes.
 *
 * @module
 */

export { crossed, decode, encode, encodeInto, lent } from "./codec.ts";
export { Decoder } from "./decoder.ts";
export { Encoder } from "./encoder.ts";
export { ByteReader } from "./byte_reader.ts";
export { ByteWriter } from "./byte_writer.ts";
