/**
 * The one wait queue under every primitive: a monitor, and waiters in order of arrival.
 *
 * - `inside` brackets the changes of a primitive's state; meanwhile nobody else is inside. Whoever changes the state ends by
 *   granting: takes the first waiter whose request can be met off the queue and wakes it.
 * - `obtain` tries inside, and where that gives nothing queues the task with a request (a number other than 0) and sleeps
 *   outside until it is granted. Where the task has no lane left it leaves, and changes nothing.
 * - Nobody else enters or leaves the monitor, and nothing throws inside it (the lint rule `monitor`). Where something does
 *   all the same, such as an operation that fails, the queue is torn as by a death, so that nobody sleeps on.
 * - Invariant: a lane's ticket is not 0 exactly while it is queued; its answer is not 0 exactly from its grant until it, or
 *   who buries it, takes the answer. So a grant is never lost and never taken twice.
 * - Whoever grants passes over a waiter whose cancel token is cancelled: so a cancel that comes before a grant wins.
 * - A waiter that gives up (a timeout, a cancel, an error thrown into it) leaves the queue inside the monitor; if its grant
 *   came before, a timeout or a cancel keeps it, and an error undoes it. Then `settle` serves those behind it.
 * - Who waits on what: a lane sleeps on its own wake word, woken by its grant or its cancel token; who enters sleeps on the
 *   monitor word, woken by who leaves. Both are woken by `died` when that somebody is dead.
 * - A task that dies inside the monitor may leave torn state: all who use the queue from then on get `NotRecoverableError`.
 *
 * Longer than most files because what happens at the door, in line and at a death is one protocol over the same words.
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
import { insist } from "./insist.ts";
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
  /** Where it stands which token a lane listens to. */
  readonly listening: Bind<{ readonly first: number }>;
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
  /** When it gives up, in milliseconds; `Infinity` for never. Like `keep` it is looked at late: the attempt may set it. */
  readonly deadline: number;
  /** Whether it gives up at once; by default it waits. */
  readonly now?: boolean | undefined;
  /** What cancels it. */
  readonly cancel?: CancelToken | undefined;
  /** The place in line: kept by one who waits again, so that it stands where it stood. */
  readonly line?: Line | undefined;
  /** The lane, of one who has taken it and frees it: what its grant refers to by lane stays its own until then. */
  readonly lane?: number | undefined;
  /** What the task does once it is queued and outside, before it sleeps; an error of it ends the wait. */
  readonly queued?: (() => Steps<void>) | undefined;
  /** Whether a grant that came before an error is thrown into the wait is kept: then the error is dropped. */
  readonly keep?: boolean | undefined;
  /** Whether the task is inside already: not by default. */
  readonly isInside?: boolean | undefined;
  /** What one does inside who was granted another attempt, and is cancelled or interrupted before it: for those behind it. */
  readonly missed?: (() => Steps<void>) | undefined;
}

/** What a waiter asks for, or the steps inside that note it and say it, once it is certain that it waits. */
export type WaitRequest = number | (() => Steps<number>);

/** A place in line; 0 before the first time. */
export interface Line {
  /** The ticket. */
  ticket: number;
}

/** What a body inside gives instead of throwing: it is thrown outside. */
export class Refusal {
  /** What is thrown. */
  readonly error: Error;

  /** Refuses with an error. */
  constructor(error: Error) {
    this.error = error;
  }
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
    tickets: space.words(`${name}.tickets`, space.lanes),
    requests: space.words(`${name}.requests`, space.lanes),
    answers: space.words(`${name}.answers`, space.lanes),
    lanes: space.lanes,
    listening: space.part("lanes", listening),
  };
}

/** The one wait queue under every primitive: a monitor, and waiters in order of arrival. */
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
   * Goes inside, does what is to be done there, and goes outside; gives what it gave, or throws what it refused. One who is interrupted at the door
   * does there what `missed` says, and throws.
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
   * Goes inside and tries: an answer other than 0 is what comes of it. Where it is 0 the task waits for a grant, and gives
   * that, or 0 where the deadline came first, at once for `now`. Outside in each case.
   *
   * @throws {CancelledError} where the token is cancelled before the grant.
   * @throws {MemoryFullError} where the task would have to wait and has no lane left; nothing has changed.
   * @throws {NotRecoverableError} where a task died inside the monitor.
   */
  *obtain(attempt: () => Steps<number>, request: WaitRequest, options: ParkOptions): Steps<number> {
    const { missed, isInside = false } = options;
    if (missed !== undefined && options.cancel !== undefined && (yield* cancelled(options.cancel))) {
      yield* insist(() => this.inside(missed));
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

  /** The first step on the way in: who gets 0 is inside, who gets anything else goes on with {@linkcode enterAfter}. */
  knock(): Steps<number> {
    // All that was done inside before happens before what is done after this exchange.
    return compareExchange(this.#place.monitor, { expected: 0, replacement: this.#binding.task + 1 });
  }

  /** The rest of the way in. */
  *enterAfter(found: number, missed?: () => Steps<void>): Steps<void> {
    try {
      yield* this.#enterAfter(found);
    } catch (error) {
      // The wake-up of who left may have been for this task: it passes on.
      yield* notify(this.#place.monitor, 1);
      if (missed !== undefined && !(error instanceof NotRecoverableError)) yield* this.inside(missed);
      throw error;
    }
  }

  *#enterAfter(found: number): Steps<void> {
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
      ) yield* wait(monitor, contended);
      // Others may sleep on as well: who has slept leaves as one with whom somebody contends.
      seen = yield* compareExchange(monitor, { expected: 0, replacement: me | CONTENDED });
    }
  }

  /** The first step on the way out: where the answer {@linkcode isContended}, {@linkcode wakeNext} follows. */
  unlock(): Steps<number> {
    return exchange(this.#place.monitor, 0);
  }

  /** The rest of the way out. */
  *wakeNext(): Steps<void> {
    try {
      yield* notify(this.#place.monitor, 1);
    } catch (error) {
      yield* notify(this.#place.monitor, 1);
      throw error;
    }
  }

  /**
   * Whether somebody is inside. Outside, a state that was read before this gives false was no half-done hand-over: who was
   * granted by then is awake.
   */
  *occupied(): Steps<boolean> {
    return (yield* load(this.#place.monitor)) !== 0;
  }

  /** What is so inside, for who only looks: the state of one moment. Of a queue that a death has torn, what is left of it. */
  *look<T>(look: () => Steps<T>): Steps<T> {
    try {
      return yield* this.inside(look);
    } catch (error) {
      if (!(error instanceof NotRecoverableError)) throw error;
      return yield* look();
    }
  }

  /** How many wait; exact inside, a hint outside. */
  waiters(): Steps<number> {
    return load(this.#place.count);
  }

  /** Inside: the first in line that is not cancelled, or `NOBODY`. */
  *first(): Steps<number> {
    if ((yield* load(this.#place.count)) === 0) return NOBODY;
    let first = yield* this.firstAfter(NOBODY);
    // Who is cancelled leaves by itself: what is given from then on is for those behind it.
    while (first !== NOBODY && (yield* this.isCancelled(first))) first = yield* this.firstAfter(first);
    return first;
  }

  /** Inside: the first in line behind a waiter (in line itself), or of all behind `NOBODY`, cancelled or not; or `NOBODY`. */
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
      // Tickets wrap around, and there are never so many at once that their difference does.
      if (first === NOBODY || ((ticket - least) | 0) < 0) {
        first = lane;
        least = ticket;
      }
    }
    return first;
  }

  /** Inside: whether a waiter in line is cancelled: then it is granted nothing. */
  *isCancelled(waiter: number): Steps<boolean> {
    const token = yield* load(this.#listening + waiter);
    return token !== 0 && (yield* load(token)) !== 0;
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
   * Buries a dead task, as the supervisor: it waits here no longer. `inside` then does the primitive's part, and those
   * behind it are served. Gives false where the task died inside the monitor, which is then torn.
   */
  *bury(task: number, inside: () => Steps<void>): Steps<boolean> {
    const { monitor } = this.#place;
    // The dead may have left without waking those who want to enter.
    yield* notify(monitor);
    const seen = yield* this.#leftBy(task);
    if (seen === BROKEN) return false;
    if ((seen & ~CONTENDED) === task + 1) {
      yield* this.tear();
      return false;
    }
    yield* this.inside(() => this.#recover(task, inside));
    return true;
  }

  /** Inside: takes a dead task out, and does the primitive's part. */
  *#recover(task: number, inside: () => Steps<void>): Steps<void> {
    const { lanes, tickets, answers } = this.#place;
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
      // Whoever wakes this lane stores its answer before: what is set back here is looked at above.
      if (result !== "timed-out") yield* store(wake, 0);
    }
  }

  /**
   * Outside: leaves the queue, if the lane is queued; gives the answer that came before, or 0. With `undo` that answer is
   * taken back, too.
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

  /** Inside, or for one who died there: marks the queue as torn and wakes everybody. */
  *tear(): Steps<void> {
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
