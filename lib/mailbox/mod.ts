/**
 * Mailboxes: values across a boundary.
 *
 * @module
 */

export { decode, encode, encodeInto } from "./codec.ts";
export { Encoder } from "./encoder.ts";
export { LatestValue, type LatestValuePlace, type TakeOptions } from "./latest_value.ts";
export { Join, type JoinPlace } from "./join.ts";
