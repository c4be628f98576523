/**
 * A buffer of items, the basis of queues and channels: some tasks put items in, others take them out.
 *
 * - This is the part outside the monitor of its wait queue, which tasks call; the part inside is in
 *   `item_buffer_monitor.ts`.
 * - `total` items can be taken eventually: `total - staged` are accepted, and behind them lie the `staged` ones of the
 *   tasks that wait to put them. Taking an item accepts the first staged one. With a capacity of 0, an item is accepted
 *   only if it is taken in the same instant (rendezvous).
 * - A waiting taker is granted an item, which is then claimed: it stays where it is until its taker has read it, and
 *   returns to its place if that taker dies or is interrupted. A staged item is granted or withdrawn, never both.
 * - If a bounded buffer runs out of bytes, putters wait too ("starved"): they are woken to try again.
 *
 * Longer than most files because putting and taking each have a fast path besides the one through the wait queue.
 */

import { MemoryFullError } from "../errors.ts";
import { load, read, type Steps, store, write } from "../memory/mod.ts";
import { isContended, NO_LANE, type ParkOptions } from "../sync/mod.ts";
import { bodyAt, joined, recordSize } from "./records.ts";
import { ACCEPTED, CLOSED, FETCH, FULL, JOIN, LOOK } from "./requests.ts";
import { ItemBufferMonitor } from "./item_buffer_monitor.ts";
import { ItemBufferState } from "./item_buffer_state.ts";

/** How many times a task that would have to wait checks the state first, on memory that spins: a few microseconds. */
const LOOKS = 60;

/** When a call gives up, and the priority of the item it puts. */
export interface ItemBufferOptions extends Pick<ParkOptions, "deadline" | "now" | "cancel"> {
  /** The item's priority; 0 by default. */
  readonly priority?: number | undefined;
}

/** `late`: timed out; `closed`: nobody can put anymore, or nothing is left to take. */
export type ItemBufferFailure = "late" | "closed";

/** Statistics of a buffer. */
export interface ItemBufferStatistics {
  /** How many accepted items nobody has taken. */
  readonly size: number;
  /** How many tasks are waiting to put. */
  readonly puts: number;
  /** How many tasks are waiting to take. */
  readonly takers: number;
  /** How many tasks are waiting to fetch. */
  readonly fetchers: number;
  /** How many accepted items have not been marked done. */
  readonly unfinished: number;
  readonly closed: boolean;
}

/** A buffer of items, as tasks call it. */
export class ItemBuffer extends ItemBufferMonitor {
  // The state as read from outside the monitor.
  readonly #seen = new ItemBufferState();

  *put(body: Uint8Array, options: ItemBufferOptions): Steps<"put" | ItemBufferFailure> {
    const { state, queue, place } = this;
    let seen = yield* queue.knock();
    if (seen !== 0) yield* queue.enterAfter(seen);
    let added: Steps<void> | undefined;
    try {
      yield* read(place.state, ItemBufferState.BYTES, { into: state.bytes });
      state.parse();
      // The path of a short item when nobody waits: no deeper generators, because each one slows every operation.
      const waiting = state.staged + state.starved + state.takers + state.fetchers;
      const isSimple = !state.closed && waiting === 0 && state.total < place.capacity;
      added = isSimple ? this.items.addShort(body) : undefined;
      if (added !== undefined) {
        yield* added;
        state.total++;
        state.unfinished++;
        yield* write(place.state, state.format());
        seen = yield* queue.unlock();
      }
    } catch (error) {
      yield* queue.tear();
      throw error;
    }
    if (added === undefined) return yield* this.#putSlowly(body, options);
    if (isContended(seen)) yield* queue.wakeNext();
    return "put";
  }

  /** The rest of `put`, inside. */
  *#putSlowly(body: Uint8Array, options: ItemBufferOptions): Steps<"put" | ItemBufferFailure> {
    const { place, queue } = this;
    const { deadline, now, cancel } = options;
    const wait = {
      deadline,
      now,
      cancel,
      // A putter that has to try again keeps its place in the queue.
      line: { ticket: 0 },
      keep: false,
      missed: undefined as (() => Steps<void>) | undefined,
      isInside: true,
    };
    let looks = place.capacity > 0 && !now && (this.binding.memory.spin ?? 0) > 0;
    const attempt = () => this.#tryPut(body, { wait, looks, priority: options.priority });
    const request = () => this.#stage(body, { fits: wait.keep, priority: options.priority });
    let answer = yield* queue.obtain(attempt, request, wait);
    wait.isInside = false;
    for (;;) {
      switch (answer) {
        case 0:
          return "late";
        case ACCEPTED:
          return "put";
        case CLOSED:
          return "closed";
        case FULL:
          throw this.#full(recordSize(body.length));
        case LOOK:
          // Room may appear before a task could fall asleep and wake up again.
          looks = false;
          yield* this.#look(({ size, closed }) => size < place.capacity || closed);
          break;
        default:
          wait.missed = () => this.changed(() => this.settle());
      }
      answer = yield* queue.obtain(() => this.changed(attempt), request, wait);
    }
  }

  /** Inside: puts an item if possible; returns what to do next, 0 to wait. */
  *#tryPut(
    body: Uint8Array,
    { wait, looks, priority }: {
      wait: { keep: boolean; readonly missed: unknown };
      looks: boolean;
      priority: number | undefined;
    },
  ): Steps<number> {
    const { state, items, place } = this;
    if (state.closed) return CLOSED;
    const fits = items.fits(body.length) && (wait.missed !== undefined || state.starved === 0);
    // A staged item may be accepted while its wait is being interrupted: the put has then happened.
    wait.keep = fits;
    if (fits && (yield* this.tryPut(body, { priority }))) {
      yield* this.save();
      return ACCEPTED;
    }
    if (!fits && place.capacity === Infinity) return FULL;
    yield* this.save();
    return fits && looks ? LOOK : 0;
  }

  /** Inside: records an item to be put when possible; returns the request to wait with. */
  *#stage(body: Uint8Array, { fits, priority }: { fits: boolean; priority: number | undefined }): Steps<number> {
    const request = yield* this.stage(body, { fits, selecting: false, priority });
    yield* this.save();
    return request;
  }

  /** Puts records in order; returns how many it put before the timeout or before it was closed. */
  *putRecords(records: Uint8Array, options: ItemBufferOptions): Steps<{ put: number; failure?: ItemBufferFailure }> {
    let put = 0;
    for (let at = 0; at < records.length;) {
      const { count, end } = yield* this.inside(() => this.#putMany(records, { at, priority: options.priority }));
      if (count === CLOSED) return { put, failure: "closed" };
      // If there is no waiting for room, it is all or nothing.
      if (count === FULL) throw this.#full(records.length);
      put += count;
      at = end;
      if (at === records.length) break;
      const next = bodyAt(records, at);
      const done = yield* this.put(next, options);
      if (done !== "put") return { put, failure: done };
      put++;
      at += recordSize(next.length);
    }
    return { put };
  }

  /** Inside: puts as many records as there is room for; returns how many, or why none. */
  *#putMany(
    records: Uint8Array,
    { at, priority = 0 }: { readonly at: number; readonly priority: number | undefined },
  ): Steps<{ count: number; end: number }> {
    const { state, place } = this;
    if (state.closed) return { count: CLOSED, end: at };
    const slots = state.staged + state.starved > 0 ? 0 : place.capacity - state.size;
    const { count, end } = this.items.fitting(records, { from: at, count: slots });
    if (end < records.length && place.capacity === Infinity) return { count: FULL, end: at };
    if (count > 0) {
      yield* this.items.addRecords(records.subarray(at, end), priority);
      state.total += count;
      state.unfinished += count;
      if (state.takers + state.fetchers > 0) yield* this.settle();
    }
    return { count, end };
  }

  /** Takes at least one item, at most `count`; returns their records, valid until the next call. */
  *take(count: number, options: ItemBufferOptions): Steps<Uint8Array | ItemBufferFailure> {
    const { state, queue, place } = this;
    let seen = yield* queue.knock();
    if (seen !== 0) yield* queue.enterAfter(seen);
    let taken: Uint8Array | undefined;
    try {
      yield* read(place.state, ItemBufferState.BYTES, { into: state.bytes });
      state.parse();
      // The path of short items that nobody else waits for; see `put`.
      const most = Math.min(count, state.total);
      const ahead = most > 0 && state.staged + state.starved === 0 ? this.items.readAhead(most) : undefined;
      taken = ahead === undefined ? undefined : this.items.takeRead(yield* ahead, most);
      if (taken !== undefined) {
        state.total -= most;
        yield* write(place.state, state.format());
        seen = yield* queue.unlock();
      }
    } catch (error) {
      yield* queue.tear();
      throw error;
    }
    if (taken === undefined) return yield* this.#takeSlowly(count, options);
    if (isContended(seen)) yield* queue.wakeNext();
    return taken;
  }

  /** The rest of `take`, inside. */
  *#takeSlowly(count: number, { deadline, now, cancel }: ItemBufferOptions): Steps<Uint8Array | ItemBufferFailure> {
    const { queue, binding } = this;
    let records: Uint8Array | undefined;
    let looks = !now && (binding.memory.spin ?? 0) > 0;
    const tryTake = (): Steps<Uint8Array | undefined> => this.tryTake(count);
    const { state } = this;
    const save = () => this.save();
    function* attempt(): Steps<number> {
      records = yield* tryTake();
      yield* save();
      return records !== undefined ? ACCEPTED : state.closed ? CLOSED : looks ? LOOK : 0;
    }
    const lane = now ? NO_LANE : binding.tryLane();
    try {
      const wait = { deadline, now, cancel, lane, isInside: true };
      let answer = yield* queue.obtain(attempt, () => this.#noteTaker(), wait);
      if (answer === LOOK) {
        // An item may appear before a task could fall asleep and wake up again.
        looks = false;
        wait.isInside = false;
        yield* this.#look(({ total, closed }) => total > 0 || closed);
        answer = yield* queue.obtain(() => this.changed(attempt), () => this.#noteTaker(), wait);
      }
      if (records !== undefined) return records;
      if (answer === 0) return "late";
      return answer === CLOSED ? "closed" : yield* this.finishTake(lane, count);
    } finally {
      binding.freeLane(lane);
    }
  }

  /** Inside: records a waiting taker; returns the request to wait with. */
  *#noteTaker(): Steps<number> {
    const request = this.noteTaker(false);
    yield* this.save();
    return request;
  }

  /** Outside: reads the item claimed for a lane, and takes up to `count` items in all. */
  finishTake(lane: number, count: number): Steps<Uint8Array> {
    return this.inside(() => this.#finishTake(lane, count), () => this.#giveBackAndSettle(lane));
  }

  /** Inside: the same. */
  *#finishTake(lane: number, count: number): Steps<Uint8Array> {
    const word = this.place.claims + lane;
    const handle = yield* load(word);
    const record = yield* this.items.record(handle);
    yield* this.items.drop(handle);
    yield* store(word, 0);
    const more = count > 1 ? yield* this.takeAccepted(count - 1) : undefined;
    const records = more === undefined ? record : joined([record, more]);
    if (this.state.starved > 0) yield* this.settle();
    return records;
  }

  /** Returns the record of the first item, which stays. */
  *fetch({ deadline, now, cancel }: ItemBufferOptions): Steps<Uint8Array | ItemBufferFailure> {
    const found: { record: Uint8Array | undefined } = { record: undefined };
    const attempt = () => this.changed(() => this.#tryFetch(found));
    const wait = { deadline, now, cancel, line: { ticket: 0 }, missed: undefined as (() => Steps<void>) | undefined };
    for (;;) {
      const answer = yield* this.queue.obtain(attempt, () => this.#noteFetcher(), wait);
      if (found.record !== undefined) return found.record;
      if (answer === 0) return "late";
      if (answer === CLOSED) return "closed";
      wait.missed = () => this.changed(() => this.settle());
    }
  }

  /** Inside: reads the first item; returns 0 if there is none yet. */
  *#tryFetch(found: { record: Uint8Array | undefined }): Steps<number> {
    const handle = yield* this.firstInLine();
    if (handle === 0) return this.state.closed ? CLOSED : 0;
    found.record = yield* this.items.record(handle);
    return ACCEPTED;
  }

  /** Inside: records a task that waits to fetch; returns the request to wait with. */
  *#noteFetcher(): Steps<number> {
    this.state.fetchers++;
    yield* this.save();
    return FETCH;
  }

  /** Marks an item as done; false if all items are done. */
  done(): Steps<boolean> {
    return this.inside(() => this.#done());
  }

  *#done(): Steps<boolean> {
    if (this.state.unfinished === 0) return false;
    this.state.unfinished--;
    if (this.state.unfinished === 0) yield* this.settle();
    return true;
  }

  /** Waits until all items are done; false on a timeout. */
  *join({ deadline, now, cancel }: ItemBufferOptions): Steps<boolean> {
    const attempt = () => this.changed(() => this.readState(({ unfinished }) => unfinished === 0 ? ACCEPTED : 0));
    return (yield* this.queue.obtain(attempt, JOIN, { deadline, now, cancel })) !== 0;
  }

  /** Closes it permanently; with `drop`, drops its items. Runs `first` if it was open. */
  close(options: { readonly drop?: boolean; readonly first?: Steps<void> } = {}): Steps<void> {
    return this.inside(() => this.#close(options));
  }

  *#close({ drop = false, first }: { readonly drop?: boolean; readonly first?: Steps<void> }): Steps<void> {
    if (!this.state.closed && first !== undefined) yield* first;
    this.state.closed = true;
    this.state.dropped ||= drop;
    // Tasks that wait to put fail, and take back what they have staged.
    yield* this.settle();
    while (drop && this.state.size > 0) {
      const handle = yield* this.items.first();
      yield* this.items.claim(handle);
      yield* this.items.drop(handle);
      this.state.total--;
      if (this.state.unfinished > 0) this.state.unfinished--;
    }
    if (drop) yield* this.settle();
  }

  isClosed(): Steps<boolean> {
    return this.inside(() => this.readState(({ closed }) => closed));
  }

  /** Whether a take would succeed at once. */
  isReady(): Steps<boolean> {
    return this.inside(() => this.#isReady());
  }

  *#isReady(): Steps<boolean> {
    return (yield* this.firstInLine()) !== 0;
  }

  statistics(): Steps<ItemBufferStatistics> {
    return this.inside(() => this.readState(statisticsOf));
  }

  /** Inside: a function of the state. */
  // deno-lint-ignore require-yield
  *readState<T>(read: (state: ItemBufferState) => T): Steps<T> {
    return read(this.state);
  }

  /** The statistics after a run, read without the monitor, which a death may have left torn. */
  *look(): Steps<ItemBufferStatistics> {
    // A separate object: the task may be inside.
    const state = new ItemBufferState();
    yield* read(this.place.state, ItemBufferState.BYTES, { into: state.bytes });
    state.parse();
    return statisticsOf(state);
  }

  /** Outside: checks the state until it is as wanted, for a few microseconds at most. The result is only a hint. */
  *#look(wanted: (state: ItemBufferState) => boolean): Steps<void> {
    for (let looks = 0; looks < LOOKS; looks++) {
      yield* read(this.place.state, ItemBufferState.BYTES, { into: this.#seen.bytes });
      this.#seen.parse();
      if (wanted(this.#seen)) return;
    }
  }

  /** See `SharedThing`: gives back what was claimed for the dead task. False if it died in the middle of a change. */
  died(task: number): Steps<boolean> {
    return this.queue.recover(task, () => this.changed(() => this.#giveBackOf(task)));
  }

  #full(size: number): MemoryFullError {
    const { name, items } = this.place;
    return new MemoryFullError(
      `Cannot put into ${name}: ${size} bytes do not fit into the rest of its ${items.length}, takers or a larger option ` +
        `bytes are wanted`,
    );
  }

  *#giveBackAndSettle(lane: number): Steps<void> {
    yield* this.giveBack(lane);
    yield* this.settle();
  }

  *#giveBackOf(task: number): Steps<void> {
    for (let lane = 0; lane < this.place.queue.lanes; lane++) {
      if (this.binding.taskOf(lane) === task) yield* this.giveBack(lane);
    }
  }
}

function statisticsOf(
  { size, staged, starved, takers, fetchers, unfinished, closed }: ItemBufferState,
): ItemBufferStatistics {
  return { size, puts: staged + starved, takers, fetchers, unfinished, closed };
}
