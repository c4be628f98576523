/**
 * The one wait queue under every primitive: a monitor, and waiters in order of arrival.
 *
 * - `enter` and `leave` bracket the changes of a primitive's state; between them nobody else is inside.
 * - `park` queues the task with a request (a number other than 0), leaves, and sleeps until it is granted. Whoever changes
 *   the state ends by granting: takes the first waiter whose request can be met off the queue and wakes it.
 * - Invariant: a lane's ticket is not 0 exactly while it is queued; its answer is not 0 exactly from its grant until it, or
 *   who buries it, takes the answer. So a grant is never lost and never taken twice.
 * - A waiter that gives up (a timeout, a cancel, an error thrown into it) leaves the queue inside the monitor; if its grant
 *   came before, a timeout or a cancel keeps it, and an error undoes it. Then `settle` serves those behind it.
 * - Who waits on what: a lane sleeps on its own wake word, woken by its grant or its cancel token; who enters sleeps on the
 *   monitor word, woken by who leaves. Both are woken by `died` when that somebody is dead.
 * - A task that dies inside the monitor may leave torn state: all who use the queue from then on get `NotRecoverableError`.
 *
 * Longer than most files because what happens at the door, in line and at a death is one protocol over the same words.
 */

import { CancelledError, NotRecoverableError } from "../errors.ts";
import {
  add,
  compareExchange,
  exchange,
  load,
  notify,
  type Steps,
  store,
  timeIn,
  wait,
  type WaitResult,
} from "../memory/mod.ts";
import type { Binding } from "./binding.ts";
import type { CancelToken } from "./cancel_token.ts";
import type { Reservation } from "./space.ts";

/** Where a wait queue lies. */
export interface WaitQueuePlace {
  /** The name of what it belongs to. */
  readonly name: string;
  /** 0, or the task inside plus 1; with CONTENDED where somebody may sleep on it; or BROKEN. */
  readonly monitor: number;
  /** The last ticket. */
  readonly tail: number;
  /** How many are queued. */
  readonly count: number;
  /** Per lane: its ticket while it is queued. */
  readonly tickets: number;
  /** Per lane: what it asks for. */
  readonly requests: number;
  /** Per lane: what it was granted. */
  readonly answers: number;
  /** How many lanes there are. */
  readonly lanes: number;
}

/** What a primitive does for its queue, always inside the monitor. */
export interface QueueKeeper {
  /** Grants every waiter that can be served, in order. */
  settle(): Steps<void>;
  /** Takes back a grant that nobody will use; `settle` follows. */
  undo(answer: number, lane: number): Steps<void>;
  /** Takes back what a waiter that leaves without a grant has brought along; `settle` follows. */
  withdraw?(request: number, lane: number): Steps<void>;
}

/** When a wait ends without a grant. */
export interface ParkOptions {
  /** When it gives up, in milliseconds; `Infinity` for never. */
  readonly deadline: number;
  /** What cancels it. */
  readonly cancel?: CancelToken | undefined;
  /** The place in line: kept by one who parks again, so that it stands where it stood. */
  readonly line?: Line | undefined;
  /** The lane, of one who has taken it and frees it: what its grant refers to by lane stays its own until then. */
  readonly lane?: number | undefined;
  /** What the task does once it is queued and outside, before it sleeps; an error of it ends the wait. */
  readonly queued?: (() => Steps<void>) | undefined;
  /** Whether a grant that came before an error is thrown into the wait is kept: then the error is dropped. */
  readonly keep?: boolean | undefined;
}

/** A place in line; 0 before the first time. */
export interface Line {
  /** The ticket. */
  ticket: number;
}

/** No waiter. */
export const NOBODY: number = -1;

/** How often one who finds the monitor taken looks again before it sleeps, on a memory that spins: some microseconds. */
const LOOKS = 50;
const CONTENDED = 1 << 30;
const BROKEN = -1;
/** How long a burial waits for a task that is inside, in milliseconds: one that lives needs some microseconds. */
const MOMENT = 1000;
/** The answer of those who waited for what a death has torn. */
const TORN = -0x80000000;

/** Whether somebody may sleep at the door, by the answer to `unlock`. */
export function isContended(monitor: number): boolean {
  return (monitor & CONTENDED) !== 0;
}

/** Reserves the words of a queue. */
export function reserveWaitQueue(space: Reservation, name: string): WaitQueuePlace {
  return {
    name,
    monitor: space.monitor(`${name}.monitor`),
    tail: space.word(`${name}.tail`),
    count: space.word(`${name}.waiters`),
    tickets: space.perLane(`${name}.tickets`),
    requests: space.perLane(`${name}.requests`),
    answers: space.words(`${name}.answers`, space.lanes),
    lanes: space.lanes,
  };
}

/** See the module. */
export class WaitQueue {
  readonly #binding: Binding;
  readonly #place: WaitQueuePlace;
  readonly #keeper: QueueKeeper;

  /** A task's view of a queue. */
  constructor(binding: Binding, place: WaitQueuePlace, keeper: QueueKeeper) {
    this.#binding = binding;
    this.#place = place;
    this.#keeper = keeper;
  }

  /** Goes inside. */
  *enter(): Steps<void> {
    const seen = yield* this.knock();
    if (seen !== 0) yield* this.enterAfter(seen);
  }

  /** The first step of `enter`: who gets 0 is inside, who gets anything else goes on with {@linkcode enterAfter}. */
  knock(): Steps<number> {
    // All that was done inside before happens before what is done after this exchange.
    return compareExchange(this.#place.monitor, { expected: 0, replacement: this.#binding.task + 1 });
  }

  /** The rest of `enter`. */
  *enterAfter(found: number): Steps<void> {
    const { monitor } = this.#place;
    const me = this.#binding.task + 1;
    const { spin = 0 } = this.#binding.memory;
    // Who is inside leaves soon: on a memory that spins it is looked for, before anybody has to be woken.
    for (let looks = spin > 0 ? LOOKS : 0; looks > 0; looks--) {
      if ((yield* load(monitor)) === 0 && (yield* this.knock()) === 0) return;
    }
    for (let seen = found; seen !== 0;) {
      if (seen === BROKEN) throw this.#torn();
      const contended = seen | CONTENDED;
      if (
        seen === contended ||
        (yield* compareExchange(monitor, { expected: seen, replacement: contended })) === seen
      ) {
        try {
          yield* wait(monitor, contended);
        } catch (error) {
          // The wake-up of who left may have been for this task: it passes on.
          yield* notify(monitor, 1);
          throw error;
        }
      }
      // Others may sleep on as well: who has slept leaves as one with whom somebody contends.
      seen = yield* compareExchange(monitor, { expected: 0, replacement: me | CONTENDED });
    }
  }

  /** Goes outside. */
  *leave(): Steps<void> {
    const before = yield* this.unlock();
    if (isContended(before)) yield* this.wakeNext();
  }

  /** The first step of `leave`: where the answer {@linkcode isContended}, {@linkcode wakeNext} follows. */
  unlock(): Steps<number> {
    return exchange(this.#place.monitor, 0);
  }

  /** The rest of `leave`. */
  wakeNext(): Steps<number> {
    return notify(this.#place.monitor, 1);
  }

  /**
   * Whether somebody is inside. Outside, a state that was read before this gives false was no half-done hand-over: who was
   * granted by then is awake.
   */
  *occupied(): Steps<boolean> {
    return (yield* load(this.#place.monitor)) !== 0;
  }

  /** How many wait; exact inside, a hint outside. */
  waiters(): Steps<number> {
    return load(this.#place.count);
  }

  /** Inside: the first in line, or `NOBODY`. */
  *first(): Steps<number> {
    return yield* this.firstAfter(NOBODY);
  }

  /** Inside: the first in line behind a waiter (in line itself), or `NOBODY`. */
  *firstAfter(waiter: number): Steps<number> {
    const { tickets, lanes, count } = this.#place;
    if ((yield* load(count)) === 0) return NOBODY;
    const after = waiter === NOBODY ? 0 : yield* load(tickets + waiter);
    let first = NOBODY;
    let least = 0;
    for (let lane = 0; lane < lanes; lane++) {
      const ticket = yield* load(tickets + lane);
      if (ticket === 0 || (waiter !== NOBODY && ((ticket - after) | 0) <= 0)) continue;
      // Tickets wrap around, and there are never so many at once that their difference does.
      if (first === NOBODY || ((ticket - least) | 0) < 0) {
        first = lane;
        least = ticket;
      }
    }
    return first;
  }

  /** Inside: what a waiter asks for. */
  request(waiter: number): Steps<number> {
    return load(this.#place.requests + waiter);
  }

  /** Inside: the task that waits there. */
  taskOf(waiter: number): number {
    return this.#binding.taskOf(waiter);
  }

  /** Inside: takes a waiter off the queue and wakes it with an answer other than 0. */
  *grant(waiter: number, answer: number): Steps<void> {
    const { answers } = this.#place;
    // The answer comes first: who sees itself no longer queued finds it.
    yield* store(answers + waiter, answer);
    yield* this.#unqueue(waiter);
    yield* this.#wake(waiter);
  }

  /** Inside: wakes all waiters with one answer. */
  *grantAll(answer: number): Steps<void> {
    for (let waiter = yield* this.first(); waiter !== NOBODY; waiter = yield* this.first()) {
      yield* this.grant(waiter, answer);
    }
  }

  /**
   * Inside: queues the task, leaves, and waits for its grant. Gives the answer, or 0 where the deadline came first; outside
   * in each case.
   *
   * @throws {CancelledError} where the token is cancelled first.
   * @throws {NotRecoverableError} where a task died inside the monitor.
   */
  *park(request: number, options: ParkOptions): Steps<number> {
    const { deadline, cancel, line = { ticket: 0 }, keep = false } = options;
    const binding = this.#binding;
    const lane = options.lane ?? binding.takeLane();
    try {
      const wake = binding.wakeWord(lane);
      yield* store(wake, 0);
      yield* this.queue(lane, request, line);
      yield* this.leave();
      let answer: number;
      try {
        if (options.queued !== undefined) yield* options.queued();
        if (cancel !== undefined) yield* cancel.listen(lane, true);
        answer = yield* this.#sleep(lane, { deadline, cancel });
      } catch (error) {
        answer = yield* this.giveUp(lane, !keep);
        if (!keep || answer === 0) throw error;
      } finally {
        if (cancel !== undefined) yield* cancel.listen(lane, false);
      }
      if (answer === TORN) throw this.#torn();
      return answer;
    } finally {
      if (options.lane === undefined) binding.freeLane(lane);
    }
  }

  /**
   * Buries a dead task, as the supervisor: it waits here no longer. `inside` then does the primitive's part, and those
   * behind it are served. Gives false where the task died inside the monitor, which is then torn.
   */
  *bury(task: number, inside: () => Steps<void>): Steps<boolean> {
    const { monitor, lanes, tickets, answers } = this.#place;
    // The dead may have left without waking those who want to enter.
    yield* notify(monitor);
    const seen = yield* this.#leftBy(task);
    if (seen === BROKEN) return false;
    if ((seen & ~CONTENDED) === task + 1) {
      yield* this.#tear();
      return false;
    }
    yield* this.enter();
    for (let lane = 0; lane < lanes; lane++) {
      if (this.#binding.taskOf(lane) !== task) continue;
      const answer = yield* load(answers + lane);
      if ((yield* load(tickets + lane)) !== 0) {
        yield* this.#unqueue(lane);
        // Whose answer is there was as good as granted.
        if (answer === 0) yield* this.#withdraw(lane);
      }
      if (answer !== 0) {
        yield* store(answers + lane, 0);
        if (answer !== TORN) yield* this.#keeper.undo(answer, lane);
      }
    }
    yield* inside();
    yield* this.#keeper.settle();
    yield* this.leave();
    return true;
  }

  /** The monitor's word when a task is outside: who was only given up, and lives, leaves soon; who died inside never does. */
  *#leftBy(task: number): Steps<number> {
    const { monitor } = this.#place;
    let seen = yield* load(monitor);
    if ((seen & ~CONTENDED) !== task + 1) return seen;
    const deadline = yield* timeIn(MOMENT);
    for (
      let waited: WaitResult = "woken";
      (seen & ~CONTENDED) === task + 1 && waited !== "timed-out";
      seen = yield* load(monitor)
    ) {
      const contended = seen | CONTENDED;
      // Who leaves one with whom somebody contends wakes those who wait for that.
      if (
        seen === contended || (yield* compareExchange(monitor, { expected: seen, replacement: contended })) === seen
      ) {
        waited = yield* wait(monitor, contended, { deadline });
      }
    }
    // The wake-up may have been for one who wants to enter.
    yield* notify(monitor, 1);
    return seen;
  }

  *#sleep(lane: number, { deadline, cancel }: ParkOptions): Steps<number> {
    const wake = this.#binding.wakeWord(lane);
    const mine = this.#place.answers + lane;
    for (;;) {
      const answer = yield* load(mine);
      if (answer !== 0) {
        yield* store(mine, 0);
        return answer;
      }
      if (cancel !== undefined && (yield* cancel.cancelled())) {
        const late = yield* this.giveUp(lane, false);
        if (late !== 0) return late;
        throw new CancelledError(
          `Cannot go on waiting for ${this.#place.name}: it is cancelled, a live token is wanted`,
        );
      }
      const result = yield* wait(wake, 0, { deadline });
      if (result === "timed-out") return yield* this.giveUp(lane, false);
      // Whoever wakes this lane stores its answer before: what is set back here is looked at above.
      yield* store(wake, 0);
    }
  }

  /**
   * Outside: leaves the queue, if the lane is queued; gives the answer that came before, or 0. With `undo` that answer is
   * taken back, too.
   */
  *giveUp(lane: number, undo: boolean): Steps<number> {
    const { answers, tickets } = this.#place;
    yield* this.enter();
    const answer = yield* load(answers + lane);
    if (answer !== 0) {
      yield* store(answers + lane, 0);
      if (undo && answer !== TORN) {
        yield* this.#keeper.undo(answer, lane);
        yield* this.#keeper.settle();
      }
    } else if ((yield* load(tickets + lane)) !== 0) {
      yield* this.#unqueue(lane);
      yield* this.#withdraw(lane);
      yield* this.#keeper.settle();
    }
    yield* this.leave();
    return answer;
  }

  *#withdraw(lane: number): Steps<void> {
    if (this.#keeper.withdraw !== undefined) yield* this.#keeper.withdraw(yield* this.request(lane), lane);
  }

  /** Inside: queues a lane, for `park` and for those who wait in several queues at once. */
  *queue(lane: number, request: number, line: Line): Steps<void> {
    const { tail, tickets, requests, count } = this.#place;
    if (line.ticket === 0) {
      line.ticket = ((yield* load(tail)) + 1) | 0;
      if (line.ticket === 0) line.ticket = 1;
      yield* store(tail, line.ticket);
    }
    yield* store(requests + lane, request);
    yield* store(tickets + lane, line.ticket);
    yield* add(count, 1);
  }

  /** Takes the answer of a lane, or gives 0. */
  *takeAnswer(lane: number): Steps<number> {
    const mine = this.#place.answers + lane;
    const answer = yield* load(mine);
    if (answer === 0) return 0;
    yield* store(mine, 0);
    if (answer === TORN) throw this.#torn();
    return answer;
  }

  /** Inside: takes a waiter off the queue without a grant, because it has had one in another queue. */
  dismiss(waiter: number): Steps<void> {
    return this.#unqueue(waiter);
  }

  *#unqueue(lane: number): Steps<void> {
    yield* store(this.#place.tickets + lane, 0);
    yield* add(this.#place.count, -1);
  }

  *#wake(lane: number): Steps<void> {
    const wake = this.#binding.wakeWord(lane);
    yield* store(wake, 1);
    // All: a wait of this lane that was given up may still stand before the present one.
    yield* notify(wake);
  }

  /** Marks the queue as torn and wakes everybody. */
  *#tear(): Steps<void> {
    const { monitor, lanes, tickets, answers } = this.#place;
    yield* store(monitor, BROKEN);
    yield* notify(monitor);
    for (let lane = 0; lane < lanes; lane++) {
      // A torn grant may have stored its answer and not yet woken the lane.
      if ((yield* load(tickets + lane)) !== 0) yield* store(answers + lane, TORN);
      yield* this.#wake(lane);
    }
  }

  #torn(): NotRecoverableError {
    return new NotRecoverableError(
      `Cannot use ${this.#place.name}: a task died in the middle of changing it, a whole one is wanted`,
    );
  }
}
