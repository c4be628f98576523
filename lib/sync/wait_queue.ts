/**
 * The one wait queue under nearly every primitive: a monitor, and waiters in order of arrival.
 *
 * - `inside` brackets every change of a primitive's state; meanwhile no other task is inside. A task that changes the
 *   state ends by granting: it takes the first waiter whose request can be met off the queue and wakes it.
 * - `obtain` tries inside; if the attempt yields nothing, it queues the task with a request (a number other than 0) and
 *   sleeps outside until granted. If the task has no lane left, it leaves without changing anything.
 * - No other code enters or leaves the monitor, and nothing throws inside it (the lint rule `monitor`). If something
 *   does throw, such as a failing operation, the queue counts as torn, as after a death, so that nobody sleeps on.
 * - Invariant: a lane's ticket is not 0 exactly while it is queued; its answer is not 0 exactly from its grant until
 *   the lane, or the recovery from its task's death, takes the answer. So a grant is never lost and never taken twice.
 * - A grant passes over waiters whose cancel token is canceled: a cancellation that comes before a grant wins.
 * - A waiter that gives up (a timeout, a cancellation, an error thrown into it) leaves the queue inside the monitor. If
 *   a grant came first, a timeout or a cancellation keeps it, and an error undoes it. Then `settle` serves the waiters
 *   behind it.
 * - Wake-ups: a lane sleeps on its own wake word, woken by its grant or its cancel token; a task that enters sleeps on
 *   the monitor word, woken by the task that leaves. If the waker is dead, `died` wakes both.
 * - A task that dies inside the monitor may leave torn state: all later users of the queue get `NotRecoverableError`.
 *
 * Longer than most files because entering, queueing and recovering from a death are one protocol over the same words.
 *
 * @example
 * ```ts
 * import { load, ModelMemory, type Steps, store } from "../memory/mod.ts";
 * import { type Binding, blocking, Space } from "./mod.ts";
 * import { NOBODY, reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
 *
 * class Turnstile {
 *   readonly name = "turnstile";
 *   readonly #coins: number;
 *   readonly #queue: WaitQueue;
 *   constructor(binding: Binding, { coins, queue }: { coins: number; queue: WaitQueuePlace }) {
 *     this.#coins = coins;
 *     this.#queue = new WaitQueue(binding, queue, { settle: () => this.#settle(), undo: () => this.#add(1) });
 *   }
 *   insert(): Steps<void> {
 *     return this.#queue.inside(() => this.#add(1));
 *   }
 *   *pass(): Steps<void> {
 *     yield* this.#queue.obtain(() => this.#take(), 1, { deadline: Infinity });
 *   }
 *   *#take(): Steps<number> {
 *     const coins = yield* load(this.#coins);
 *     if (coins > 0) yield* store(this.#coins, coins - 1);
 *     return coins > 0 ? 1 : 0;
 *   }
 *   *#add(coins: number): Steps<void> {
 *     yield* store(this.#coins, (yield* load(this.#coins)) + coins);
 *     yield* this.#settle();
 *   }
 *   *#settle(): Steps<void> {
 *     const first = yield* this.#queue.first();
 *     if (first !== NOBODY && (yield* this.#take()) === 1) yield* this.#queue.grant(first, 1);
 *   }
 * }
 * const space = new Space({
 *   gate: {
 *     kind: "turnstile",
 *     reserve: (space, name) => {
 *       const place = { coins: space.word(`${name}.coins`), queue: reserveWaitQueue(space, name) };
 *       return (binding) => new Turnstile(binding, place);
 *     },
 *   },
 * }, { tasks: 1 });
 * const gate = blocking(space.bind(new ModelMemory(space.layout), { task: 0 }).gate);
 * gate.insert();
 * gate.pass();
 * ```
 */

import { NotRecoverableError } from "../errors.ts";
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
import { type Bind, type Binding, NO_LANE } from "./binding.ts";
import { cancelled, cancelledWait, type CancelToken, listen, listening } from "./cancel_token.ts";
import { uninterruptibly } from "./uninterruptibly.ts";
import type { Reservation } from "./space.ts";

/** The words of a wait queue. */
export interface WaitQueuePlace {
  /** The name of the thing that it belongs to. */
  readonly name: string;
  /** 0, or the task inside plus 1, with CONTENDED if a task may be sleeping on it; or BROKEN. */
  readonly monitor: number;
  /** The last ticket issued. */
  readonly tail: number;
  /** How many lanes are queued. */
  readonly count: number;
  /** For each lane: its ticket while it is queued. */
  readonly tickets: number;
  /** For each lane: its request. */
  readonly requests: number;
  /** For each lane: its grant. */
  readonly answers: number;
  /** The number of lanes. */
  readonly lanes: number;
  /** Records which token each lane listens to. */
  readonly listening: Bind<{ readonly first: number }>;
}

/** What a primitive does for its queue, always inside the monitor. */
export interface QueueKeeper {
  /** Grants every waiter that can be served, in order. */
  settle(): Steps<void>;
  /** Takes back a grant that will not be used; `settle` follows. */
  undo(answer: number, lane: number): Steps<void>;
  /** Takes back what a waiter that leaves without a grant has brought; `settle` follows. */
  withdraw?(request: number, lane: number): Steps<void>;
}

/** When and how a wait ends without a grant. */
export interface ParkOptions {
  /** When to give up, in milliseconds; `Infinity` for never. Like `keep`, it is read late: the attempt may set it. */
  readonly deadline: number;
  /** Whether to give up at once; false by default. */
  readonly now?: boolean | undefined;
  /** The token that cancels the wait. */
  readonly cancel?: CancelToken | undefined;
  /** The place in the queue, kept by a task that waits again so that it stays where it was. */
  readonly line?: Line | undefined;
  /**
   * The lane, if the caller has taken one and frees it later: until then, what its grant refers to by lane stays its
   * own.
   */
  readonly lane?: number | undefined;
  /** What the task does once queued and outside, before it sleeps; if this throws, the wait ends. */
  readonly queued?: (() => Steps<void>) | undefined;
  /** Whether to keep a grant that came before an error thrown into the wait, and drop the error. */
  readonly keep?: boolean | undefined;
  /** Whether the task is already inside; false by default. */
  readonly isInside?: boolean | undefined;
  /**
   * What a task does inside if it was granted another attempt and is canceled or interrupted first, for the sake of
   * those behind it.
   */
  readonly missed?: (() => Steps<void>) | undefined;
}

/** A waiter's request, or steps run inside that record and return it once it is certain that the task waits. */
export type WaitRequest = number | (() => Steps<number>);

/** A place in the queue; its ticket is 0 before the first wait. */
export interface Line {
  /** The ticket. */
  ticket: number;
}

/** Returned by a body inside instead of throwing; thrown outside. */
export class Refusal {
  /** The error to throw. */
  readonly error: Error;

  /** Refuses with an error. */
  constructor(error: Error) {
    this.error = error;
  }
}

/** No waiter. */
export const NOBODY: number = -1;

/**
 * How many times a task that finds the monitor taken checks again before it sleeps, on memory that spins: a few
 * microseconds.
 */
const LOOKS = 50;
const CONTENDED = 1 << 30;
const BROKEN = -1;
/** How long a recovery waits for a task that seems to be inside, in milliseconds; a live task needs microseconds. */
const MOMENT = 1000;
/** The answer to tasks that waited in a queue torn by a death. */
const TORN = -0x80000000;

/** Whether a task may be waiting to enter, by the result of `unlock`. */
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
    tickets: space.words(`${name}.tickets`, space.lanes),
    requests: space.words(`${name}.requests`, space.lanes),
    answers: space.words(`${name}.answers`, space.lanes),
    lanes: space.lanes,
    listening: space.part("lanes", listening),
  };
}

/** The one wait queue under nearly every primitive: a monitor, and waiters in order of arrival. */
export class WaitQueue {
  readonly #binding: Binding;
  readonly #place: WaitQueuePlace;
  readonly #keeper: QueueKeeper;
  readonly #listening: number;

  /** A task's view of a queue. */
  constructor(binding: Binding, place: WaitQueuePlace, keeper: QueueKeeper) {
    this.#binding = binding;
    this.#place = place;
    this.#keeper = keeper;
    this.#listening = place.listening(binding).first;
  }

  /**
   * Runs `body` inside the monitor; returns its result, or throws its refusal. If the task is interrupted while
   * entering, it runs `missed` inside and throws.
   */
  *inside<T>(body: () => Steps<T | Refusal>, missed?: () => Steps<void>): Steps<T> {
    let seen = yield* this.knock();
    if (seen !== 0) yield* this.enterAfter(seen, missed);
    let value: T | Refusal;
    try {
      value = yield* body();
      seen = yield* this.unlock();
    } catch (error) {
      yield* this.tear();
      throw error;
    }
    if (isContended(seen)) yield* this.wakeNext();
    if (value instanceof Refusal) throw value.error;
    return value;
  }

  /**
   * Runs `attempt` inside and returns its result unless that is 0. If it is 0, waits for a grant and returns that, or 0
   * once the deadline has passed (at once with `now`). The task is outside afterward.
   *
   * @throws {CancelledError} if the token is canceled before the grant.
   * @throws {MemoryFullError} if the task would have to wait and has no lane left; nothing has changed.
   * @throws {NotRecoverableError} if a task died inside the monitor.
   */
  *obtain(attempt: () => Steps<number>, request: WaitRequest, options: ParkOptions): Steps<number> {
    const { missed, isInside = false } = options;
    if (missed !== undefined && options.cancel !== undefined && (yield* cancelled(options.cancel))) {
      yield* uninterruptibly(() => this.inside(missed));
      throw cancelledWait(this.#place.name);
    }
    const seen = isInside ? 0 : yield* this.knock();
    if (seen !== 0) yield* this.enterAfter(seen, missed);
    const { now = false, cancel, line = { ticket: 0 }, queued } = options;
    const binding = this.#binding;
    let lane = NO_LANE;
    try {
      let answer: number;
      let before: number;
      try {
        answer = yield* attempt();
        if (answer === 0 && !now) lane = options.lane ?? binding.tryLane();
        if (lane !== NO_LANE) {
          yield* store(binding.wakeWord(lane), 0);
          if (cancel !== undefined) yield* listen(this.#listening + lane, cancel);
          yield* this.queue(lane, typeof request === "number" ? request : yield* request(), line);
        }
        before = yield* this.unlock();
      } catch (error) {
        yield* this.tear();
        throw error;
      }
      if (isContended(before)) yield* this.wakeNext();
      if (answer !== 0 || now) return answer;
      if (lane === NO_LANE) throw binding.noLane();
      try {
        if (queued !== undefined) yield* queued();
        answer = yield* this.#sleep(lane, options);
      } catch (error) {
        const { keep = false } = options;
        answer = yield* this.giveUp(lane, !keep);
        if (!keep || answer === 0) throw error;
      } finally {
        if (cancel !== undefined) yield* listen(this.#listening + lane, undefined);
      }
      if (answer === TORN) throw this.#torn();
      return answer;
    } finally {
      if (options.lane === undefined) binding.freeLane(lane);
    }
  }

  /** The first step of entering: 0 means that the task is inside; otherwise {@linkcode enterAfter} follows. */
  knock(): Steps<number> {
    // Happens-before: everything done inside before precedes what follows this exchange.
    return compareExchange(this.#place.monitor, { expected: 0, replacement: this.#binding.task + 1 });
  }

  /** The rest of entering. */
  *enterAfter(found: number, missed?: () => Steps<void>): Steps<void> {
    try {
      yield* this.#enterAfter(found);
    } catch (error) {
      // This task may have taken the wake-up meant for the next to enter: pass it on.
      yield* notify(this.#place.monitor, 1);
      if (missed !== undefined && !(error instanceof NotRecoverableError)) yield* this.inside(missed);
      throw error;
    }
  }

  *#enterAfter(found: number): Steps<void> {
    const { monitor } = this.#place;
    const me = this.#binding.task + 1;
    const { spin = 0 } = this.#binding.memory;
    // The task inside will leave soon: on memory that spins, checking again may save a wake-up.
    for (let looks = spin > 0 ? LOOKS : 0; looks > 0; looks--) {
      if ((yield* load(monitor)) === 0 && (yield* this.knock()) === 0) return;
    }
    for (let seen = found; seen !== 0;) {
      if (seen === BROKEN) throw this.#torn();
      const contended = seen | CONTENDED;
      if (
        seen === contended ||
        (yield* compareExchange(monitor, { expected: seen, replacement: contended })) === seen
      ) yield* wait(monitor, contended);
      // Others may still be sleeping: a task that has slept keeps the monitor marked as contended.
      seen = yield* compareExchange(monitor, { expected: 0, replacement: me | CONTENDED });
    }
  }

  /** The first step of leaving: if the result {@linkcode isContended}, {@linkcode wakeNext} follows. */
  unlock(): Steps<number> {
    return exchange(this.#place.monitor, 0);
  }

  /** The rest of leaving. */
  *wakeNext(): Steps<void> {
    try {
      yield* notify(this.#place.monitor, 1);
    } catch (error) {
      yield* notify(this.#place.monitor, 1);
      throw error;
    }
  }

  /**
   * Whether a task is inside. If not, a state read beforehand from outside was no half-done hand-over: every waiter
   * granted by then has been woken.
   */
  *occupied(): Steps<boolean> {
    return (yield* load(this.#place.monitor)) !== 0;
  }

  /** Reads the state of a single moment, inside. If a death tore the queue, reads what is left of it. */
  *look<T>(look: () => Steps<T>): Steps<T> {
    try {
      return yield* this.inside(look);
    } catch (error) {
      if (!(error instanceof NotRecoverableError)) throw error;
      return yield* look();
    }
  }

  /** How many tasks are waiting; exact inside, a hint outside. */
  waiters(): Steps<number> {
    return load(this.#place.count);
  }

  /** Inside: the first waiter that is not canceled, or `NOBODY`. */
  *first(): Steps<number> {
    if ((yield* load(this.#place.count)) === 0) return NOBODY;
    let first = yield* this.firstAfter(NOBODY);
    // A canceled waiter leaves by itself: anything granted from then on is for those behind it.
    while (first !== NOBODY && (yield* this.isCancelled(first))) first = yield* this.firstAfter(first);
    return first;
  }

  /**
   * Inside: the next waiter behind a queued one, or the first of all for `NOBODY`, canceled or not; `NOBODY` if there
   * is none.
   */
  *firstAfter(waiter: number): Steps<number> {
    const { tickets, lanes, count } = this.#place;
    let left = yield* load(count);
    if (left === 0) return NOBODY;
    const after = waiter === NOBODY ? 0 : yield* load(tickets + waiter);
    let first = NOBODY;
    let least = 0;
    for (let lane = 0; lane < lanes && left > 0; lane++) {
      const ticket = yield* load(tickets + lane);
      if (ticket === 0) continue;
      left--;
      if (waiter !== NOBODY && ((ticket - after) | 0) <= 0) continue;
      // Tickets wrap around, but never so many are in use at once that their difference does.
      if (first === NOBODY || ((ticket - least) | 0) < 0) {
        first = lane;
        least = ticket;
      }
    }
    return first;
  }

  /** Inside: whether a queued waiter is canceled, so that it is granted nothing. */
  *isCancelled(waiter: number): Steps<boolean> {
    const token = yield* load(this.#listening + waiter);
    return token !== 0 && (yield* load(token)) !== 0;
  }

  /** Inside: a waiter's request. */
  request(waiter: number): Steps<number> {
    return load(this.#place.requests + waiter);
  }

  /** Inside: a waiter's task. */
  taskOf(waiter: number): number {
    return this.#binding.taskOf(waiter);
  }

  /** Inside: takes a waiter off the queue and wakes it with an answer other than 0. */
  *grant(waiter: number, answer: number): Steps<void> {
    const { answers } = this.#place;
    // The answer comes first: a lane that sees itself no longer queued finds it.
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
   * Recovers from a task's death, as the supervisor: removes it from the queue, runs the primitive's own recovery
   * `inside`, and serves the waiters behind it. Returns `false` if the task died inside the monitor, which is then
   * torn.
   */
  *recover(task: number, inside: () => Steps<void>): Steps<boolean> {
    const { monitor } = this.#place;
    // The dead task may have left without waking those who want to enter.
    yield* notify(monitor);
    const seen = yield* this.#leftBy(task);
    if (seen === BROKEN) return false;
    if ((seen & ~CONTENDED) === task + 1) {
      yield* this.tear();
      return false;
    }
    yield* this.inside(() => this.#recoverInside(task, inside));
    return true;
  }

  /** Inside: removes a dead task, and runs the primitive's own recovery. */
  *#recoverInside(task: number, inside: () => Steps<void>): Steps<void> {
    const { lanes, tickets, answers } = this.#place;
    for (let lane = 0; lane < lanes; lane++) {
      if (this.#binding.taskOf(lane) !== task) continue;
      const answer = yield* load(answers + lane);
      if ((yield* load(tickets + lane)) !== 0) {
        yield* this.#unqueue(lane);
        // A stored answer counts as granted.
        if (answer === 0) yield* this.#withdraw(lane);
      }
      if (answer !== 0) {
        yield* store(answers + lane, 0);
        if (answer !== TORN) yield* this.#keeper.undo(answer, lane);
      }
    }
    yield* inside();
    yield* this.#keeper.settle();
  }

  /**
   * The monitor's word once a task is outside: a task given up for dead that is still alive leaves soon; one that died
   * inside never does.
   */
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
      // With the contended mark set, whoever leaves wakes this waiter.
      if (
        seen === contended || (yield* compareExchange(monitor, { expected: seen, replacement: contended })) === seen
      ) {
        waited = yield* wait(monitor, contended, { deadline });
      }
    }
    // This wake-up may have been meant for a task that wants to enter.
    yield* notify(monitor, 1);
    return seen;
  }

  *#sleep(lane: number, { deadline, cancel }: ParkOptions): Steps<number> {
    const wake = this.#binding.wakeWord(lane);
    const mine = this.#place.answers + lane;
    let result: WaitResult | undefined;
    for (;;) {
      const answer = yield* load(mine);
      if (answer !== 0) {
        yield* store(mine, 0);
        return answer;
      }
      if (cancel !== undefined && (yield* cancelled(cancel))) {
        const late = yield* this.giveUp(lane, false);
        if (late === 0) throw cancelledWait(this.#place.name);
        return late;
      }
      if (result === "timed-out") return yield* this.giveUp(lane, false);
      result = yield* wait(wake, 0, { deadline });
      // Whoever wakes this lane has stored its answer first, so resetting the word here loses nothing: the loop looks
      // again.
      if (result !== "timed-out") yield* store(wake, 0);
    }
  }

  /**
   * Outside: leaves the queue if the lane is queued; returns an answer that came first, or 0. With `undo`, that answer
   * is taken back.
   */
  giveUp(lane: number, undo: boolean): Steps<number> {
    return this.inside(() => this.#giveUp(lane, undo));
  }

  *#giveUp(lane: number, undo: boolean): Steps<number> {
    const { answers, tickets } = this.#place;
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
    return answer;
  }

  *#withdraw(lane: number): Steps<void> {
    if (this.#keeper.withdraw !== undefined) yield* this.#keeper.withdraw(yield* this.request(lane), lane);
  }

  /** Inside: queues a lane. */
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

  /** Takes and returns the answer of a lane; 0 if there is none. */
  *takeAnswer(lane: number): Steps<number> {
    const mine = this.#place.answers + lane;
    const answer = yield* load(mine);
    if (answer === 0) return 0;
    yield* store(mine, 0);
    if (answer === TORN) throw this.#torn();
    return answer;
  }

  /** Inside: takes a waiter off the queue without a grant, because another queue has granted it. */
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
    // Wakes all sleepers: an abandoned wait of this lane may still be ahead of the current one.
    yield* notify(wake);
  }

  /** Inside, or on behalf of a task that died there: marks the queue as torn and wakes everybody. */
  *tear(): Steps<void> {
    const { monitor, lanes, tickets, answers } = this.#place;
    yield* store(monitor, BROKEN);
    yield* notify(monitor);
    for (let lane = 0; lane < lanes; lane++) {
      // A torn grant may have stored its answer without waking the lane.
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
