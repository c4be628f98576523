/**
 * The frames that cross byte streams, such as the pipes of a child process and the rings of a thread.
 *
 * - A frame is a header of 12 bytes (magic byte, kind, function as 16 bits, number and payload length as 32 bits each,
 *   little endian) and its payload.
 * - Each request has a number, and its answer repeats that number: so a faulty call cannot give another one a wrong
 *   answer.
 * - The magic byte begins no UTF-8 text, so text that a guest prints by mistake is detected at its first byte:
 *   `ProtocolError`.
 */

import { ProtocolError } from "../errors.ts";

/**
 * The purpose of a frame. From the host: `job` begins a job, or ends it if empty; `call` asks for a function's value,
 * and `post` for a system's reply; `result` answers an `ask`; `pull` requests more items. From the guest: `hello` when
 * it listens; `begun`, `over` and `failed` about jobs; `exports` and `idle` about services; `reply`, `error` and `item`
 * as answers; `ask` for the owner of the memory; `report` and `log` for information. `moved`, in both directions, says
 * that a value came separately from the frames.
 */
export const FRAME_KINDS = [
  "hello",
  "job",
  "begun",
  "over",
  "failed",
  "call",
  "moved",
  "post",
  "reply",
  "error",
  "ask",
  "result",
  "exports",
  "idle",
  "report",
  "log",
  "item",
  "pull",
] as const;

/** See {@linkcode FRAME_KINDS}: on the wire, a kind is its position in that list, counted from 1. */
export type FrameKind = typeof FRAME_KINDS[number];

/** A frame's header. */
export interface FrameHeader {
  /** The purpose of the frame. */
  readonly kind: FrameKind;
  /** The called function, as an index into the exports; 0 for other frames. */
  readonly index: number;
  /** The number of the request that it is or answers; 0 if neither. */
  readonly number: number;
  /** The size of its payload, in bytes. */
  readonly length: number;
}

/** The size of a frame's header, in bytes. */
export const HEADER_BYTES = 12;
/** The largest payload, in bytes. */
export const MAX_LENGTH = 2 ** 30;
/** The largest request number; 1 follows it. */
export const LAST_NUMBER = 2 ** 32 - 1;

const MAGIC = 0xf8;
const KIND_AT = 1;
const INDEX_AT = 2;
const NUMBER_AT = 4;
const LENGTH_AT = 8;
const MAX_INDEX = 0xffff;
const QUOTED_BYTES = 60;
/** The number of values of a byte. */
const BYTE = 256;

const KIND_NUMBERS = Object.fromEntries(FRAME_KINDS.map((kind, at) => [kind, at + 1])) as Record<FrameKind, number>;

/** The request number after `number`. */
export function following(number: number): number {
  return number === LAST_NUMBER ? 1 : number + 1;
}

/**
 * Checks the size of a payload before room is made for it.
 *
 * @throws {RangeError} if no frame can hold it.
 */
export function checkLength(length: number): void {
  if (length <= MAX_LENGTH) return;
  throw new RangeError(`Cannot encode a frame: a payload of ${length} bytes, at most ${MAX_LENGTH} are wanted`);
}

/**
 * Writes the header of a frame at offset `at`; the payload of `length` bytes follows.
 *
 * @throws {RangeError} if the index is too large.
 */
export function putHeader(bytes: Uint8Array, at: number, { kind, index, number, length }: FrameHeader): void {
  if (index > MAX_INDEX) throw new RangeError(`Cannot encode a frame: index ${index}, at most ${MAX_INDEX} is wanted`);
  bytes[at] = MAGIC;
  bytes[at + KIND_AT] = KIND_NUMBERS[kind];
  bytes[at + INDEX_AT] = index;
  bytes[at + INDEX_AT + 1] = index >>> 8;
  put32(bytes, at + NUMBER_AT, number);
  put32(bytes, at + LENGTH_AT, length);
}

/**
 * The header at offset `at`, if it is complete; the available part is validated.
 *
 * @throws {ProtocolError} if the bytes do not begin a frame.
 */
export function headerIn(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const kind = FRAME_KINDS[(bytes[at + KIND_AT] ?? 0) - 1];
  if (bytes[at] !== MAGIC || kind === undefined) return refuseStart(bytes, at);
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const length = get32(bytes, at + LENGTH_AT);
  if (length > MAX_LENGTH) throw fault(`a payload of ${length} bytes`, `at most ${MAX_LENGTH} are`);
  const index = (bytes[at + INDEX_AT] ?? 0) + BYTE * (bytes[at + INDEX_AT + 1] ?? 0);
  return { kind, index, number: get32(bytes, at + NUMBER_AT), length };
}

/** Throws what is wrong with the beginning of a header, unless only a correct first byte is there. */
function refuseStart(bytes: Uint8Array, at: number): undefined {
  if (bytes[at] !== MAGIC) throw fault(`the bytes ${quote(bytes, at)}`, `frames that begin with byte ${MAGIC} are`);
  const kind = bytes[at + KIND_AT];
  if (kind === undefined) return undefined;
  throw fault(`a frame of kind ${kind} in the bytes ${quote(bytes, at)}`, `kinds 1 to ${FRAME_KINDS.length} are`);
}

/** The error for bytes that are not frames. */
export function fault(found: string, wanted: string): ProtocolError {
  return new ProtocolError(`Cannot read frames: ${found}, ${wanted} wanted`);
}

/** A `DataView` per frame would cost more than the rest of reading it. */
function get32(bytes: Uint8Array, at: number): number {
  const [low, high] = [
    (bytes[at] ?? 0) + BYTE * (bytes[at + 1] ?? 0),
    (bytes[at + 2] ?? 0) + BYTE * (bytes[at + 3] ?? 0),
  ];
  return low + BYTE * BYTE * high;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** The first bytes as text; control characters and invalid text are escaped. */
function quote(bytes: Uint8Array, at: number): string {
  return JSON.stringify(new TextDecoder().decode(bytes.slice(at, at + QUOTED_BYTES)));
}
