/**
 * A pipe of bytes through shared memory, from one writer to one reader.
 *
 * - Positions count all bytes that ever went through, modulo 2^32. Invariant: 0 <= written - taken <= capacity; an end that
 *   finds it broken throws, so nothing that the other end stores is read as bytes.
 * - Neither end waits in `write` and `read`: they move what fits, and give how much. An end that has nothing to do calls
 *   `sleeps`, which says no where there is something after all; then it may wait, as a guest in `wait`, or for its bell.
 * - Who sleeps is woken once: the other end takes back its word `sleeps`, which says how it sleeps, then notifies the
 *   position and rings that bell.
 */

import { ProtocolError } from "../errors.ts";
import { sharedWaiting } from "./waiting.ts";

/** What the other end attaches with; structured-cloneable. */
export interface BytePipeHandle {
  /** The words, then the bytes. */
  readonly buffer: SharedArrayBuffer;
}

/** How many bytes ever went in, and came out. */
const WRITTEN = 0;
const TAKEN = 1;
/** How an end sleeps that is to be woken: a number above 0, whose meaning is the ring's. */
const READER_SLEEPS = 2;
const WRITER_SLEEPS = 3;
/** A word a cache line, so that the ends do not disturb each other. */
const STRIDE = 16;
const HEADER_BYTES = 4 * STRIDE * Int32Array.BYTES_PER_ELEMENT;

/** Which end sleeps. */
export type PipeEnd = "reader" | "writer";

/** A pipe of bytes through shared memory, from one writer to one reader. */
export class BytePipe {
  /** What the other end attaches with. */
  readonly handle: BytePipeHandle;
  /** How many bytes it holds at most. */
  readonly capacity: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #ring: (how: number) => void;

  /** Attaches to a pipe; `ring` is called with how the other end sleeps, where it is to be woken, besides the notify. */
  constructor(handle: BytePipeHandle, ring: (how: number) => void = () => {}) {
    this.handle = handle;
    this.capacity = handle.buffer.byteLength - HEADER_BYTES;
    this.#words = new Int32Array(handle.buffer, 0, 4 * STRIDE);
    this.#bytes = new Uint8Array(handle.buffer, HEADER_BYTES);
    this.#ring = ring;
  }

  /** Makes a pipe that holds up to `capacity` bytes, a power of two of at least 8. */
  static create(capacity: number, ring?: (how: number) => void): BytePipe {
    if (
      !(Number.isSafeInteger(capacity) && capacity >= 8 && capacity <= 2 ** 30 && Number.isInteger(Math.log2(capacity)))
    ) {
      throw new RangeError(`Cannot make a pipe of ${capacity} bytes: a power of two from 8 to 2^30 is wanted`);
    }
    return new BytePipe({ buffer: new SharedArrayBuffer(HEADER_BYTES + capacity) }, ring);
  }

  /** Writes the bytes as far as there is room, and gives how many went in. */
  write(bytes: Uint8Array): number {
    const written = this.#load(WRITTEN);
    // The reader's copy of these bytes happens before it stored TAKEN: they may be written over.
    const room = this.capacity - this.#held(written, this.#load(TAKEN));
    const count = Math.min(room, bytes.length);
    if (count === 0) return 0;
    const at = (written >>> 0) % this.capacity;
    const first = Math.min(count, this.capacity - at);
    this.#bytes.set(bytes.subarray(0, first), at);
    if (first < count) this.#bytes.set(bytes.subarray(first, count), 0);
    // The bytes happen before the position: a reader that sees the one sees the others.
    Atomics.store(this.#words, WRITTEN * STRIDE, (written + count) | 0);
    this.#wake(READER_SLEEPS, WRITTEN);
    return count;
  }

  /** Reads as many bytes as there are and fit, and gives how many. */
  read(into: Uint8Array): number {
    const taken = this.#load(TAKEN);
    // The writer's bytes happen before it stored WRITTEN.
    const count = Math.min(this.#held(this.#load(WRITTEN), taken), into.length);
    if (count === 0) return 0;
    const at = (taken >>> 0) % this.capacity;
    const first = Math.min(count, this.capacity - at);
    into.set(this.#bytes.subarray(at, at + first));
    if (first < count) into.set(this.#bytes.subarray(0, count - first), first);
    // The copy happens before the position: the writer writes over nothing that is still read.
    Atomics.store(this.#words, TAKEN * STRIDE, (taken + count) | 0);
    this.#wake(WRITER_SLEEPS, TAKEN);
    return count;
  }

  /** Says that this end sleeps until the other one has done something; false where there is something to do already. */
  sleeps(end: PipeEnd, how: number = 1): boolean {
    // The store happens before the look: either this end sees what the other did, or the other sees that it sleeps.
    this.swap(end, how);
    if (!this.hasWork(end)) return true;
    this.swap(end, 0);
    return false;
  }

  /** Says how this end sleeps from then on, 0 for not at all, and gives how it did: 0 where the other end has woken it. */
  swap(end: PipeEnd, how: number): number {
    return Atomics.exchange(this.#words, (end === "reader" ? READER_SLEEPS : WRITER_SLEEPS) * STRIDE, how);
  }

  /** Whether this end has something to do. */
  hasWork(end: PipeEnd): boolean {
    const held = this.#held(this.#load(WRITTEN), this.#load(TAKEN));
    return end === "reader" ? held > 0 : held < this.capacity;
  }

  /** Blocks until the other end has done something, for that many milliseconds at most; whether there is something to do. */
  wait(end: PipeEnd, milliseconds: number, how: number = 1): boolean {
    if (!this.sleeps(end, how)) return true;
    const [position, expected] = end === "reader"
      ? [WRITTEN, this.#load(TAKEN)]
      : [TAKEN, this.#load(WRITTEN) - this.capacity];
    // The other end is the only one that moves the position, and notifies after that.
    sharedWaiting.wait(this.#words, position * STRIDE, expected | 0, milliseconds);
    return this.hasWork(end);
  }

  /** How many bytes are under way, checked: the other end may store anything. */
  #held(written: number, taken: number): number {
    const held = (written - taken) | 0;
    if (held >= 0 && held <= this.capacity) return held;
    throw new ProtocolError(
      `Cannot read a pipe: ${held} bytes are under way, 0 to ${this.capacity} are wanted: its other end writes elsewhere`,
    );
  }

  #wake(sleeps: number, position: number): void {
    if (this.#load(sleeps) === 0) return;
    const how = Atomics.exchange(this.#words, sleeps * STRIDE, 0);
    if (how === 0) return;
    sharedWaiting.notify(this.#words, position * STRIDE);
    this.#ring(how);
  }

  #load(word: number): number {
    return Atomics.load(this.#words, word * STRIDE);
  }
}
