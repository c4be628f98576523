/**
 * The frames that cross byte streams, such as the pipes of a subprocess.
 *
 * - A frame is a header of 8 bytes (magic byte, kind, channel as 16 bits, length of the payload as 32 bits, little endian)
 *   and its payload.
 * - A reader takes chunks that are split anywhere. A payload that lies within one chunk is a view on that chunk: use or copy
 *   it before the chunk's buffer is filled again.
 * - The magic byte begins no UTF-8 text, so what a program prints by mistake is told at its first byte; anything wrong
 *   throws `ProtocolError`, after the frames before it, and from then on for every chunk.
 *
 * @example
 * ```ts
 * import { FrameReader } from "./frame_reader.ts";
 * import { encodeFrame } from "./frame.ts";
 *
 * const bytes = encodeFrame("post", 7, Uint8Array.of(1, 2), Uint8Array.of(3));
 * const reader = new FrameReader();
 * const frames = [...reader.push(bytes.slice(0, 9)), ...reader.push(bytes.slice(9))];
 * if (frames[0]?.channel !== 7 || frames[0].payload.join() !== "1,2,3") throw new Error("one frame is wanted");
 * ```
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";

/** What a frame is for. */
export type FrameKind = "hello" | "job" | "post" | "reply" | "call" | "result" | "error" | "log";

/** The number of each kind on the wire: from 1 on, in this order. */
export const FRAME_KINDS: Readonly<Record<FrameKind, number>> = {
  hello: 1,
  job: 2,
  post: 3,
  reply: 4,
  call: 5,
  result: 6,
  error: 7,
  log: 8,
};

/** One frame. */
export interface Frame {
  /** What it is for. */
  readonly kind: FrameKind;
  /** Which conversation it belongs to: 0 to 65535. */
  readonly channel: number;
  /** What it carries; perhaps a view on a chunk. */
  readonly payload: Uint8Array;
}

/** The size of a frame's header, in bytes. */
export const HEADER_BYTES = 8;

const MAGIC = 0xf8;
const KIND_AT = 1;
const CHANNEL_AT = 2;
const LENGTH_AT = 4;
const MAX_CHANNEL = 0xffff;
const MAX_LENGTH = 2 ** 30;
const QUOTED_BYTES = 60;
/** How many values a byte has. */
const BYTE = 256;

const KIND_NAMES: readonly (FrameKind | undefined)[] = [undefined, ...Object.keys(FRAME_KINDS) as FrameKind[]];

/** The bytes of a frame whose payload is the parts in a row. */
export function encodeFrame(kind: FrameKind, channel: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(HEADER_BYTES + Math.min(length, MAX_LENGTH));
  putHeader(bytes, 0, { kind, channel, length });
  let at = HEADER_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Writes the header of a frame at byte `at`; its payload of `length` bytes follows. */
export function putHeader(
  bytes: Uint8Array,
  at: number,
  { kind, channel, length }: { readonly kind: FrameKind; readonly channel: number; readonly length: number },
): void {
  if (!Number.isInteger(channel) || channel < 0 || channel > MAX_CHANNEL) {
    throw new RangeError(`Cannot encode a frame: channel ${channel}, one of 0 to ${MAX_CHANNEL} is wanted`);
  }
  if (length > MAX_LENGTH) {
    throw new RangeError(`Cannot encode a frame: a payload of ${length} bytes, at most ${MAX_LENGTH} are wanted`);
  }
  bytes[at] = MAGIC;
  bytes[at + KIND_AT] = FRAME_KINDS[kind];
  putLittleEndian(bytes, at + CHANNEL_AT, { value: channel, size: LENGTH_AT - CHANNEL_AT });
  putLittleEndian(bytes, at + LENGTH_AT, { value: length, size: HEADER_BYTES - LENGTH_AT });
}

/** A frame's header, read. */
export interface FrameHeader {
  /** What it is for. */
  readonly kind: FrameKind;
  /** Which conversation it belongs to. */
  readonly channel: number;
  /** The size of its payload. */
  readonly length: number;
}

/**
 * The header in the bytes from `at` on, if it is whole; what there is of it is checked.
 *
 * @throws {ProtocolError} where it begins no frame.
 */
export function headerIn(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const kind = KIND_NAMES[bytes[at + KIND_AT] ?? 0];
  if (bytes[at] !== MAGIC || kind === undefined) return refuseStart(bytes, at);
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const length = littleEndian(bytes, at + LENGTH_AT, at + HEADER_BYTES);
  if (length > MAX_LENGTH) throw fault(`a payload of ${length} bytes`, `at most ${MAX_LENGTH} are`);
  return { kind, channel: littleEndian(bytes, at + CHANNEL_AT, at + LENGTH_AT), length };
}

/** Says what is wrong with the first bytes of a header, unless only the first is there, and is right. */
function refuseStart(bytes: Uint8Array, at: number): undefined {
  if (bytes[at] !== MAGIC) throw fault(`the bytes ${quote(bytes, at)}`, `frames that begin with byte ${MAGIC} are`);
  const kind = bytes[at + KIND_AT];
  if (kind === undefined) return undefined;
  throw fault(`a frame of kind ${kind} in the bytes ${quote(bytes, at)}`, `kinds 1 to ${KIND_NAMES.length - 1} are`);
}

/** The error about bytes that are no frames. */
export function fault(found: string, wanted: string): ProtocolError {
  return new ProtocolError(`Cannot read frames: ${found}, ${wanted} wanted`);
}

/** The number in bytes `at` to `end`. A `DataView` per frame would cost more than the rest of its reading. */
function littleEndian(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let index = end - 1; index >= at; index--) value = value * BYTE + (bytes[index] ?? 0);
  return value;
}

function putLittleEndian(bytes: Uint8Array, at: number, { value, size }: { value: number; size: number }): void {
  let rest = value;
  for (let index = 0; index < size; index++) {
    bytes[at + index] = rest % BYTE;
    rest = Math.floor(rest / BYTE);
  }
}

/** The first bytes as text; controls and what is no text are escaped. */
function quote(bytes: Uint8Array, at: number): string {
  return JSON.stringify(new TextDecoder().decode(bytes.slice(at, at + QUOTED_BYTES)));
}
