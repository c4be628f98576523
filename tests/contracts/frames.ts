/**
 * Frames as values, for tests: arbitrary frames, their bytes, and what a cursor reads from bytes.
 *
 * @module
 */

import fc from "fast-check";
import { FRAME_KINDS, type FrameKind, LAST_NUMBER } from "../../lib/mode/frame.ts";
import { FrameCursor } from "../../lib/mode/frame_cursor.ts";
import { Outbox } from "../../lib/mode/outbox.ts";

/** A frame as a value. */
export interface Frame {
  readonly kind: FrameKind;
  readonly number: number;
  readonly index: number;
  readonly payload: Uint8Array;
}

/** Any frame. */
export const anyFrame: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom(...FRAME_KINDS),
  number: fc.oneof(fc.nat(3), fc.integer({ min: 0, max: LAST_NUMBER }), fc.constantFrom(255, 256, 65536, LAST_NUMBER)),
  index: fc.oneof(fc.nat(3), fc.nat(0xffff)),
  payload: fc.uint8Array({ maxLength: 40 }),
});

/** Sizes of chunks, to be used cyclically. */
export const chunkSizes: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 60 }), {
  minLength: 1,
  maxLength: 8,
});

/** The bytes of consecutive frames. */
export function bytesOf(frames: readonly (Pick<Frame, "kind"> & Partial<Frame>)[]): Uint8Array {
  const outbox = new Outbox();
  for (const { kind, number = 0, index = 0, payload = new Uint8Array(0) } of frames) {
    outbox.addPart({ kind, number, index }, { bytes: payload, from: 0, end: payload.length });
  }
  return outbox.take();
}

/** The bytes in parts of these sizes, used cyclically. */
export function split(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += parts.at(-1)!.length) {
    parts.push(bytes.slice(at, at + sizes[parts.length % sizes.length]!));
  }
  return parts;
}

/** What a cursor reads from a chunk. */
export function framesIn(chunk: Uint8Array, cursor: FrameCursor = new FrameCursor()): Frame[] {
  const frames: Frame[] = [];
  cursor.feed(chunk);
  while (cursor.next()) {
    const { kind, number, index } = cursor;
    frames.push({ kind, number, index, payload: cursor.payload() });
  }
  return frames;
}
