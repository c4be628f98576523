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
 */

import { MemoryFullError, NotRecoverableError } from "../errors.ts";
import { load, read, type Steps, store, write } from "../memory/mod.ts";
import { type CancelToken, isContended, type Line } from "../sync/mod.ts";
import { bodyAt, joined, recordSize } from "./records.ts";
import { ACCEPTED, CLOSED, FETCH, JOIN, RETRY, TAKE } from "./requests.ts";
import { StockInside } from "./stock_inside.ts";
import { StockState } from "./stock_state.ts";

/** How often one who would have to wait looks at the state before, on a memory that spins: some microseconds. */
const LOOKS = 60;

/** When a call gives up. */
export interface StockOptions {
  /** In milliseconds; `Infinity` for never. */
  readonly deadline: number;
  /** Whether it gives up at once; by default it waits. */
  readonly now?: boolean | undefined;
  readonly cancel?: CancelToken | undefined;
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
    const seen = yield* queue.knock();
    if (seen !== 0) yield* queue.enterAfter(seen);
    yield* read(place.state, StockState.BYTES, { into: state.bytes });
    state.parse();
    // The way of a short item past nobody: no generator deeper, since each more costs every operation.
    const waiting = state.staged + state.starved + state.takers + state.fetchers;
    const isSimple = !state.closed && waiting === 0 && state.total < place.capacity;
    const added = isSimple ? this.items.addShort(body) : undefined;
    if (added !== undefined) {
      yield* added;
      state.total++;
      state.unfinished++;
      yield* write(place.state, state.format());
      const before = yield* queue.unlock();
      if (isContended(before)) yield* queue.wakeNext();
      return "put";
    }
    const line: Line = { ticket: 0 };
    let looked = false;
    let waited = false;
    for (;;) {
      if (this.state.closed) return yield* this.leaveWith("closed");
      const fits = this.items.fits(body.length) && (waited || this.state.starved === 0);
      if (fits && (yield* this.tryPut(body, options))) {
        yield* this.leave();
        return "put";
      }
      if (!fits && this.place.capacity === Infinity) yield* this.#refuse(recordSize(body.length));
      if (options.now) return yield* this.leaveWith("late");
      if (!looked && fits && place.capacity > 0 && (this.binding.memory.spin ?? 0) > 0) {
        // Room may come before a task could fall asleep and wake up again.
        looked = true;
        yield* this.leave();
        yield* this.#look(({ size, closed }) => size < place.capacity || closed);
        yield* this.enter();
        continue;
      }
      const request = yield* this.stage(body, { fits, selecting: false, priority: options.priority });
      yield* this.save();
      const { deadline, cancel } = options;
      // Those who put stay in line where they have to try again.
      const answer = yield* this.queue.park(request, { deadline, cancel, keep: fits, line: fits ? undefined : line });
      if (answer === 0) return "late";
      if (answer !== RETRY) return answer === ACCEPTED ? "put" : "closed";
      yield* this.#reenter(() => this.#nothing());
      waited = true;
    }
  }

  /** Puts records in, in order, and gives how many it put before the time was over or it was closed. */
  *putRecords(records: Uint8Array, options: StockOptions): Steps<{ put: number; failure?: StockFailure }> {
    let put = 0;
    for (let at = 0; at < records.length;) {
      yield* this.enter();
      const state = this.state;
      if (state.closed) return yield* this.leaveWith({ put, failure: "closed" });
      const slots = state.staged + state.starved > 0 ? 0 : this.place.capacity - state.size;
      const { count, end } = this.items.fitting(records, { from: at, count: slots });
      // Where nobody waits for room it is all or nothing.
      if (end < records.length && this.place.capacity === Infinity) yield* this.#refuse(records.length);
      if (count > 0) {
        yield* this.items.addRecords(records.subarray(at, end), options.priority ?? 0);
        state.total += count;
        state.unfinished += count;
        if (state.takers + state.fetchers > 0) yield* this.settle();
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
    const { state, queue, place } = this;
    const seen = yield* queue.knock();
    if (seen !== 0) yield* queue.enterAfter(seen);
    yield* read(place.state, StockState.BYTES, { into: state.bytes });
    state.parse();
    // The way of short items that nobody else waits for; see `put`.
    const most = Math.min(count, state.total);
    const ahead = most > 0 && state.staged + state.starved === 0 ? this.items.readAhead(most) : undefined;
    const taken = ahead === undefined ? undefined : this.items.takeRead(yield* ahead, most);
    if (taken !== undefined) {
      state.total -= most;
      yield* write(place.state, state.format());
      const before = yield* queue.unlock();
      if (isContended(before)) yield* queue.wakeNext();
      return taken;
    }
    let records = yield* this.tryTake(count);
    if (records === undefined && !state.closed && !now && (this.binding.memory.spin ?? 0) > 0) {
      // Something may come before a task could fall asleep and wake up again.
      yield* this.leave();
      yield* this.#look(({ total, closed }) => total > 0 || closed);
      yield* this.enter();
      records = yield* this.tryTake(count);
    }
    if (records !== undefined) {
      yield* this.leave();
      return records;
    }
    if (this.state.closed) return yield* this.leaveWith("closed");
    if (now) return yield* this.leaveWith("late");
    const lane = this.binding.takeLane();
    try {
      this.state.takers++;
      yield* this.save();
      const answer = yield* this.queue.park(TAKE, { deadline, cancel, lane });
      if (answer === 0) return "late";
      if (answer === CLOSED) return "closed";
      return yield* this.finishTake(lane, count);
    } finally {
      this.binding.freeLane(lane);
    }
  }

  /** Outside: reads what is claimed for a lane, and takes up to `count` items in all. */
  *finishTake(lane: number, count: number): Steps<Uint8Array> {
    yield* this.#reenter(() => this.giveBack(lane));
    const word = this.place.claims + lane;
    const handle = yield* load(word);
    const record = yield* this.items.record(handle);
    yield* this.items.drop(handle);
    yield* store(word, 0);
    const more = count > 1 ? yield* this.takeAccepted(count - 1) : undefined;
    const records = more === undefined ? record : joined([record, more]);
    if (this.state.starved > 0) yield* this.settle();
    yield* this.leave();
    return records;
  }

  /** The record of the first item, which stays. */
  *fetch({ deadline, now, cancel }: StockOptions): Steps<Uint8Array | StockFailure> {
    const line: Line = { ticket: 0 };
    yield* this.enter();
    for (;;) {
      const handle = yield* this.firstInLine();
      if (handle !== 0) {
        const record = yield* this.items.record(handle);
        yield* this.leave();
        return record;
      }
      if (this.state.closed) return yield* this.leaveWith("closed");
      if (now) return yield* this.leaveWith("late");
      this.state.fetchers++;
      yield* this.save();
      const answer = yield* this.queue.park(FETCH, { deadline, cancel, line });
      if (answer === 0) return "late";
      if (answer === CLOSED) return "closed";
      yield* this.#reenter(() => this.#nothing());
    }
  }

  /** Says that an item is done with; false where none is undone. */
  *done(): Steps<boolean> {
    yield* this.enter();
    const undone = this.state.unfinished > 0;
    if (undone) {
      this.state.unfinished--;
      if (this.state.unfinished === 0) yield* this.settle();
    }
    yield* this.leave();
    return undone;
  }

  /** Waits until all items are done with; false where the time was over. */
  *join({ deadline, now, cancel }: StockOptions): Steps<boolean> {
    yield* this.enter();
    if (this.state.unfinished === 0 || now) return yield* this.leaveWith(this.state.unfinished === 0);
    yield* this.save();
    return (yield* this.queue.park(JOIN, { deadline, cancel })) !== 0;
  }

  /** Closes it, for good; with `drop` what is in it is dropped. What `first` does is done if it was open. */
  *close({ drop = false, first }: { readonly drop?: boolean; readonly first?: Steps<void> } = {}): Steps<void> {
    yield* this.enter();
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
    yield* this.leave();
  }

  *isClosed(): Steps<boolean> {
    yield* this.enter();
    return yield* this.leaveWith(this.state.closed);
  }

  /** Whether a take would give an item at once. */
  *isReady(): Steps<boolean> {
    yield* this.enter();
    return yield* this.leaveWith((yield* this.firstInLine()) !== 0);
  }

  *statistics(): Steps<StockStatistics> {
    yield* this.enter();
    return yield* this.leaveWith(told(this.state));
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

  *#nothing(): Steps<void> {}

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
      yield* this.settle();
      yield* this.leave();
      throw error;
    }
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
