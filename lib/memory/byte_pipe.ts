/**
 * A pipe of bytes through shared memory, from one writer to one reader.
 *
 * - Positions count all bytes that ever passed, modulo 2^32. Invariant: 0 <= written - taken <= capacity; an end that
 *   finds it broken throws, so nothing that the other end stores is misread as bytes.
 * - `write` and `read` never wait: they move as many bytes as possible and return the count. An idle end calls
 *   `sleeps`, which returns false if there is work after all; otherwise the end may wait, in `wait` as a guest or for
 *   its bell.
 * - A sleeping end is woken once: the other end clears the sleeper's flag, which says how it sleeps, then notifies the
 *   position and rings that bell.
 */

import { ProtocolError } from "../errors.ts";
import { sharedWaiting } from "./waiting.ts";

/** What the other end attaches with; structured-cloneable. */
export interface BytePipeHandle {
  /** The words, then the bytes. */
  readonly buffer: SharedArrayBuffer;
}

/** The numbers of bytes ever written and ever taken. */
const WRITTEN = 0;
const TAKEN = 1;
/** The flag of a sleeping end: a number above 0 that says how it sleeps, and is passed to `ring`. */
const READER_SLEEPS = 2;
const WRITER_SLEEPS = 3;
/** One word per cache line, so that the ends do not slow each other down. */
const STRIDE = 16;
const HEADER_BYTES = 4 * STRIDE * Int32Array.BYTES_PER_ELEMENT;

/** The end that sleeps. */
export type PipeEnd = "reader" | "writer";

/** A pipe of bytes through shared memory, from one writer to one reader. */
export class BytePipe {
  /** What the other end attaches with. */
  readonly handle: BytePipeHandle;
  /** The capacity, in bytes. */
  readonly capacity: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #ring: (how: number) => void;

  /**
   * Attaches to a pipe. To wake the other end, besides the notify, `ring` is called with that end's way of sleeping.
   */
  constructor(handle: BytePipeHandle, ring: (how: number) => void = () => {}) {
    this.handle = handle;
    this.capacity = handle.buffer.byteLength - HEADER_BYTES;
    this.#words = new Int32Array(handle.buffer, 0, 4 * STRIDE);
    this.#bytes = new Uint8Array(handle.buffer, HEADER_BYTES);
    this.#ring = ring;
  }

  /** Creates a pipe that holds up to `capacity` bytes, a power of two of at least 8. */
  static create(capacity: number, ring?: (how: number) => void): BytePipe {
    if (
      !(Number.isSafeInteger(capacity) && capacity >= 8 && capacity <= 2 ** 30 && Number.isInteger(Math.log2(capacity)))
    ) {
      throw new RangeError(`Cannot make a pipe of ${capacity} bytes: a power of two from 8 to 2^30 is wanted`);
    }
    return new BytePipe({ buffer: new SharedArrayBuffer(HEADER_BYTES + capacity) }, ring);
  }

  /** Writes as many bytes as there is room for; returns how many. */
  write(bytes: Uint8Array): number {
    const written = this.#load(WRITTEN);
    // Happens-before: the reader copied these bytes before it stored TAKEN, so they may be overwritten.
    const room = this.capacity - this.#held(written, this.#load(TAKEN));
    const count = Math.min(room, bytes.length);
    if (count === 0) return 0;
    const at = (written >>> 0) % this.capacity;
    const first = Math.min(count, this.capacity - at);
    this.#bytes.set(bytes.subarray(0, first), at);
    if (first < count) this.#bytes.set(bytes.subarray(first, count), 0);
    // The bytes happen before the position: a reader that sees the position sees them.
    Atomics.store(this.#words, WRITTEN * STRIDE, (written + count) | 0);
    this.#wake(READER_SLEEPS, WRITTEN);
    return count;
  }

  /** Reads as many bytes as there are and fit; returns how many. */
  read(into: Uint8Array): number {
    const taken = this.#load(TAKEN);
    // Happens-before: the writer wrote the bytes before it stored WRITTEN.
    const count = Math.min(this.#held(this.#load(WRITTEN), taken), into.length);
    if (count === 0) return 0;
    const at = (taken >>> 0) % this.capacity;
    const first = Math.min(count, this.capacity - at);
    into.set(this.#bytes.subarray(at, at + first));
    if (first < count) into.set(this.#bytes.subarray(0, count - first), first);
    // The copy happens before the position: the writer overwrites nothing that is still being read.
    Atomics.store(this.#words, TAKEN * STRIDE, (taken + count) | 0);
    this.#wake(WRITER_SLEEPS, TAKEN);
    return count;
  }

  /** Declares this end asleep until the other end has done something; returns false if there is work already. */
  sleeps(end: PipeEnd, how: number = 1): boolean {
    // The store happens before the check: either this end sees what the other did, or the other sees that this one
    // sleeps.
    this.swap(end, how);
    if (!this.hasWork(end)) return true;
    this.swap(end, 0);
    return false;
  }

  /**
   * Sets this end's way of sleeping (0 if awake) and returns the previous one, which is 0 if the other end has woken
   * it.
   */
  swap(end: PipeEnd, how: number): number {
    return Atomics.exchange(this.#words, (end === "reader" ? READER_SLEEPS : WRITER_SLEEPS) * STRIDE, how);
  }

  /** Whether this end has work to do. */
  hasWork(end: PipeEnd): boolean {
    const held = this.#held(this.#load(WRITTEN), this.#load(TAKEN));
    return end === "reader" ? held > 0 : held < this.capacity;
  }

  /**
   * Blocks until the other end has done something, for at most that many milliseconds; returns whether there is work.
   */
  wait(end: PipeEnd, milliseconds: number, how: number = 1): boolean {
    if (!this.sleeps(end, how)) return true;
    const [position, expected] = end === "reader"
      ? [WRITTEN, this.#load(TAKEN)]
      : [TAKEN, this.#load(WRITTEN) - this.capacity];
    // Only the other end moves the position, and it notifies afterward.
    sharedWaiting.wait(this.#words, position * STRIDE, expected | 0, milliseconds);
    return this.hasWork(end);
  }

  /** The number of bytes in the pipe, validated: the other end may store anything. */
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
