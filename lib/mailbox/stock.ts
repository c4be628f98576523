/**
 * A stock of items: what queues and channels are made of. Some put items in, others take them out.
 *
 * - This is what tasks call, outside the monitor of its wait queue; what happens inside is in `stock_inside.ts`.
 * - `total` items can be taken in the end: `total - staged` are accepted, and `staged` lie behind them, brought along by
 *   those who wait to put them. Taking an item accepts the first staged one. With a capacity of 0 nothing is accepted but
 *   what is taken in the same instant: the rendezvous.
 * - A waiting taker is granted an item, which is then claimed: it stays where it is until its taker has read it, and goes
 *   back to its place if that taker dies or is interrupted. A staged item is granted or withdrawn, never both.
 * - Where a bounded stock has no bytes left, those who put wait too ("starved"): they are woken to try again.
 *
 * Longer than most files because putting and taking have a quick path beside the way through the wait queue.
 */

import { MemoryFullError } from "../errors.ts";
import { load, read, type Steps, store, write } from "../memory/mod.ts";
import { isContended, NO_LANE, type ParkOptions } from "../sync/mod.ts";
import { bodyAt, joined, recordSize } from "./records.ts";
import { ACCEPTED, CLOSED, FETCH, FULL, JOIN, LOOK } from "./requests.ts";
import { StockInside } from "./stock_inside.ts";
import { StockState } from "./stock_state.ts";

/** How often one who would have to wait looks at the state before, on a memory that spins: some microseconds. */
const LOOKS = 60;

/** When a call gives up, and what it puts. */
export interface StockOptions extends Pick<ParkOptions, "deadline" | "now" | "cancel"> {
  /** The item's priority; 0 by default. */
  readonly priority?: number | undefined;
}

/** `late`: the time was over; `closed`: nobody can put, or nothing is left to take. */
export type StockFailure = "late" | "closed";

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
  readonly closed: boolean;
}

export class Stock extends StockInside {
  // What is seen of the state from outside.
  readonly #seen = new StockState();

  *put(body: Uint8Array, options: StockOptions): Steps<"put" | StockFailure> {
    const { state, queue, place } = this;
    let seen = yield* queue.knock();
    if (seen !== 0) yield* queue.enterAfter(seen);
    let added: Steps<void> | undefined;
    try {
      yield* read(place.state, StockState.BYTES, { into: state.bytes });
      state.parse();
      // The way of a short item past nobody: no generator deeper, since each more costs every operation.
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
  *#putSlowly(body: Uint8Array, options: StockOptions): Steps<"put" | StockFailure> {
    const { place, queue } = this;
    const { deadline, now, cancel } = options;
    const wait = {
      deadline,
      now,
      cancel,
      // Those who put stay in line where they have to try again.
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
          // Room may come before a task could fall asleep and wake up again.
          looks = false;
          yield* this.#look(({ size, closed }) => size < place.capacity || closed);
          break;
        default:
          wait.missed = () => this.changed(() => this.settle());
      }
      answer = yield* queue.obtain(() => this.changed(attempt), request, wait);
    }
  }

  /** Inside: puts an item in, if that can be; gives what is to be done, 0 to wait. */
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
    // An item that is staged may be accepted while its wait is interrupted: then that counts.
    wait.keep = fits;
    if (fits && (yield* this.tryPut(body, { priority }))) {
      yield* this.save();
      return ACCEPTED;
    }
    if (!fits && place.capacity === Infinity) return FULL;
    yield* this.save();
    return fits && looks ? LOOK : 0;
  }

  /** Inside: notes an item that is to be put when that can be, and gives the request to wait with. */
  *#stage(body: Uint8Array, { fits, priority }: { fits: boolean; priority: number | undefined }): Steps<number> {
    const request = yield* this.stage(body, { fits, selecting: false, priority });
    yield* this.save();
    return request;
  }

  /** Puts records in, in order, and gives how many it put before the time was over or it was closed. */
  *putRecords(records: Uint8Array, options: StockOptions): Steps<{ put: number; failure?: StockFailure }> {
    let put = 0;
    for (let at = 0; at < records.length;) {
      const { count, end } = yield* this.inside(() => this.#putMany(records, { at, priority: options.priority }));
      if (count === CLOSED) return { put, failure: "closed" };
      // Where nobody waits for room it is all or nothing.
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

  /** Inside: puts in as many records as there is room for; gives how many, or why none. */
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

  /** Takes at least one item and at most `count`, and gives their records: valid until the next call. */
  *take(count: number, options: StockOptions): Steps<Uint8Array | StockFailure> {
    const { state, queue, place } = this;
    let seen = yield* queue.knock();
    if (seen !== 0) yield* queue.enterAfter(seen);
    let taken: Uint8Array | undefined;
    try {
      yield* read(place.state, StockState.BYTES, { into: state.bytes });
      state.parse();
      // The way of short items that nobody else waits for; see `put`.
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
  *#takeSlowly(count: number, { deadline, now, cancel }: StockOptions): Steps<Uint8Array | StockFailure> {
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
        // Something may come before a task could fall asleep and wake up again.
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

  /** Inside: notes that a taker waits, and gives the request to wait with. */
  *#noteTaker(): Steps<number> {
    const request = this.noteTaker(false);
    yield* this.save();
    return request;
  }

  /** Outside: reads what is claimed for a lane, and takes up to `count` items in all. */
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

  /** The record of the first item, which stays. */
  *fetch({ deadline, now, cancel }: StockOptions): Steps<Uint8Array | StockFailure> {
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

  /** Inside: reads the first item; gives 0 where there is none yet. */
  *#tryFetch(found: { record: Uint8Array | undefined }): Steps<number> {
    const handle = yield* this.firstInLine();
    if (handle === 0) return this.state.closed ? CLOSED : 0;
    found.record = yield* this.items.record(handle);
    return ACCEPTED;
  }

  /** Inside: notes that somebody waits to look, and gives the request to wait with. */
  *#noteFetcher(): Steps<number> {
    this.state.fetchers++;
    yield* this.save();
    return FETCH;
  }

  /** Says that an item is done with; false where none is undone. */
  done(): Steps<boolean> {
    return this.inside(() => this.#done());
  }

  *#done(): Steps<boolean> {
    if (this.state.unfinished === 0) return false;
    this.state.unfinished--;
    if (this.state.unfinished === 0) yield* this.settle();
    return true;
  }

  /** Waits until all items are done with; false where the time was over. */
  *join({ deadline, now, cancel }: StockOptions): Steps<boolean> {
    const attempt = () => this.changed(() => this.told(({ unfinished }) => unfinished === 0 ? ACCEPTED : 0));
    return (yield* this.queue.obtain(attempt, JOIN, { deadline, now, cancel })) !== 0;
  }

  /** Closes it, for good; with `drop` what is in it is dropped. What `first` does is done if it was open. */
  close(options: { readonly drop?: boolean; readonly first?: Steps<void> } = {}): Steps<void> {
    return this.inside(() => this.#close(options));
  }

  *#close({ drop = false, first }: { readonly drop?: boolean; readonly first?: Steps<void> }): Steps<void> {
    if (!this.state.closed && first !== undefined) yield* first;
    this.state.closed = true;
    this.state.dropped ||= drop;
    // Those who wait to put fail, and take back what they have staged.
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
    return this.inside(() => this.told(({ closed }) => closed));
  }

  /** Whether a take would give an item at once. */
  isReady(): Steps<boolean> {
    return this.inside(() => this.#isReady());
  }

  *#isReady(): Steps<boolean> {
    return (yield* this.firstInLine()) !== 0;
  }

  statistics(): Steps<StockStatistics> {
    return this.inside(() => this.told(told));
  }

  /** Inside: what the state tells. */
  // deno-lint-ignore require-yield
  *told<T>(tell: (state: StockState) => T): Steps<T> {
    return tell(this.state);
  }

  /** The same, of a run that has ended: without the monitor, which the dead may have left torn. */
  *look(): Steps<StockStatistics> {
    // Of its own: the task may be inside.
    const state = new StockState();
    yield* read(this.place.state, StockState.BYTES, { into: state.bytes });
    state.parse();
    return told(state);
  }

  /** Outside: looks at the state until it is as wanted, for some microseconds at most. What it sees is a hint. */
  *#look(wanted: (state: StockState) => boolean): Steps<void> {
    for (let looks = 0; looks < LOOKS; looks++) {
      yield* read(this.place.state, StockState.BYTES, { into: this.#seen.bytes });
      this.#seen.parse();
      if (wanted(this.#seen)) return;
    }
  }

  /** See `SharedThing`: gives back what was claimed for the dead. False where it died in the middle of a change. */
  died(task: number): Steps<boolean> {
    return this.queue.bury(task, () => this.changed(() => this.#giveBackOf(task)));
  }

  #full(size: number): MemoryFullError {
    const { name, items } = this.place;
    return new MemoryFullError(
      `Cannot put into ${name}: ${size} bytes do not fit into what is left of its ${items.length}, takers are wanted, or ` +
        `more bytes as its option bytes`,
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

function told({ size, staged, starved, takers, fetchers, unfinished, closed }: StockState): StockStatistics {
  return { size, puts: staged + starved, takers, fetchers, unfinished, closed };
}
