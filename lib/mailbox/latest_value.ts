/**
 * The one-slot mailbox for the latest value: one writer, one reader, no locks; the writer never waits.
 *
 * Three slots of bytes and one middle word make a triple buffer. The word holds the index of the slot in the middle and a
 * flag, fresh, that says whether the reader has yet to see that slot. The writer owns the back slot, the reader the front
 * slot. To put, the writer fills the back slot and exchanges it with the middle, setting fresh; to take, the reader
 * exchanges its front slot with the middle, clearing fresh, and reads what it got. What holds at every instant:
 *
 * - {back, middle, front} = {0, 1, 2}: each exchange swaps two of the three, so no slot has two owners.
 * - So no value is ever torn: a slot is written only by the writer while it is back, and read only by the reader while it
 *   is front; the exchange that hands it over orders the writing before the reading.
 * - fresh = the middle slot holds a value that the reader has not had, and it is newer than all that it has had: only a put
 *   sets the flag, with the newest value, and a take clears it. So the reader sees values in order, and the newest.
 * - A waiting reader sleeps on the middle word; a put changes the word and then notifies it, so no wake-up is lost.
 *
 * Back and front are fields of each side's object, not words: nobody else may know them, and each side saves an operation.
 * So a side makes one `LatestValue` for the life of a memory. A side that dies takes its index along; what is delivered
 * stays readable, and the mailbox is laid out afresh with the memory of the next run. The lengths of the values are words of
 * their slots. Zeroed memory is an empty mailbox.
 *
 * @example
 * ```ts
 * import { Layout, ModelMemory } from "../memory/mod.ts";
 * import { runBlocking } from "../memory/mod.ts";
 * import { LatestValue } from "./latest_value.ts";
 *
 * const layout = new Layout();
 * const place = LatestValue.reserve(layout, "speed", { capacity: 8 });
 * const memory = new ModelMemory(layout);
 * const [writer, reader] = [new LatestValue(place), new LatestValue(place)];
 * runBlocking(memory, writer.put(Uint8Array.of(1)));
 * const overwrote = runBlocking(memory, writer.put(Uint8Array.of(2, 3)));
 * const value = runBlocking(memory, reader.tryTake());
 * if (!overwrote || value?.join() !== "2,3") throw new Error("the newest value is wanted");
 * ```
 *
 * @module
 */

import { MemoryFullError } from "../errors.ts";
import { exchange, type Layout, load, notify, read, type Steps, store, wait, write } from "../memory/mod.ts";

const FRESH = 4;
const INDEX = 3;
const SLOTS = 3;
const FIRST_BACK = 1;
const FIRST_FRONT = 2;

/** Where a mailbox lies in its memory: plain data, the same on both sides. */
export interface LatestValuePlace {
  /** The name. */
  readonly name: string;
  /** The middle word. */
  readonly middle: number;
  /** The word with the length of slot 0; the other two follow. */
  readonly lengths: number;
  /** The first byte of slot 0; the other two follow. */
  readonly slots: number;
  /** How many bytes a value may have. */
  readonly capacity: number;
}

/** Where to take a value, and until when to wait. */
export interface TakeOptions {
  /** Where to put the value; by default a fresh array. */
  readonly into?: Uint8Array;
  /** When to give up, in absolute milliseconds; never by default. */
  readonly deadline?: number;
}

/** One side of a latest-value mailbox: a writer puts, a reader takes. */
export class LatestValue {
  /** Where the mailbox lies. */
  readonly place: LatestValuePlace;
  // {#back of the writer, index in the middle word, #front of the reader} = {0, 1, 2}
  #back = FIRST_BACK;
  #front = FIRST_FRONT;

  /** Attaches a side; make one for each side and memory. */
  constructor(place: LatestValuePlace) {
    this.place = place;
  }

  /** Reserves room for a mailbox whose values have at most `capacity` bytes. */
  static reserve(layout: Layout, name: string, { capacity }: { readonly capacity: number }): LatestValuePlace {
    const middle = layout.word(`${name}.middle`);
    const lengths = layout.words(`${name}.lengths`, SLOTS);
    const { offset } = layout.bytes(`${name}.slots`, SLOTS * capacity);
    return { name, middle, lengths, slots: offset, capacity };
  }

  /** Puts a value, and gives whether it replaced one that the reader had not taken. */
  *put(bytes: Uint8Array): Steps<boolean> {
    const { name, middle, lengths, slots, capacity } = this.place;
    if (bytes.length > capacity) {
      throw new MemoryFullError(
        `Cannot put into ${name}: the value has ${bytes.length} bytes, at most its capacity of ${capacity} is wanted`,
      );
    }
    yield* write(slots + this.#back * capacity, bytes);
    yield* store(lengths + this.#back, bytes.length, { order: "plain" });
    // The writing of this slot happens before the take that gets its index; the reading of the slot that comes back
    // happened before.
    const before = yield* exchange(middle, this.#back | FRESH);
    this.#back = before & INDEX;
    // Only the reader, in `take`, sleeps on this word.
    yield* notify(middle, 1);
    return (before & FRESH) !== 0;
  }

  /** Takes the newest value that it has not taken yet; undefined if there is none. */
  *tryTake(options: { readonly into?: Uint8Array } = {}): Steps<Uint8Array | undefined> {
    const before = yield* load(this.place.middle);
    return (before & FRESH) === 0 ? undefined : yield* this.#swap(options.into);
  }

  /** Takes the newest value that it has not taken yet, waiting for one; undefined if the deadline comes first. */
  *take({ into, deadline }: TakeOptions = {}): Steps<Uint8Array | undefined> {
    const { middle } = this.place;
    for (;;) {
      const before = yield* load(middle);
      if ((before & FRESH) !== 0) return yield* this.#swap(into);
      const result = yield* wait(middle, before, deadline === undefined ? undefined : { deadline });
      if (result === "timed-out") return yield* this.tryTake(into === undefined ? undefined : { into });
    }
  }

  /** Makes the middle slot, which is fresh, the front slot, and reads it. */
  *#swap(into: Uint8Array | undefined): Steps<Uint8Array> {
    const { middle, lengths, slots, capacity } = this.place;
    // The reading of the old front slot happens before the put that gets its index; the writing of the slot that comes
    // happened before.
    const before = yield* exchange(middle, this.#front);
    this.#front = before & INDEX;
    const length = yield* load(lengths + this.#front, { order: "plain" });
    return yield* read(slots + this.#front * capacity, length, { into });
  }
}
