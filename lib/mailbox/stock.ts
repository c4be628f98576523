/**
 * A stock of items: what queues and channels are made of. Some put items in, others take them out.
 *
 * - All state is one record of numbers, read and written inside the monitor of one wait queue.
 * - `total` items can be taken in the end: `total - staged` are accepted, and `staged` lie behind them, brought along by
 *   those who wait to put them. Taking an item accepts the first staged one. With a capacity of 0 nothing is accepted but
 *   what is taken in the same instant: the rendezvous.
 * - Invariants outside the monitor: accepted items <= capacity, but for those of takers that gave them back; nobody waits
 *   to take beside an item; nobody's item is staged while there is capacity.
 * - A waiting taker is granted an item, which is then claimed: it stays where it is until its taker has read it, and goes
 *   back to its place if that taker dies or is interrupted. A staged item is granted or withdrawn, never both.
 * - Where a bounded stock has no bytes left, those who put wait too ("starved"): they are woken to try again.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { type Shareable, Space } from "../sync/mod.ts";
 * import { reserveStock, Stock } from "./stock.ts";
 *
 * const things: Shareable<Stock> = {
 *   kind: "things",
 *   reserve(space, name) {
 *     const place = reserveStock(space, name, { capacity: 1, bytes: 64, order: "fifo" });
 *     return (binding) => new Stock(binding, place);
 *   },
 * };
 * const space = new Space({ things }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * const { things: stock } = space.bind(memory, { task: 0 });
 * const now = { deadline: 0, now: true };
 * const first = runBlocking(memory, stock.put(Uint8Array.of(7), now));
 * const second = runBlocking(memory, stock.put(Uint8Array.of(8), now));
 * if (first !== "put" || second !== "late") throw new Error("room for one");
 * ```
 *
 * @module
 */

import { MemoryFullError, NotRecoverableError } from "../errors.ts";
import { type ByteRange, load, read, type Steps, store, write } from "../memory/mod.ts";
import { type Bind, type Binding, type CancelToken, NOBODY, type Reservation } from "../sync/mod.ts";
import { type Decisions, decisions, type Line, reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "../sync/mod.ts";
import { BlockHeap } from "./block_heap.ts";
import { ByteRing } from "./byte_ring.ts";
import type { ItemStore } from "./item_store.ts";
import { bodyAt, joined, recordSize } from "./records.ts";
import { ACCEPTED, CLOSED, FETCH, isSelecting, isStarving, JOIN, RETRY, sizeOf, stagedOf } from "./requests.ts";
import { staging, starving, TAKE, taking } from "./requests.ts";
import { StockState } from "./stock_state.ts";

/** In which order items are taken: first in first out, last in first out, the least priority first. */
export type StockOrder = "fifo" | "lifo" | "priority";

/** Where a stock lies. */
export interface StockPlace {
  /** The name of what it belongs to. */
  readonly name: string;
  /** How many items it accepts; `Infinity` for as many as fit. */
  readonly capacity: number;
  /** The order. */
  readonly order: StockOrder;
  /** The first byte of its state. */
  readonly state: number;
  /** The bytes of its items. */
  readonly items: ByteRange;
  /** Per lane: the handle of the item that is claimed for it, or 0. */
  readonly claims: number;
  /** Those who wait. */
  readonly queue: WaitQueuePlace;
  /** Who waits in several stocks at once. */
  readonly decisions: Bind<Decisions>;
}

/** When a call gives up. */
export interface StockOptions {
  /** In milliseconds; `Infinity` for never. */
  readonly deadline: number;
  /** Whether it gives up at once; by default it waits. */
  readonly now?: boolean | undefined;
  /** What cancels it. */
  readonly cancel?: CancelToken | undefined;
  /** The item's priority; 0 by default. */
  readonly priority?: number | undefined;
}

/** `late`: the time was over; `closed`: nobody can put, or nothing is left to take. */
export type StockFailure = "late" | "closed";

/** What can be told about a stock. */
export interface StockStatistics {
  /** Accepted items that nobody has taken. */
  readonly size: number;
  /** How many wait to put. */
  readonly puts: number;
  /** How many wait to take. */
  readonly takers: number;
  /** How many wait to look. */
  readonly fetchers: number;
  /** Accepted items that nobody has said to be done with. */
  readonly unfinished: number;
  /** Whether it is closed. */
  readonly closed: boolean;
}

/** Reserves the words and bytes of a stock. */
export function reserveStock(
  space: Reservation,
  name: string,
  { capacity, bytes, order }: { readonly capacity: number; readonly bytes: number; readonly order: StockOrder },
): StockPlace {
  return {
    name,
    capacity,
    order,
    state: space.bytes(`${name}.state`, StockState.BYTES).offset,
    items: space.bytes(`${name}.items`, bytes),
    claims: space.words(`${name}.claims`, space.lanes),
    queue: reserveWaitQueue(space, name),
    decisions: space.part("select", decisions),
  };
}

/** See the module. */
export class Stock {
  /** Where it lies. */
  readonly place: StockPlace;
  /** Those who wait. */
  readonly queue: WaitQueue;
  readonly #binding: Binding;
  readonly #items: ItemStore;
  readonly #state: StockState;
  readonly #decisions: Decisions;

  /** A task's view. */
  constructor(binding: Binding, place: StockPlace) {
    this.place = place;
    this.#binding = binding;
    this.#items = place.order === "fifo"
      ? new ByteRing(place.items)
      : new BlockHeap(place.items, { order: place.order });
    this.#state = new StockState(this.#items);
    this.#decisions = place.decisions(binding);
    this.queue = new WaitQueue(binding, place.queue, {
      settle: () => this.#changed(() => this.#settle()),
      undo: (answer, lane) => this.#changed(() => this.#undo(answer, lane)),
      withdraw: (request) => this.#changed(() => this.withdraw(request)),
    });
  }

  /**
   * Throws where an item of that length never fits.
   *
   * @throws {MemoryFullError}
   */
  checkLength(length: number): void {
    if (length <= this.#items.most) return;
    const { name, items } = this.place;
    throw new MemoryFullError(
      `Cannot put into ${name}: an item of ${length} bytes, at most ${this.#items.most} are wanted, or more than ` +
        `${items.length} as its option bytes`,
    );
  }

  /** Puts an item in. */
  *put(body: Uint8Array, options: StockOptions): Steps<"put" | StockFailure> {
    const line: Line = { ticket: 0 };
    yield* this.enter();
    for (let waited = false;; waited = true) {
      if (this.#state.closed) return yield* this.#leaveWith("closed");
      const fits = this.#items.fits(body.length) && (waited || this.#state.starved === 0);
      if (fits && (yield* this.tryPut(body, options))) {
        yield* this.leave();
        return "put";
      }
      if (!fits && this.place.capacity === Infinity) yield* this.#refuse(recordSize(body.length));
      if (options.now) return yield* this.#leaveWith("late");
      const request = yield* this.stage(body, { fits, selecting: false, priority: options.priority });
      yield* this.#save();
      const { deadline, cancel } = options;
      // Those who put stay in line where they have to try again.
      const answer = yield* this.queue.park(request, { deadline, cancel, keep: fits, line: fits ? undefined : line });
      if (answer === 0) return "late";
      if (answer !== RETRY) return answer === ACCEPTED ? "put" : "closed";
      yield* this.#reenter(() => this.#nothing());
    }
  }

  /** Puts records in, in order, and gives how many it put before the time was over or it was closed. */
  *putRecords(records: Uint8Array, options: StockOptions): Steps<{ put: number; failure?: StockFailure }> {
    let put = 0;
    for (let at = 0; at < records.length;) {
      yield* this.enter();
      const state = this.#state;
      if (state.closed) return yield* this.#leaveWith({ put, failure: "closed" });
      const slots = state.staged + state.starved > 0 ? 0 : this.place.capacity - state.size;
      const { count, end } = this.#items.fitting(records, { from: at, count: slots });
      // Where nobody waits for room it is all or nothing.
      if (end < records.length && this.place.capacity === Infinity) yield* this.#refuse(records.length);
      if (count > 0) {
        yield* this.#items.addRecords(records.subarray(at, end), options.priority ?? 0);
        state.total += count;
        state.unfinished += count;
        if (state.takers + state.fetchers > 0) yield* this.#settle();
        put += count;
        at = end;
      }
      yield* this.leave();
      if (at === records.length) break;
      const next = bodyAt(records, at);
      const done = yield* this.put(next, options);
      if (done !== "put") return { put, failure: done };
      put++;
      at += recordSize(next.length);
    }
    return { put };
  }

  /** Takes at least one item and at most `count`, and gives their records: valid until the next call. */
  *take(count: number, { deadline, now, cancel }: StockOptions): Steps<Uint8Array | StockFailure> {
    yield* this.enter();
    const records = yield* this.tryTake(count);
    if (records !== undefined) {
      yield* this.leave();
      return records;
    }
    if (this.#state.closed) return yield* this.#leaveWith("closed");
    if (now) return yield* this.#leaveWith("late");
    const lane = this.#binding.takeLane();
    try {
      this.#state.takers++;
      yield* this.#save();
      const answer = yield* this.queue.park(TAKE, { deadline, cancel, lane });
      if (answer === 0) return "late";
      if (answer === CLOSED) return "closed";
      return yield* this.finishTake(lane, count);
    } finally {
      this.#binding.freeLane(lane);
    }
  }

  /** Outside: reads what is claimed for a lane, and takes up to `count` items in all. */
  *finishTake(lane: number, count: number): Steps<Uint8Array> {
    yield* this.#reenter(() => this.#giveBack(lane));
    const word = this.place.claims + lane;
    const handle = yield* load(word);
    const record = yield* this.#items.record(handle);
    yield* this.#items.drop(handle);
    yield* store(word, 0);
    const more = count > 1 ? yield* this.#takeAccepted(count - 1) : undefined;
    const records = more === undefined ? record : joined([record, more]);
    if (this.#state.starved > 0) yield* this.#settle();
    yield* this.leave();
    return records;
  }

  /** The record of the first item, which stays. */
  *fetch({ deadline, now, cancel }: StockOptions): Steps<Uint8Array | StockFailure> {
    const line: Line = { ticket: 0 };
    yield* this.enter();
    for (;;) {
      const handle = yield* this.#firstInLine();
      if (handle !== 0) {
        const record = yield* this.#items.record(handle);
        yield* this.leave();
        return record;
      }
      if (this.#state.closed) return yield* this.#leaveWith("closed");
      if (now) return yield* this.#leaveWith("late");
      this.#state.fetchers++;
      yield* this.#save();
      const answer = yield* this.queue.park(FETCH, { deadline, cancel, line });
      if (answer === 0) return "late";
      if (answer === CLOSED) return "closed";
      yield* this.#reenter(() => this.#nothing());
    }
  }

  /** Says that an item is done with; false where none is undone. */
  *done(): Steps<boolean> {
    yield* this.enter();
    const undone = this.#state.unfinished > 0;
    if (undone) {
      this.#state.unfinished--;
      if (this.#state.unfinished === 0) yield* this.#settle();
    }
    yield* this.leave();
    return undone;
  }

  /** Waits until all items are done with; false where the time was over. */
  *join({ deadline, now, cancel }: StockOptions): Steps<boolean> {
    yield* this.enter();
    if (this.#state.unfinished === 0 || now) return yield* this.#leaveWith(this.#state.unfinished === 0);
    yield* this.#save();
    return (yield* this.queue.park(JOIN, { deadline, cancel })) !== 0;
  }

  /** Closes it, for good; with `drop` what is in it is dropped. What `first` does is done if it was open. */
  *close({ drop = false, first }: { readonly drop?: boolean; readonly first?: Steps<void> } = {}): Steps<void> {
    yield* this.enter();
    if (!this.#state.closed && first !== undefined) yield* first;
    this.#state.closed = true;
    // Those who wait to put fail, and take back what they have staged.
    yield* this.#settle();
    while (drop && this.#state.size > 0) {
      const handle = yield* this.#items.first();
      yield* this.#items.claim(handle);
      yield* this.#items.drop(handle);
      this.#state.total--;
      if (this.#state.unfinished > 0) this.#state.unfinished--;
    }
    if (drop) yield* this.#settle();
    yield* this.leave();
  }

  /** Whether it is closed. */
  *isClosed(): Steps<boolean> {
    yield* this.enter();
    return yield* this.#leaveWith(this.#state.closed);
  }

  /** Whether a take would give an item at once. */
  *isReady(): Steps<boolean> {
    yield* this.enter();
    return yield* this.#leaveWith((yield* this.#firstInLine()) !== 0);
  }

  /** What can be told about it. */
  *statistics(): Steps<StockStatistics> {
    yield* this.enter();
    return yield* this.#leaveWith(told(this.#state));
  }

  /** The same, of a run that has ended: without the monitor, which the dead may have left torn. */
  *look(): Steps<StockStatistics> {
    // Of its own: the task may be inside.
    const state = new StockState();
    yield* read(this.place.state, StockState.BYTES, { into: state.bytes });
    state.parse();
    return told(state);
  }

  /** See `SharedThing`: gives back what was claimed for the dead. False where it died in the middle of a change. */
  died(task: number): Steps<boolean> {
    return this.queue.bury(task, () => this.#changed(() => this.#giveBackOf(task)));
  }

  /** Goes inside. */
  *enter(): Steps<void> {
    yield* this.queue.enter();
    yield* this.#load();
  }

  /** Goes outside. */
  *leave(): Steps<void> {
    yield* this.#save();
    yield* this.queue.leave();
  }

  /** Inside: puts an item in if it is accepted at once. */
  *tryPut(body: Uint8Array, { priority = 0 }: { readonly priority?: number | undefined }): Steps<boolean> {
    const state = this.#state;
    if (state.closed || !this.#items.fits(body.length)) return false;
    if (state.staged > 0 || state.size >= this.place.capacity) {
      // Without capacity an item needs a taker, who must be won first.
      const taker = this.place.capacity === 0 && state.takers > 0 ? yield* this.#winTaker() : NOBODY;
      if (taker === NOBODY) return false;
      yield* this.#add(body, priority);
      yield* this.#give(taker);
      return true;
    }
    yield* this.#add(body, priority);
    if (state.takers + state.fetchers > 0) yield* this.#settle();
    return true;
  }

  /** Inside: takes up to `count` items, if there is one. */
  *tryTake(count: number): Steps<Uint8Array | undefined> {
    const records = yield* this.#takeAccepted(count);
    if (records !== undefined && this.#state.starved > 0) yield* this.#settle();
    return records;
  }

  /** Inside: whether it is closed. */
  get closed(): boolean {
    return this.#state.closed;
  }

  /** Inside: whether a take could be served. */
  get takeable(): boolean {
    return this.#state.total > 0 || this.#state.closed;
  }

  /** Inside: whether an item of a length could be put. */
  puttable(length: number): boolean {
    const { closed, starved, staged, size, takers } = this.#state;
    if (closed) return true;
    if (starved > 0 || !this.#items.fits(length)) return false;
    return (staged === 0 && size < this.place.capacity) || (this.place.capacity === 0 && takers > 0);
  }

  /** Inside: stages an item, or without room notes that somebody wants it, and gives the request to wait with. */
  *stage(
    body: Uint8Array,
    { fits, selecting, priority = 0 }: { fits: boolean; selecting: boolean; priority?: number | undefined },
  ): Steps<number> {
    const state = this.#state;
    if (!fits) {
      state.starved++;
      return starving(body.length, selecting);
    }
    const handle = yield* this.#items.add(body, priority);
    state.total++;
    state.staged++;
    if (state.fetchers > 0) yield* this.#settle();
    return staging(handle, selecting);
  }

  /** Inside: whether an item fits, and nobody waits for room. */
  roomFor(length: number): boolean {
    return this.#state.starved === 0 && this.#items.fits(length);
  }

  /** Inside: notes that a taker waits, and gives the request to wait with. */
  noteTaker(selecting: boolean): number {
    this.#state.takers++;
    return taking(selecting);
  }

  /** Inside: takes back what a waiter noted that leaves without a grant. */
  *withdraw(request: number): Steps<void> {
    const state = this.#state;
    const handle = stagedOf(request);
    if (handle !== 0) {
      state.total--;
      state.staged--;
      yield* this.#items.drop(handle);
    } else if (isStarving(request)) state.starved--;
    else if (request === FETCH) state.fetchers--;
    else if (request !== JOIN) state.takers--;
  }

  *#nothing(): Steps<void> {}

  *#load(): Steps<void> {
    yield* read(this.place.state, StockState.BYTES, { into: this.#state.bytes });
    this.#state.parse();
  }

  *#save(): Steps<void> {
    yield* write(this.place.state, this.#state.format());
  }

  *#changed(change: () => Steps<void>): Steps<void> {
    yield* this.#load();
    yield* change();
    yield* this.#save();
  }

  *#leaveWith<T>(value: T): Steps<T> {
    yield* this.leave();
    return value;
  }

  *#refuse(size: number): Steps<never> {
    yield* this.leave();
    const { name, items } = this.place;
    throw new MemoryFullError(
      `Cannot put into ${name}: ${size} bytes do not fit into what is left of its ${items.length}, takers are wanted, or ` +
        `more bytes as its option bytes`,
    );
  }

  /** Goes inside after a grant; one who is interrupted at the door takes the grant back first. */
  *#reenter(undo: () => Steps<void>): Steps<void> {
    try {
      yield* this.enter();
    } catch (error) {
      if (error instanceof NotRecoverableError) throw error;
      yield* this.enter();
      yield* undo();
      yield* this.#settle();
      yield* this.leave();
      throw error;
    }
  }

  /** Inside: adds an accepted item. */
  *#add(body: Uint8Array, priority: number): Steps<void> {
    const handle = yield* this.#items.add(body, priority);
    yield* this.#items.admit(handle);
    this.#state.total++;
    this.#state.unfinished++;
  }

  /** Inside: takes items, accepting staged ones as long as there is capacity. */
  *#takeAccepted(count: number): Steps<Uint8Array | undefined> {
    const state = this.#state;
    let records: Uint8Array | undefined;
    for (let left = count; left > 0;) {
      if (state.size === 0 && !(state.staged > 0 && (yield* this.#accept()))) break;
      const taken = Math.min(left, state.size);
      const part = yield* this.#items.take(taken);
      state.total -= taken;
      left -= taken;
      while (state.staged > 0 && state.size < this.place.capacity && (yield* this.#accept()));
      if (left === 0 || state.total === 0) return records === undefined ? part : joined([records, part]);
      records = records === undefined ? part.slice() : joined([records, part]);
    }
    return records;
  }

  /** Inside: accepts the first staged item whose owner still wants it accepted; false where there is none. */
  *#accept(): Steps<boolean> {
    for (;;) {
      const [waiter, request] = yield* this.#find((request) => stagedOf(request) !== 0);
      if (waiter === NOBODY) return false;
      if (!(yield* this.#wins(waiter, request))) continue;
      this.#state.staged--;
      this.#state.unfinished++;
      yield* this.#items.admit(stagedOf(request));
      yield* this.queue.grant(waiter, ACCEPTED);
      return true;
    }
  }

  /** Inside: the first waiter with such a request, and the request. */
  *#find(wanted: (request: number) => boolean): Steps<[waiter: number, request: number]> {
    for (let waiter = yield* this.queue.first(); waiter !== NOBODY; waiter = yield* this.queue.firstAfter(waiter)) {
      const request = yield* this.queue.request(waiter);
      if (wanted(request)) return [waiter, request];
    }
    return [NOBODY, 0];
  }

  /** Inside: whether a waiter is this stock's to grant; one who has been granted elsewhere is dismissed. */
  *#wins(waiter: number, request: number): Steps<boolean> {
    if (!isSelecting(request) || (yield* this.#decisions.decide(waiter))) return true;
    yield* this.queue.dismiss(waiter);
    yield* this.withdraw(request);
    return false;
  }

  /** Inside: the first waiting taker, won, or `NOBODY`. */
  *#winTaker(): Steps<number> {
    for (;;) {
      const [waiter, request] = yield* this.#find((request) => request === TAKE || request === taking(true));
      if (waiter === NOBODY || (yield* this.#wins(waiter, request))) return waiter;
    }
  }

  /** Inside: gives the first accepted item to a taker. */
  *#give(taker: number): Steps<void> {
    const state = this.#state;
    const handle = yield* this.#items.first();
    yield* this.#items.claim(handle);
    state.total--;
    state.takers--;
    yield* store(this.place.claims + taker, handle);
    yield* this.queue.grant(taker, handle);
    while (state.staged > 0 && state.size < this.place.capacity && (yield* this.#accept()));
  }

  /** Inside: gives back what is claimed for a lane. */
  *#giveBack(lane: number): Steps<void> {
    const word = this.place.claims + lane;
    const handle = yield* load(word);
    if (handle === 0) return;
    yield* this.#items.restore(handle);
    yield* store(word, 0);
    this.#state.total++;
  }

  *#giveBackOf(task: number): Steps<void> {
    for (let lane = 0; lane < this.place.queue.lanes; lane++) {
      if (this.#binding.taskOf(lane) === task) yield* this.#giveBack(lane);
    }
  }

  *#undo(answer: number, lane: number): Steps<void> {
    if (answer > 0) yield* this.#giveBack(lane);
  }

  /** Inside: the first item that a fetch may see, or 0. */
  *#firstInLine(): Steps<number> {
    const { total, size } = this.#state;
    if (size > 0) return yield* this.#items.first();
    if (total === 0) return 0;
    // Without capacity the items are those of waiting tasks, some of which may have been granted elsewhere.
    for (;;) {
      const [waiter, request] = yield* this.#find((request) => stagedOf(request) !== 0);
      if (waiter === NOBODY) return 0;
      if (!isSelecting(request) || !(yield* this.#decisions.decided(waiter))) return stagedOf(request);
      yield* this.queue.dismiss(waiter);
      yield* this.withdraw(request);
    }
  }

  /** Inside: grants all who can be served. */
  *#settle(): Steps<void> {
    const state = this.#state;
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
      if (state.starved > 0) yield* this.#grantEach(RETRY, isStarving, (request) => this.#items.fits(sizeOf(request)));
    }
    if (state.unfinished === 0) yield* this.#grantEach(ACCEPTED, (request) => request === JOIN);
  }

  /** Inside: grants waiters with such requests, in line, as long as they can be served. */
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

function told({ size, staged, starved, takers, fetchers, unfinished, closed }: StockState): StockStatistics {
  return { size, puts: staged + starved, takers, fetchers, unfinished, closed };
}
