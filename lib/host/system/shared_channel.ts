/**
 * Messages of any size through two latest-value mailboxes of fixed size, one for each direction.
 *
 * - A message that fits a slot is one put and one take. A larger one streams in chunks: each chunk but the last asks for
 *   a `next`, so both sides must be listening. Where only the newest message counts they may not be, so messages must
 *   fit there, in both directions.
 * - The near side never blocks in `post` and `pull`; `pull` moves the stream on by what has arrived.
 * - The guest's arrival at the join comes after its put, so who is woken finds the message. The near side looks only
 *   after an arrival, and resets the member before it takes: so it never resets a member that a join awaits, and the
 *   arrival of the next message is never lost.
 *
 * @example
 * ```ts
 * import { Layout, ModelMemory } from "../../memory/mod.ts";
 * import { FarChannel, NearChannel, reserveChannels } from "./shared_channel.ts";
 *
 * const layout = new Layout();
 * const place = reserveChannels(layout, [{ name: "busy", capacity: 64 }]);
 * const memory = new ModelMemory(layout);
 * const near = new NearChannel(memory, place, { member: 0, streams: true });
 * const far = new FarChannel(memory, place, { member: 0, streams: true });
 * near.post(Uint8Array.of(1, 2));
 * far.send(far.receive());
 * if (near.pull()?.join() !== "1,2") throw new Error("there and back");
 * ```
 *
 * @module
 */

import { MemoryFullError } from "../../errors.ts";
import { Join, type JoinPlace, LatestValue, type LatestValuePlace } from "../../mailbox/mod.ts";
import type { Layout, Memory } from "../../memory/mod.ts";
import { runBlocking } from "../../memory/mod.ts";

/** Where the channels of one run lie in its memory: plain data. */
export interface ChannelsPlace {
  /** What the near side waits on for all of them. */
  readonly join: JoinPlace;
  /** The two mailboxes of each guest. */
  readonly mailboxes: readonly { readonly requests: LatestValuePlace; readonly replies: LatestValuePlace }[];
}

/** The first byte of what a slot holds. */
const LAST = 0;
const MORE = 1;
const NEXT = 2;

/** Reserves room for the channels of a run; `capacity` is the bytes of a message that goes in one piece. */
export function reserveChannels(
  layout: Layout,
  guests: readonly { readonly name: string; readonly capacity: number }[],
): ChannelsPlace {
  return {
    join: Join.reserve(layout, "join", { members: guests.length }),
    mailboxes: guests.map(({ name, capacity }) => ({
      requests: LatestValue.reserve(layout, `${name}.requests`, { capacity: capacity + 1 }),
      replies: LatestValue.reserve(layout, `${name}.replies`, { capacity: capacity + 1 }),
    })),
  };
}

/** The host's end. */
export class NearChannel {
  /** The guest's place in the join. */
  readonly member: number;
  readonly #memory: Memory;
  readonly #join: Join;
  readonly #out: Sender;
  readonly #in: LatestValue;
  readonly #streams: boolean;
  readonly #parts: Uint8Array[] = [];
  readonly #buffer: { readonly into?: Uint8Array };

  /** Attaches to a run's memory; `streams` says whether messages may be larger than a slot. */
  constructor(memory: Memory, place: ChannelsPlace, options: { member: number; streams: boolean }) {
    const { requests, replies } = mailboxes(place, options.member);
    this.member = options.member;
    this.#memory = memory;
    this.#join = new Join(place.join);
    this.#out = new Sender(memory, requests);
    this.#in = new LatestValue(replies);
    this.#buffer = bufferFor(replies);
    this.#streams = options.streams;
  }

  /** Hands over a message, or its first chunk. */
  post(bytes: Uint8Array): void {
    if (!this.#streams && bytes.length > this.#out.room) throw tooLarge(bytes, this.#out.room);
    this.#out.start(bytes);
  }

  /** The message that has arrived, if it is whole; else moves the stream on. It is valid until the next `pull`. */
  pull(): Uint8Array | undefined {
    if (!runBlocking(this.#memory, this.#join.arrived(this.member))) return undefined;
    runBlocking(this.#memory, this.#join.reset(this.member));
    const slot = runBlocking(this.#memory, this.#in.tryTake(this.#buffer));
    if (slot === undefined) return undefined;
    if (slot[0] === NEXT) {
      this.#out.next();
      return undefined;
    }
    if (slot[0] === MORE) {
      this.#parts.push(slot.slice(1));
      this.#out.put(NEXT, EMPTY);
      return undefined;
    }
    if (this.#parts.length === 0) return slot.subarray(1);
    return joined(this.#parts.splice(0), slot.subarray(1));
  }
}

/** The guest's end; it blocks. */
export class FarChannel {
  readonly #memory: Memory;
  readonly #join: Join;
  readonly #member: number;
  readonly #out: Sender;
  readonly #in: LatestValue;
  readonly #buffer: { readonly into?: Uint8Array };
  readonly #streams: boolean;

  /** Attaches to a run's memory as a guest; `streams` as on the near side. */
  constructor(memory: Memory, place: ChannelsPlace, options: { member: number; streams: boolean }) {
    const { requests, replies } = mailboxes(place, options.member);
    this.#memory = memory;
    this.#join = new Join(place.join);
    this.#member = options.member;
    this.#out = new Sender(memory, replies);
    this.#in = new LatestValue(requests);
    this.#buffer = bufferFor(requests);
    this.#streams = options.streams;
  }

  /** Whether a message can be sent. */
  fits(bytes: Uint8Array): boolean {
    return this.#streams || bytes.length <= this.#out.room;
  }

  /** The error about a message that cannot. */
  tooLarge(bytes: Uint8Array): MemoryFullError {
    return tooLarge(bytes, this.#out.room);
  }

  /** Waits for a message, valid until the next one; throws `StoppedError` when the guest is to stop. */
  receive(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (;;) {
      const slot = this.#take();
      if (slot[0] === LAST) return parts.length === 0 ? slot.subarray(1) : joined(parts, slot.subarray(1));
      parts.push(slot.slice(1));
      this.#out.put(NEXT, EMPTY);
      this.#arrive();
    }
  }

  /** Hands over a message, waiting between its chunks. */
  send(bytes: Uint8Array): void {
    let more = this.#out.start(bytes);
    this.#arrive();
    while (more) {
      this.#take();
      more = this.#out.next();
      this.#arrive();
    }
  }

  #take(): Uint8Array {
    const slot = runBlocking(this.#memory, this.#in.take(this.#buffer));
    if (slot === undefined) throw new TypeError("Cannot take a message: a wait without a deadline ended without one");
    return slot;
  }

  #arrive(): void {
    runBlocking(this.#memory, this.#join.arrive(this.#member));
  }
}

/** Cuts messages into slots. */
class Sender {
  /** Bytes of a message that go into one slot. */
  readonly room: number;
  readonly #memory: Memory;
  readonly #mailbox: LatestValue;
  #slot: Uint8Array = EMPTY;
  #rest: Uint8Array = EMPTY;

  constructor(memory: Memory, place: LatestValuePlace) {
    this.#memory = memory;
    this.#mailbox = new LatestValue(place);
    this.room = place.capacity - 1;
  }

  /** Puts the first chunk, and says whether there are more. */
  start(bytes: Uint8Array): boolean {
    // What stays for later chunks must not change when the caller writes its buffer again.
    this.#rest = bytes.length > this.room ? bytes.slice() : bytes;
    return this.next();
  }

  /** Puts the next chunk, and says whether there are more. */
  next(): boolean {
    if (this.#rest.length <= this.room) {
      this.put(LAST, this.#rest);
      return false;
    }
    this.put(MORE, this.#rest.subarray(0, this.room));
    this.#rest = this.#rest.subarray(this.room);
    return true;
  }

  put(flag: number, chunk: Uint8Array): void {
    const length = chunk.length + 1;
    // Most messages of a sender are of one size.
    const slot = length === this.#slot.length ? this.#slot : new Uint8Array(length);
    slot[0] = flag;
    slot.set(chunk, 1);
    if (length <= SCRATCH) this.#slot = slot;
    runBlocking(this.#memory, this.#mailbox.put(slot));
  }
}

const EMPTY = new Uint8Array(0);
/** The largest slot, in bytes, for which a side keeps a buffer of its own. */
const SCRATCH = 65536;

/** Where a reader takes slots to: a buffer of its own where they are small. */
function bufferFor({ capacity }: LatestValuePlace): { readonly into?: Uint8Array } {
  return capacity <= SCRATCH ? { into: new Uint8Array(capacity) } : {};
}

function tooLarge({ length }: Uint8Array, room: number): MemoryFullError {
  return new MemoryFullError(
    `Cannot send a message where only the newest counts: it has ${length} bytes, ` +
      `at most ${room} are wanted (option capacity)`,
  );
}

function mailboxes(place: ChannelsPlace, member: number): ChannelsPlace["mailboxes"][number] {
  const found = place.mailboxes[member];
  if (found === undefined) throw new RangeError(`Cannot attach to channel ${member}: there is none`);
  return found;
}

function joined(parts: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, last.length));
  let at = 0;
  for (const part of [...parts, last]) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
