/**
 * A barrier: parties wait for each other and proceed together, generation after generation.
 *
 * - `wait` returns the arrival index in the generation, 0 to parties - 1. The last party leads: it runs the action, if
 *   all parties bring one, before any party leaves. A task that arrives while the action runs belongs to the next
 *   generation.
 * - A party that leaves early breaks the barrier for all, including latecomers: by a timeout, a cancellation, an error
 *   thrown into it, a failing action or a death. It stays broken until `reset`; `abort` breaks it on purpose.
 * - `reset` begins a new generation; current waiters get a `BrokenBarrierError`.
 * - A death breaks the barrier if the dead task counts as a party: a task that has ever waited on it, or any task if
 *   there are as many parties as tasks.
 * - Invariant: one word holds generation, phase and arrivals, and each change of these is one compare-exchange. So no
 *   monitor is needed, a death cannot leave it half changed, and generations cannot mix.
 * - Wake-ups: a party marks its lane before it arrives; the task that then changes the phase or the generation wakes
 *   the marked lanes. If that task dies first, `died` wakes them.
 * - Longer than most files because arriving, leaving, breaking and repairing are one protocol over the same words.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { barrier } from "./barrier.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ gate: barrier(2) }, { tasks: 2 });
 * const gate = blocking(space.bind(new ModelMemory(space.layout), { task: 0 }).gate);
 * let failure: unknown;
 * try {
 *   gate.wait({ timeout: 1 });
 * } catch (error) {
 *   failure = error;
 * }
 * if (!(failure instanceof Error && failure.name === "BrokenBarrierError")) throw new Error("no other party comes");
 * gate.reset();
 * if (gate.tryWait() !== undefined) throw new Error("one party is missing");
 * ```
 */

import type { BrokenBarrierError } from "../errors.ts";
import {
  add,
  call,
  type CallOperation,
  compareExchange,
  load,
  notify,
  type Steps,
  store,
  wait,
} from "../memory/mod.ts";
import {
  ACTING,
  type Breach,
  BREACHES,
  BROKEN,
  brokenBarrier,
  COMES,
  countOf,
  DISMISSED,
  FILLING,
  generationOf,
  LEADS,
  markOf,
  MOST_PARTIES,
  PHASE,
  RESETTING,
  sleepsIn,
  stateOf,
  WAITS,
} from "./barrier_state.ts";
import { type Bind, type Binding, NO_LANE, type SharedThing } from "./binding.ts";
import { type Body, checkBody, runBody } from "./body.ts";
import { cancelled, cancelledWait, type CancelToken, listen, listening } from "./cancel_token.ts";
import type { Shareable } from "./space.ts";
import { checkWaitOptions, deadlineOf, type WaitOptions } from "./wait_options.ts";

/** Options of a party's wait. */
export interface BarrierWaitOptions extends WaitOptions {
  /** What the last party runs before any party leaves; every party must pass it. */
  readonly action?: Body | undefined;
}

/** Statistics of a barrier. */
export interface BarrierStatistics {
  /** How many parties proceed together. */
  readonly parties: number;
  /** How many have arrived and not proceeded. */
  readonly waiting: number;
  /** Whether it is broken. */
  readonly broken: boolean;
  /** How many generations have ended, completed or reset; modulo 2^18. */
  readonly generation: number;
}

/** How a party arrives: to wait, to wait and lead the action if it is the last, or only if it is the last. */
type Coming = "wait" | "act" | "try";

/** The answer to a party that only tries and is not the last. */
const NOT_LAST = -1;

/**
 * Declares a barrier.
 *
 * @throws {RangeError} unless `parties` is an integer from 1 to {@linkcode MOST_PARTIES}.
 */
export function barrier(parties: number): Shareable<Barrier> {
  if (!(Number.isSafeInteger(parties) && parties >= 1 && parties <= MOST_PARTIES)) {
    throw new RangeError(`Cannot make a barrier: of ${parties} parties, from 1 to ${MOST_PARTIES} are wanted`);
  }
  return {
    kind: "barrier",
    reserve(space, name) {
      if (parties > space.lanes) {
        throw new RangeError(
          `Cannot make ${name}: of ${parties} parties, at most as many as can wait at once (${space.lanes}) are wanted`,
        );
      }
      const place = {
        name,
        parties,
        // One task is the supervisor.
        countsAll: parties === space.tasks - 1,
        state: space.word(`${name}.state`),
        dead: space.word(`${name}.dead`),
        marks: space.words(`${name}.marks`, space.lanes),
        cancellable: space.word(`${name}.cancellable`),
        listening: space.part("lanes", listening),
        lanes: space.lanes,
      };
      return (binding) => new Barrier(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  readonly parties: number;
  readonly countsAll: boolean;
  /** Generation, count of arrivals (or BREACH), and phase. */
  readonly state: number;
  /** The number of the task that died last, plus 1. */
  readonly dead: number;
  /** For each lane: the last generation that its task waited in, and how; 0 at first. */
  readonly marks: number;
  /** How many waits may be canceled. */
  readonly cancellable: number;
  /** Records which token each lane listens to. */
  readonly listening: Bind<{ readonly first: number }>;
  readonly lanes: number;
}

const CALLS: readonly (keyof Barrier & string)[] = [
  "wait",
  "tryWait",
  "abort",
  "reset",
  "arrive",
  "open",
  "fail",
  "statistics",
];

/** A barrier: parties wait for each other and proceed together, generation after generation. */
export class Barrier implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #place: Place;
  // A call without arguments is the same every time.
  readonly #waitCall: CallOperation;

  /** Made by {@linkcode barrier}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#binding = binding;
    this.#place = place;
    this.#waitCall = { kind: "call", object: this.name, method: "wait", args: [] };
  }

  /**
   * Waits for the other parties; returns the arrival index, 0 for the first and parties - 1 for the last.
   *
   * @throws {BrokenBarrierError} if the barrier is broken or breaks, also by this call's own timeout; `cause` says by
   * what.
   * @throws {CancelledError} if the token is canceled first, which breaks the barrier.
   */
  wait(options?: BarrierWaitOptions): Steps<number> {
    if (options === undefined) return call(this.#waitCall, this.#wait(undefined, "wait"));
    checkWaitOptions(`wait at ${this.name}`, options);
    const { action, ...rest } = options;
    if (action === undefined) {
      return call({ kind: "call", object: this.name, method: "wait", args: [rest] }, this.#wait(rest, "wait"));
    }
    checkBody(`wait at ${this.name}`, action);
    return this.#act(this.arrive(rest), action);
  }

  /**
   * Proceeds if all other parties have arrived, and returns the last index; otherwise returns `undefined` without
   * arriving.
   *
   * @throws {BrokenBarrierError} if the barrier is broken.
   */
  tryWait(): Steps<number | undefined> {
    return call({ kind: "call", object: this.name, method: "tryWait", args: [] }, this.#tryWait());
  }

  /** Breaks it for all parties, until a reset. */
  abort(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "abort", args: [] }, this.#break("abort"));
  }

  /** Begins a new generation, also repairing a broken barrier; current waiters get a `BrokenBarrierError`. */
  reset(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "reset", args: [] }, this.#reset());
  }

  /**
   * The first part of a `wait` with an action: returns the index. To the leader it returns -1 - generation; the other
   * parties of that generation wait until the leader calls `open`, or `fail` if the action failed.
   */
  arrive(options?: WaitOptions): Steps<number> {
    checkWaitOptions(`wait at ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "arrive", args: [options] }, this.#wait(options, "act"));
  }

  /**
   * Lets the parties of a generation proceed after its action.
   *
   * @throws {BrokenBarrierError} if the barrier broke meanwhile.
   */
  open(generation: number): Steps<void> {
    return call({ kind: "call", object: this.name, method: "open", args: [generation] }, this.#open(generation));
  }

  /** Breaks a generation whose action failed. */
  fail(generation: number): Steps<void> {
    const body = this.#break("action", generation);
    return call({ kind: "call", object: this.name, method: "fail", args: [generation] }, body);
  }

  /** Its current statistics. */
  statistics(): Steps<BarrierStatistics> {
    return call({ kind: "call", object: this.name, method: "statistics", args: [] }, this.#statistics());
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}. */
  *died(task: number): Steps<void> {
    const { state, dead, marks, lanes, countsAll } = this.#place;
    let counts = countsAll;
    for (let lane = 0; lane < lanes && !counts; lane++) {
      counts = this.#binding.taskOf(lane) === task && (yield* load(marks + lane)) !== 0;
    }
    if (counts) {
      // Happens before the break, whose readers name the dead task.
      yield* store(dead, task + 1);
      yield* this.#break("death");
    }
    const word = yield* load(state);
    if ((word & PHASE) === RESETTING) yield* this.#dismiss(generationOf(word));
    // The dead task may have changed the state without waking everybody.
    for (let lane = 0; lane < lanes; lane++) {
      if ((yield* load(marks + lane)) !== 0) yield* this.#wake(lane);
    }
  }

  *#tryWait(): Steps<number | undefined> {
    const index = yield* this.#wait(undefined, "try");
    return index === NOT_LAST ? undefined : index;
  }

  *#act(arriving: Steps<number>, action: Body): Steps<number> {
    const arrived = yield* arriving;
    if (arrived >= 0) return arrived;
    const generation = -1 - arrived;
    try {
      yield* runBody(action);
    } catch (error) {
      yield* this.fail(generation);
      throw error;
    }
    yield* this.open(generation);
    return this.#place.parties - 1;
  }

  *#wait(options: WaitOptions | undefined, coming: Coming): Steps<number> {
    const { parties, state, marks } = this.#place;
    const deadline = yield* deadlineOf(options);
    const cancel = options?.cancel;
    const lane = this.#binding.tryLane();
    if (lane === NO_LANE) throw this.#binding.noLane();
    let listens = false;
    try {
      for (;;) {
        const word = yield* load(state);
        const phase = word & PHASE;
        const generation = generationOf(word);
        if (phase === BROKEN) throw yield* this.#broken(countOf(word));
        if (phase === RESETTING) {
          yield* this.#dismiss(generation);
          continue;
        }
        const index = countOf(word);
        if (phase === FILLING && index === parties - 1) {
          if (yield* this.#breaksCancelled(generation)) continue;
          yield* store(marks + lane, markOf(generation, LEADS));
          const next = coming === "act" ? stateOf(generation, parties, ACTING) : stateOf(generation + 1, 0, FILLING);
          // Happens-before: what every party did before arriving precedes what any party does after this.
          if ((yield* compareExchange(state, { expected: word, replacement: next })) !== word) continue;
          if (coming === "act") return -1 - generation;
          yield* this.#wakeAll(generation);
          return index;
        }
        if (coming === "try") return NOT_LAST;
        if (cancel !== undefined && !listens) {
          listens = true;
          yield* this.#listen(lane, cancel);
        }
        // Whoever changes the state reads the marks afterward, and so wakes every party that the state counts.
        yield* store(this.#binding.wakeWord(lane), 0);
        yield* store(marks + lane, markOf(generation, phase === FILLING ? WAITS : COMES));
        const arrival = { expected: word, replacement: stateOf(generation, index + 1, FILLING) };
        const seen = phase === FILLING ? yield* compareExchange(state, arrival) : yield* load(state);
        if (seen !== word) continue;
        yield* this.#sleep(lane, { generation, deadline, cancel });
        if (phase === FILLING) return index;
      }
    } finally {
      if (listens) yield* this.#listen(lane, undefined);
      this.#binding.freeLane(lane);
    }
  }

  /** Before arrival, records the token that cancels a lane's wait; afterward, removes it. */
  *#listen(lane: number, cancel: CancelToken | undefined): Steps<void> {
    yield* listen(this.#place.listening(this.#binding).first + lane, cancel);
    yield* add(this.#place.cancellable, cancel === undefined ? -1 : 1);
  }

  /** Breaks a generation and returns true if a waiter in it was canceled: the cancellation came before its end. */
  *#breaksCancelled(generation: number): Steps<boolean> {
    const { cancellable, marks, lanes, listening } = this.#place;
    if ((yield* load(cancellable)) === 0) return false;
    const { first } = listening(this.#binding);
    for (let lane = 0; lane < lanes; lane++) {
      if (!sleepsIn(generation, yield* load(marks + lane))) continue;
      const token = yield* load(first + lane);
      if (token === 0 || (yield* load(token)) === 0) continue;
      yield* this.#break("cancel", generation);
      return true;
    }
    return false;
  }

  /** Sleeps until a generation has completed. */
  *#sleep(
    lane: number,
    { generation, deadline, cancel }: { generation: number; deadline: number; cancel: CancelToken | undefined },
  ): Steps<void> {
    const { state, marks } = this.#place;
    const wake = this.#binding.wakeWord(lane);
    try {
      for (;;) {
        if (cancel !== undefined && (yield* cancelled(cancel))) yield* this.#break("cancel", generation);
        else if ((yield* wait(wake, 0, { deadline })) === "timed-out") yield* this.#break("timeout", generation);
        // Reset before reading the state: a task that wakes this lane has changed the state first.
        yield* store(wake, 0);
        const word = yield* load(state);
        if (generationOf(word) !== generation) {
          const dismissed = (yield* load(marks + lane)) === markOf(generation, DISMISSED);
          if (!dismissed) return;
          throw yield* this.#broken(BREACHES.reset);
        }
        if ((word & PHASE) !== BROKEN) continue;
        const breach = countOf(word);
        const isMine = breach === BREACHES.cancel && cancel !== undefined && (yield* cancelled(cancel));
        throw isMine ? cancelledWait(this.name) : yield* this.#broken(breach);
      }
    } catch (error) {
      // An interrupt; after any other error the barrier is already broken, or another generation has begun.
      yield* this.#break("interrupt", generation);
      throw error;
    }
  }

  *#open(generation: number): Steps<void> {
    yield* this.#breaksCancelled(generation);
    const expected = stateOf(generation, this.#place.parties, ACTING);
    const replacement = stateOf(generation + 1, 0, FILLING);
    const seen = yield* compareExchange(this.#place.state, { expected, replacement });
    if (seen === expected) return yield* this.#wakeAll(generation);
    const broken = generationOf(seen) === generation && (seen & PHASE) === BROKEN;
    throw yield* this.#broken(broken ? countOf(seen) : BREACHES.reset);
  }

  /** Breaks the barrier, if it is still in `generation` or none is given. */
  *#break(breach: Breach, generation?: number): Steps<void> {
    const { state } = this.#place;
    for (;;) {
      const word = yield* load(state);
      const current = generationOf(word);
      if ((generation !== undefined && current !== generation) || (word & PHASE) === BROKEN) return;
      if ((word & PHASE) === RESETTING) {
        yield* this.#dismiss(current);
        continue;
      }
      const replacement = stateOf(current, BREACHES[breach], BROKEN);
      if ((yield* compareExchange(state, { expected: word, replacement })) !== word) continue;
      return yield* this.#wakeAll(current);
    }
  }

  *#reset(): Steps<void> {
    const { state } = this.#place;
    for (;;) {
      const word = yield* load(state);
      const generation = generationOf(word);
      const phase = word & PHASE;
      if (phase === FILLING && countOf(word) === 0) return;
      const replacement = stateOf(generation, 0, RESETTING);
      if (phase !== RESETTING && (yield* compareExchange(state, { expected: word, replacement })) !== word) continue;
      return yield* this.#dismiss(generation);
    }
  }

  /** Tells the waiters of a generation that a reset ends it, and begins the next; several tasks may do this at once. */
  *#dismiss(generation: number): Steps<void> {
    const { state, marks, lanes } = this.#place;
    // Nobody arrives in this phase: no mark of a waiter of this generation is missed, and a later mark waits in another
    // one.
    const change = { expected: markOf(generation, WAITS), replacement: markOf(generation, DISMISSED) };
    for (let lane = 0; lane < lanes; lane++) yield* compareExchange(marks + lane, change);
    const expected = stateOf(generation, 0, RESETTING);
    yield* compareExchange(state, { expected, replacement: stateOf(generation + 1, 0, FILLING) });
    yield* this.#wakeAll(generation);
  }

  /** Wakes every party of a generation. */
  *#wakeAll(generation: number): Steps<void> {
    const { marks, lanes } = this.#place;
    for (let lane = 0; lane < lanes; lane++) {
      const mark = yield* load(marks + lane);
      if (sleepsIn(generation, mark)) yield* this.#wake(lane);
    }
  }

  *#wake(lane: number): Steps<void> {
    const wake = this.#binding.wakeWord(lane);
    yield* store(wake, 1);
    yield* notify(wake);
  }

  *#statistics(): Steps<BarrierStatistics> {
    const { parties, state } = this.#place;
    const word = yield* load(state);
    const phase = word & PHASE;
    const waiting = phase === FILLING || phase === ACTING ? countOf(word) : 0;
    return { parties, waiting, broken: phase === BROKEN, generation: generationOf(word) };
  }

  *#broken(breach: number): Steps<BrokenBarrierError> {
    const { name, dead } = this.#place;
    const task = breach === BREACHES.death ? (yield* load(dead)) - 1 : -1;
    return brokenBarrier(name, breach, this.#binding.nameOf(task));
  }
}
