/**
 * The part of a buffer inside its monitor: who is served, in which order, and what is given back.
 *
 * - All state is one record of numbers, read on entering the monitor and written on leaving it.
 * - Invariants outside the monitor: accepted items <= capacity, except for items that takers gave back; no task waits
 *   to take while an item is accepted; no item stays staged while there is capacity.
 */

import { MemoryFullError } from "../errors.ts";
import { type ByteRange, load, read, type Steps, store, write } from "../memory/mod.ts";
import { type Bind, type Binding, NOBODY, type Reservation } from "../sync/mod.ts";
import { type Decisions, decisions, reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "../sync/mod.ts";
import { BlockHeap } from "./block_heap.ts";
import { ByteRing } from "./byte_ring.ts";
import type { ItemStore } from "./item_store.ts";
import { checkEncoded, joined, longestOf } from "./records.ts";
import { ACCEPTED, CLOSED, FETCH, isSelecting, isStarving, JOIN, RETRY, sizeOf, stagedOf } from "./requests.ts";
import { staging, starving, TAKE, taking } from "./requests.ts";
import { ItemBufferState } from "./item_buffer_state.ts";

/** The order in which items are taken: first in first out, last in first out, or lowest priority first. */
export type QueueOrder = "fifo" | "lifo" | "priority";

/** The words and bytes of a buffer. */
export interface ItemBufferPlace {
  /** The name of the queue or channel that it belongs to. */
  readonly name: string;
  /** The most items it accepts; `Infinity` for as many as fit. */
  readonly capacity: number;
  readonly order: QueueOrder;
  /** The first byte of its state. */
  readonly state: number;
  /** The bytes of its items. */
  readonly items: ByteRange;
  /** For each lane: the handle of the item claimed for it, or 0. */
  readonly claims: number;
  readonly queue: WaitQueuePlace;
  /** Decides waits in several buffers at once. */
  readonly decisions: Bind<Decisions>;
}

/** Reserves the words and bytes of a buffer. */
export function reserveItemBuffer(
  space: Reservation,
  name: string,
  { capacity, bytes, order }: { readonly capacity: number; readonly bytes: number; readonly order: QueueOrder },
): ItemBufferPlace {
  return {
    name,
    capacity,
    order,
    state: space.bytes(`${name}.state`, ItemBufferState.BYTES).offset,
    items: space.bytes(`${name}.items`, bytes),
    claims: space.words(`${name}.claims`, space.lanes),
    queue: reserveWaitQueue(space, name),
    decisions: space.part("select", decisions),
  };
}

/** The part of a buffer inside its monitor. */
export class ItemBufferMonitor {
  readonly place: ItemBufferPlace;
  readonly queue: WaitQueue;
  readonly binding: Binding;
  readonly items: ItemStore;
  /** The state, valid inside the monitor. */
  readonly state: ItemBufferState;
  /** Decides waits in several buffers at once. */
  readonly decisions: Decisions;

  constructor(binding: Binding, place: ItemBufferPlace) {
    this.place = place;
    this.binding = binding;
    this.items = place.order === "fifo"
      ? new ByteRing(place.items)
      : new BlockHeap(place.items, { order: place.order });
    this.state = new ItemBufferState(this.items);
    this.decisions = place.decisions(binding);
    this.queue = new WaitQueue(binding, place.queue, {
      settle: () => this.changed(() => this.settle()),
      undo: (answer, lane) => this.changed(() => this.#undo(answer, lane)),
      withdraw: (request) => this.changed(() => this.withdraw(request)),
    });
  }

  /**
   * Throws unless `body` is bytes that may fit.
   *
   * @throws {MemoryFullError} if they can never fit.
   */
  checkBody(body: Uint8Array): void {
    checkEncoded(this.place.name, body);
    this.#checkLength(body.length);
  }

  /** The same for the records of a batch. */
  checkRecords(records: Uint8Array): void {
    this.#checkLength(longestOf(this.place.name, records));
  }

  #checkLength(length: number): void {
    if (length <= this.items.most) return;
    const { name, items } = this.place;
    throw new MemoryFullError(
      `Cannot put into ${name}: an item of ${length} bytes, at most ${this.items.most} or an option bytes ` +
        `above ${items.length} is wanted`,
    );
  }

  /** Runs `body` inside the monitor, with the state; see {@linkcode WaitQueue.inside}. */
  inside<T>(body: () => Steps<T>, missed?: () => Steps<void>): Steps<T> {
    return this.queue.inside(() => this.changed(body), missed && (() => this.changed(missed)));
  }

  /** Inside: puts an item if it is accepted at once. */
  *tryPut(body: Uint8Array, { priority = 0 }: { readonly priority?: number | undefined }): Steps<boolean> {
    const state = this.state;
    if (state.closed || !this.items.fits(body.length)) return false;
    if (state.staged > 0 || state.size >= this.place.capacity) {
      // Without capacity an item needs a taker, which must be won first.
      const taker = this.place.capacity === 0 && state.takers > 0 ? yield* this.#winTaker() : NOBODY;
      if (taker === NOBODY) return false;
      yield* this.#add(body, priority);
      yield* this.#give(taker);
      return true;
    }
    yield* this.#add(body, priority);
    if (state.takers + state.fetchers > 0) yield* this.settle();
    return true;
  }

  /** Inside: takes up to `count` items, if there are any. */
  *tryTake(count: number): Steps<Uint8Array | undefined> {
    const records = yield* this.takeAccepted(count);
    if (records !== undefined && this.state.starved > 0) yield* this.settle();
    return records;
  }

  /** Inside: whether it is closed. */
  get closed(): boolean {
    return this.state.closed;
  }

  /** Inside: whether a take could be served. */
  get takeable(): boolean {
    return this.state.total > 0 || this.state.closed;
  }

  /** Inside: whether an item of `length` bytes could be put. */
  puttable(length: number): boolean {
    const { closed, starved, staged, size, takers } = this.state;
    if (closed) return true;
    if (starved > 0 || !this.items.fits(length)) return false;
    return (staged === 0 && size < this.place.capacity) || (this.place.capacity === 0 && takers > 0);
  }

  /**
   * Inside: stages an item, or, if there is no room, records that a task wants room; returns the request to wait with.
   */
  *stage(
    body: Uint8Array,
    { fits, selecting, priority = 0 }: { fits: boolean; selecting: boolean; priority?: number | undefined },
  ): Steps<number> {
    const state = this.state;
    if (!fits) {
      state.starved++;
      return starving(body.length, selecting);
    }
    const handle = yield* this.items.add(body, priority);
    state.total++;
    state.staged++;
    if (state.fetchers > 0) yield* this.settle();
    return staging(handle, selecting);
  }

  /** Inside: whether an item fits and nobody waits for room. */
  roomFor(length: number): boolean {
    return this.state.starved === 0 && this.items.fits(length);
  }

  /** Inside: records a waiting taker; returns the request to wait with. */
  noteTaker(selecting: boolean): number {
    this.state.takers++;
    return taking(selecting);
  }

  /** Inside: undoes what a waiter recorded that leaves without a grant. */
  *withdraw(request: number): Steps<void> {
    const state = this.state;
    const handle = stagedOf(request);
    if (handle !== 0) {
      state.total--;
      state.staged--;
      yield* this.items.drop(handle);
    } else if (isStarving(request)) state.starved--;
    else if (request === FETCH) state.fetchers--;
    else if (request !== JOIN) state.takers--;
  }

  /** Inside: writes the state. */
  *save(): Steps<void> {
    yield* write(this.place.state, this.state.format());
  }

  /** Inside: reads the state, changes or inspects it, and writes it back. */
  *changed<T>(change: () => Steps<T>): Steps<T> {
    yield* read(this.place.state, ItemBufferState.BYTES, { into: this.state.bytes });
    this.state.parse();
    const value = yield* change();
    yield* this.save();
    return value;
  }

  /** Inside: adds an accepted item. */
  *#add(body: Uint8Array, priority: number): Steps<void> {
    const handle = yield* this.items.add(body, priority);
    yield* this.items.admit(handle);
    this.state.total++;
    this.state.unfinished++;
  }

  /** Inside: takes items, accepting staged ones as long as there is capacity. */
  *takeAccepted(count: number): Steps<Uint8Array | undefined> {
    const state = this.state;
    let records: Uint8Array | undefined;
    for (let left = count; left > 0;) {
      if (state.size === 0 && !(state.staged > 0 && (yield* this.#accept()))) break;
      const taken = Math.min(left, state.size);
      const part = yield* this.items.take(taken);
      state.total -= taken;
      left -= taken;
      while (state.staged > 0 && state.size < this.place.capacity && (yield* this.#accept()));
      if (left === 0 || state.total === 0) return records === undefined ? part : joined([records, part]);
      records = records === undefined ? part.slice() : joined([records, part]);
    }
    return records;
  }

  /** Inside: accepts the first staged item whose owner still wants that; false if there is none. */
  *#accept(): Steps<boolean> {
    for (;;) {
      const [waiter, request] = yield* this.#find((request) => stagedOf(request) !== 0);
      if (waiter === NOBODY) return false;
      if (!(yield* this.#wins(waiter, request))) continue;
      this.state.staged--;
      this.state.unfinished++;
      yield* this.items.admit(stagedOf(request));
      yield* this.queue.grant(waiter, ACCEPTED);
      return true;
    }
  }

  /** Inside: the first waiter whose request satisfies `wanted`, and that request. */
  *#find(wanted: (request: number) => boolean): Steps<[waiter: number, request: number]> {
    for (let waiter = NOBODY; (waiter = yield* this.queue.firstAfter(waiter)) !== NOBODY;) {
      const request = yield* this.queue.request(waiter);
      if (wanted(request)) return [waiter, request];
    }
    return [NOBODY, 0];
  }

  /** Inside: whether this buffer may grant a waiter; one that was canceled or granted elsewhere is dismissed. */
  *#wins(waiter: number, request: number): Steps<boolean> {
    const isLost = (yield* this.queue.isCancelled(waiter)) ||
      (isSelecting(request) && !(yield* this.decisions.decide(waiter)));
    if (isLost) yield* this.#dismiss(waiter, request);
    return !isLost;
  }

  /** Inside: takes a waiter that will not be granted off the queue. */
  *#dismiss(waiter: number, request: number): Steps<void> {
    yield* this.queue.dismiss(waiter);
    yield* this.withdraw(request);
  }

  /** Inside: the first waiting taker, won, or `NOBODY`. */
  *#winTaker(): Steps<number> {
    for (;;) {
      const [waiter, request] = yield* this.#find((request) => request === TAKE || request === taking(true));
      if (waiter === NOBODY || (yield* this.#wins(waiter, request))) return waiter;
    }
  }

  /** Inside: claims the first accepted item for a taker. */
  *#give(taker: number): Steps<void> {
    const state = this.state;
    const handle = yield* this.items.first();
    yield* this.items.claim(handle);
    state.total--;
    state.takers--;
    yield* store(this.place.claims + taker, handle);
    yield* this.queue.grant(taker, handle);
    while (state.staged > 0 && state.size < this.place.capacity && (yield* this.#accept()));
  }

  /** Inside: gives back what is claimed for a lane. */
  *giveBack(lane: number): Steps<void> {
    const word = this.place.claims + lane;
    const handle = yield* load(word);
    if (handle === 0) return;
    if (this.state.dropped) {
      yield* this.items.drop(handle);
      if (this.state.unfinished > 0) this.state.unfinished--;
    } else {
      yield* this.items.restore(handle);
      this.state.total++;
    }
    yield* store(word, 0);
  }

  *#undo(answer: number, lane: number): Steps<void> {
    if (answer > 0) yield* this.giveBack(lane);
  }

  /** Inside: the first item that a fetch may see, or 0. */
  *firstInLine(): Steps<number> {
    const { total, size } = this.state;
    if (size > 0) return yield* this.items.first();
    if (total === 0) return 0;
    // Without capacity the items are those of waiting tasks, some of which may have been granted elsewhere.
    for (;;) {
      const [waiter, request] = yield* this.#find((request) => stagedOf(request) !== 0);
      if (waiter === NOBODY) return 0;
      const isLost = (yield* this.queue.isCancelled(waiter)) ||
        (isSelecting(request) && (yield* this.decisions.decided(waiter)));
      if (!isLost) return stagedOf(request);
      yield* this.#dismiss(waiter, request);
    }
  }

  /** Inside: grants every waiter that can be served. */
  *settle(): Steps<void> {
    const state = this.state;
    while (state.takers > 0 && state.size > 0) {
      const taker = yield* this.#winTaker();
      if (taker === NOBODY) break;
      yield* this.#give(taker);
    }
    if (state.closed) {
      yield* this.#grantEach(CLOSED, (request) => request !== JOIN);
    } else {
      if (state.fetchers > 0 && state.total > 0) yield* this.#grantEach(RETRY, (request) => request === FETCH);
      // A small item does not overtake a large one that waits for room.
      if (state.starved > 0) yield* this.#grantEach(RETRY, isStarving, (request) => this.items.fits(sizeOf(request)));
    }
    if (state.unfinished === 0) yield* this.#grantEach(ACCEPTED, (request) => request === JOIN);
  }

  /** Inside: grants the waiters whose requests satisfy `wanted`, in queue order, as long as they can be served. */
  *#grantEach(
    answer: number,
    wanted: (request: number) => boolean,
    servable: (request: number) => boolean = () => true,
  ): Steps<void> {
    for (;;) {
      const [waiter, request] = yield* this.#find(wanted);
      if (waiter === NOBODY || !servable(request)) return;
      if (!(yield* this.#wins(waiter, request))) continue;
      yield* this.withdraw(request);
      yield* this.queue.grant(waiter, answer);
    }
  }
}
