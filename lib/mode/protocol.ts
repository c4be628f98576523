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
 * import { encodeFrame, FrameReader } from "./protocol.ts";
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

/** The number of each kind on the wire. */
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

const kindNames = new Map<number, FrameKind>();
for (const [name, number] of Object.entries(FRAME_KINDS)) kindNames.set(number, name as FrameKind);
const KIND_NAMES: readonly (FrameKind | undefined)[] = [undefined, ...kindNames.values()];

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
 * The header at byte `at`, where it lies whole.
 *
 * @throws {ProtocolError} where it is none.
 */
export function headerOf(bytes: Uint8Array, at: number): FrameHeader {
  const kind = KIND_NAMES[bytes[at + KIND_AT] ?? 0];
  const length = littleEndian(bytes, at + LENGTH_AT, at + HEADER_BYTES);
  if (bytes[at] === MAGIC && kind !== undefined && length <= MAX_LENGTH) {
    return { kind, channel: littleEndian(bytes, at + CHANNEL_AT, at + LENGTH_AT), length };
  }
  // The reader of frames says what is wrong.
  new FrameReader().push(bytes.subarray(at));
  throw new ProtocolError("Cannot read frames: a header that is none, one of a frame is wanted");
}

/** Reads frames from chunks. */
export class FrameReader {
  // The beginning of a frame that is not whole yet: the first #held bytes of #partial, which has room for at least them.
  #partial = new Uint8Array(HEADER_BYTES);
  #held = 0;
  #broken: ProtocolError | undefined;

  /** How many bytes of a frame that is not whole yet have come. */
  get pending(): number {
    return this.#held;
  }

  /** Takes a chunk and gives the frames that it completes; what is wrong after these throws at the next call. */
  push(chunk: Uint8Array): Frame[] {
    if (this.#broken !== undefined) throw this.#broken;
    const frames: Frame[] = [];
    try {
      this.#read(chunk, frames);
    } catch (error) {
      if (frames.length === 0) throw error;
    }
    return frames;
  }

  /** Says that the stream has ended; throws unless it ended between two frames. */
  end(): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#held === 0) return;
    throw this.#break(`the stream ended after ${this.#held} bytes of a frame`, "whole frames are");
  }

  #read(chunk: Uint8Array, frames: Frame[]): void {
    let at = this.#held === 0 ? 0 : this.#complete(chunk, frames);
    while (at < chunk.length) {
      const end = at + this.#sizeOf(chunk.subarray(at));
      if (end > chunk.length) break;
      frames.push(frameOf(chunk.subarray(at, end)));
      at = end;
    }
    if (at < chunk.length) this.#hold(chunk.subarray(at));
  }

  /** Completes the held frame, if the chunk suffices, and gives the place in the chunk after it. */
  #complete(chunk: Uint8Array, frames: Frame[]): number {
    let at = 0;
    if (this.#held < HEADER_BYTES) {
      at = Math.min(chunk.length, HEADER_BYTES - this.#held);
      this.#hold(chunk.subarray(0, at));
    }
    const size = this.#sizeOf(this.#partial.subarray(0, this.#held));
    const end = at + size - this.#held;
    if (this.#held < HEADER_BYTES || end > chunk.length) {
      this.#hold(chunk.subarray(at), size);
      return chunk.length;
    }
    this.#hold(chunk.subarray(at, end), size);
    frames.push(frameOf(this.#partial.subarray(0, size)));
    this.#partial = new Uint8Array(HEADER_BYTES);
    this.#held = 0;
    return end;
  }

  /** Keeps bytes for later, with room for a frame of `size` bytes. */
  #hold(bytes: Uint8Array, size: number = 0): void {
    const wanted = Math.max(this.#held + bytes.length, size);
    if (wanted > this.#partial.length) {
      const room = new Uint8Array(wanted);
      room.set(this.#partial.subarray(0, this.#held));
      this.#partial = room;
    }
    this.#partial.set(bytes, this.#held);
    this.#held += bytes.length;
  }

  /** The size of the frame that bytes begin, as far as it can be told: at least that of a header. */
  #sizeOf(bytes: Uint8Array): number {
    const [magic, kind] = bytes;
    if (magic !== MAGIC) throw this.#break(`the bytes ${quote(bytes)}`, `frames that begin with byte ${MAGIC} are`);
    if (kind !== undefined && !kindNames.has(kind)) {
      throw this.#break(`a frame of kind ${kind} in the bytes ${quote(bytes)}`, `kinds 1 to ${kindNames.size} are`);
    }
    if (bytes.length < HEADER_BYTES) return HEADER_BYTES;
    const length = littleEndian(bytes, LENGTH_AT, HEADER_BYTES);
    if (length > MAX_LENGTH) throw this.#break(`a payload of ${length} bytes`, `at most ${MAX_LENGTH} are`);
    return HEADER_BYTES + length;
  }

  #break(found: string, wanted: string): ProtocolError {
    return this.#broken = new ProtocolError(`Cannot read frames: ${found}, ${wanted} wanted`);
  }
}

function frameOf(bytes: Uint8Array): Frame {
  const kind = kindNames.get(bytes[KIND_AT] ?? 0);
  if (kind === undefined) throw new ProtocolError("Cannot read frames: an unchecked kind, a known one is wanted");
  return { kind, channel: littleEndian(bytes, CHANNEL_AT, LENGTH_AT), payload: bytes.subarray(HEADER_BYTES) };
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
function quote(bytes: Uint8Array): string {
  return JSON.stringify(new TextDecoder().decode(bytes.slice(0, QUOTED_BYTES)));
}
