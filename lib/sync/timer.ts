/**
 * A timer: runs a function once, no earlier than its interval after its start, unless it is canceled first.
 *
 * - Any task may start or cancel it. A task that calls `run` waits until the timer is due and runs the function there;
 *   if several tasks do, one of them runs it.
 * - Canceled before a task has claimed it, it never runs; canceling it later has no effect.
 * - It starts only once. If a task dies after claiming it, the timer counts as fired, and nobody runs the function
 *   again.
 * - Invariant: idle -> started -> fired, and idle or started -> cancelled; the task that makes it fired runs the
 *   function.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { Space } from "./space.ts";
 * import { timer } from "./timer.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ bell: timer({ interval: 0.5 }) }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * const bell = blocking(space.bind(memory, { task: 0 }).bell);
 * let rang = 0;
 * bell.start();
 * const late = bell.run(() => void rang++);
 * if (late !== 0 || rang !== 1 || memory.clock !== 500) throw new Error("it rings once, in time");
 * if (bell.cancel()) throw new Error("it has run");
 * ```
 */

import { StateError, WaitTimeoutError } from "../errors.ts";
import { call, load, now, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { type Body, checkBody, runBody } from "./body.ts";
import type { Shareable } from "./space.ts";
import { reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { argsOf, checkWaitOptions, FOREVER, parkOptions, type WaitOptions } from "./wait_options.ts";

/** Options of a timer. */
export interface TimerOptions {
  /** How long after its start it is due, in seconds. */
  readonly interval: number;
}

/** A timer's phase of life. */
export type TimerPhase = "idle" | "started" | "fired" | "cancelled";

/** Statistics of a timer. */
export interface TimerStatistics {
  /** Its phase. */
  readonly phase: TimerPhase;
  /** When it is or was due, in seconds on the memory's clock; `undefined` unless started or fired. */
  readonly due: number | undefined;
  /** How many tasks are waiting to run it. */
  readonly waiters: number;
}

/** The result of `claim`: how late the caller may run the function, in seconds, or why it may not. */
export type TimerClaim = number | "over" | "waiting";

const PHASES = ["idle", "started", "fired", "cancelled"] as const;
const IDLE = 0;
const STARTED = 1;
const FIRED = 2;
const CANCELLED = 3;

/** The request of every waiter, and its grant: look at the phase again, because it has changed. */
const LOOK = 1;

/**
 * Declares a timer.
 *
 * @throws {RangeError} unless `interval` is a finite number of at least 0.
 */
export function timer({ interval }: TimerOptions): Shareable<Timer> {
  if (!(Number.isFinite(interval) && interval >= 0)) {
    throw new RangeError(`Cannot make a timer: of ${interval} s, a finite number of at least 0 is wanted`);
  }
  return {
    kind: "timer",
    reserve(space, name) {
      const place = {
        name,
        interval,
        phase: space.word(`${name}.phase`),
        due: space.cells(`${name}.due`, 1, "f64"),
        queue: reserveWaitQueue(space, name),
      };
      return (binding) => new Timer(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  readonly interval: number;
  readonly phase: number;
  /** When it is due, in milliseconds; stored before the phase becomes STARTED. */
  readonly due: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof Timer & string)[] = ["start", "cancel", "claim", "statistics"];

/** A timer: runs a function once, no earlier than its interval after its start, unless it is canceled first. */
export class Timer implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #place: Place;
  readonly #queue: WaitQueue;

  /** Made by {@linkcode timer}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#place = place;
    this.#queue = new WaitQueue(binding, place.queue, { *settle() {}, *undo() {} });
  }

  /**
   * Starts it.
   *
   * @throws {StateError} if it was started or canceled before.
   */
  start(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "start", args: [] }, this.#start());
  }

  /** Cancels it; `false` if it has already run or was canceled before. */
  cancel(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "cancel", args: [] }, this.#cancel());
  }

  /**
   * Waits until it is due and runs the function. Returns how late that began, in seconds, or `undefined` if the timer
   * was canceled or another task ran the function.
   *
   * @throws {WaitTimeoutError} if it is not due in time.
   * @throws {CancelledError} if the token is canceled first.
   */
  run(body: Body, options?: WaitOptions): Steps<number | undefined> {
    checkBody(`run ${this.name}`, body);
    checkWaitOptions(`run ${this.name}`, options);
    return this.#run(body, this.claim(options));
  }

  /**
   * Runs the function if it is due; returns how late, in seconds, or `undefined` if it is not due, was canceled or has
   * run.
   */
  tryRun(body: Body): Steps<number | undefined> {
    checkBody(`run ${this.name}`, body);
    return this.#tryRun(body, this.claim({ timeout: 0 }));
  }

  /** The first part of `run`, for callers that cannot pass a function: the caller that gets a number must act. */
  claim(options?: WaitOptions): Steps<TimerClaim> {
    checkWaitOptions(`run ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "claim", args: argsOf(options) }, this.#claim(options));
  }

  /** Its current statistics. */
  statistics(): Steps<TimerStatistics> {
    return call(
      { kind: "call", object: this.name, method: "statistics", args: [] },
      this.#queue.look(() => this.#statistics()),
    );
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}. */
  *died(task: number): Steps<void> {
    // The dead task left the monitor with a complete phase and all waiters woken; otherwise the queue is torn.
    yield* this.#queue.recover(task, function* () {});
  }

  *#start(): Steps<void> {
    const before = yield* this.#queue.inside(() => this.#change([IDLE], STARTED));
    if (before === IDLE) return;
    throw new StateError(`Cannot start ${this.name}: it is ${PHASES[before]}, an idle timer is wanted`);
  }

  *#cancel(): Steps<boolean> {
    const before = yield* this.#queue.inside(() => this.#change([IDLE, STARTED], CANCELLED));
    return before === IDLE || before === STARTED;
  }

  /** Inside: moves to phase `to` if the phase is one of `from`, and wakes the waiters; returns the phase before. */
  *#change(from: readonly number[], to: number): Steps<number> {
    const { phase, due, interval } = this.#place;
    const before = yield* load(phase);
    if (!from.includes(before)) return before;
    if (to === STARTED) yield* store(due, (yield* now()) + interval * 1000, { cell: "f64" });
    yield* store(phase, to);
    yield* this.#queue.grantAll(LOOK);
    return before;
  }

  *#run(body: Body, claiming: Steps<TimerClaim>): Steps<number | undefined> {
    const claim = yield* claiming;
    if (claim === "waiting") {
      throw new WaitTimeoutError(`Cannot run ${this.name}: it is not due, its time or a longer timeout is wanted`);
    }
    if (claim === "over") return undefined;
    yield* runBody(body);
    return claim;
  }

  *#tryRun(body: Body, claiming: Steps<TimerClaim>): Steps<number | undefined> {
    const claim = yield* claiming;
    if (typeof claim === "string") return undefined;
    yield* runBody(body);
    return claim;
  }

  *#claim(options: WaitOptions | undefined): Steps<TimerClaim> {
    const patience = options === undefined ? FOREVER : yield* parkOptions(options);
    for (let inTime = true;;) {
      const wait = { ...patience, claim: "waiting" as TimerClaim, due: Infinity };
      const answer = yield* this.#queue.obtain(() => this.#try(wait, inTime), LOOK, wait);
      if (wait.claim !== "waiting" || !inTime || patience.now) return wait.claim;
      // Either the timer is due, or only the caller's deadline has passed; if both came at once, the next look claims it.
      inTime = answer === LOOK || wait.due < patience.deadline;
    }
  }

  /** Inside: claims the timer if it is due; otherwise sets the wait's deadline, if the caller is to wait. */
  *#try(wait: { claim: TimerClaim; due: number; deadline: number }, waits: boolean): Steps<number> {
    wait.claim = yield* this.#look();
    if (wait.claim !== "waiting" || !waits) return LOOK;
    const { phase, due } = this.#place;
    if ((yield* load(phase)) === STARTED) wait.due = yield* load(due, { cell: "f64" });
    wait.deadline = Math.min(wait.due, wait.deadline);
    return 0;
  }

  /** Inside: claims the timer if it is due. */
  *#look(): Steps<TimerClaim> {
    const { phase, due } = this.#place;
    const before = yield* load(phase);
    if (before === FIRED || before === CANCELLED) return "over";
    if (before === IDLE) return "waiting";
    const late = (yield* now()) - (yield* load(due, { cell: "f64" }));
    if (late < 0) return "waiting";
    // Other tasks that wait to run it also sleep no longer than until it is due.
    yield* store(phase, FIRED);
    return late / 1000;
  }

  /** Inside. */
  *#statistics(): Steps<TimerStatistics> {
    const phase = yield* load(this.#place.phase);
    const due = yield* load(this.#place.due, { cell: "f64" });
    return {
      phase: PHASES[phase] ?? "idle",
      due: phase === STARTED || phase === FIRED ? due / 1000 : undefined,
      waiters: yield* this.#queue.waiters(),
    };
  }
}
