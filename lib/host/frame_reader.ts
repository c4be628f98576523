/**
 * Frames of a stream, each as an object, from chunks that are split anywhere.
 *
 * - A payload that lies within one chunk is a view on that chunk: use or copy it before the chunk's buffer is filled again.
 * - Anything wrong throws `ProtocolError`, after the frames before it, and from then on for every chunk.
 *
 * @example
 * ```ts
 * import { FrameReader } from "./frame_reader.ts";
 * import { encodeFrame } from "./frame.ts";
 *
 * const bytes = encodeFrame("post", 7, Uint8Array.of(1, 2));
 * const reader = new FrameReader();
 * const frames = [...reader.push(bytes.slice(0, 9)), ...reader.push(bytes.slice(9))];
 * if (frames[0]?.channel !== 7 || frames[0].payload.join() !== "1,2") throw new Error("one frame is wanted");
 * ```
 *
 * @module
 */

import { FrameCursor } from "./frame_cursor.ts";
import type { Frame } from "./frame.ts";

/** See the module. */
export class FrameReader {
  readonly #cursor = new FrameCursor();
  #broken: { readonly thrown: unknown } | undefined;

  /** How many bytes of a frame that is not whole yet have come. */
  get pending(): number {
    return this.#cursor.pending;
  }

  /** Takes a chunk and gives the frames that it completes; what is wrong after these throws at the next call. */
  push(chunk: Uint8Array): Frame[] {
    if (this.#broken !== undefined) throw this.#broken.thrown;
    const frames: Frame[] = [];
    const cursor = this.#cursor;
    try {
      cursor.feed(chunk);
      while (cursor.next()) {
        const { kind, channel, bytes, from, end } = cursor;
        frames.push({ kind, channel, payload: bytes.subarray(from, end) });
      }
    } catch (thrown) {
      this.#broken = { thrown };
      if (frames.length === 0) throw thrown;
    }
    return frames;
  }

  /** Says that the stream has ended; throws unless it ended between two frames. */
  end(): void {
    if (this.#broken !== undefined) throw this.#broken.thrown;
    try {
      this.#cursor.finish();
    } catch (thrown) {
      this.#broken = { thrown };
      throw thrown;
    }
  }
}
