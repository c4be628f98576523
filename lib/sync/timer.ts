/**
 * A timer: runs something once, at least its interval after its start, unless it is cancelled before.
 *
 * - Any task starts or cancels it; a task that calls `run` waits for its time and runs the function there. Of several
 *   such tasks one runs it.
 * - Cancelled before its time is taken, it never runs; cancelled later, nothing changes.
 * - It starts once. A task that dies after it took the time has run it, as far as others can tell: nobody runs it again.
 * - Invariant: idle -> started -> fired, and idle or started -> cancelled; who makes it fired is the one who runs it.
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
import { checkWaitOptions, FOR_EVER, parkOptions, type WaitOptions } from "./wait_options.ts";

/** How a timer behaves. */
export interface TimerOptions {
  /** How long after its start it runs, in seconds. */
  readonly interval: number;
}

/** Where a timer is in its life. */
export type TimerPhase = "idle" | "started" | "fired" | "cancelled";

/** What a timer tells about itself. */
export interface TimerStatistics {
  /** Where it is in its life. */
  readonly phase: TimerPhase;
  /** When it is or was due, in seconds on the memory's clock; undefined unless started or fired. */
  readonly due: number | undefined;
  /** How many tasks wait to run it. */
  readonly waiters: number;
}

/** What `claim` found: how late the caller runs it, in seconds, or why not. */
export type TimerClaim = number | "over" | "waiting";

const PHASES = ["idle", "started", "fired", "cancelled"] as const;
const IDLE = 0;
const STARTED = 1;
const FIRED = 2;
const CANCELLED = 3;

/** The request of every waiter and the answer to it: the phase is another. */
const LOOK = 1;

/**
 * A timer to be.
 *
 * @throws {RangeError} unless the interval is a finite number of at least 0.
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
  /** When it is due, in milliseconds: set before the phase is STARTED. */
  readonly due: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof Timer & string)[] = ["start", "cancel", "claim", "statistics"];

/** A timer: runs something once, at least its interval after its start, unless it is cancelled before. */
export class Timer implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #place: Place;
  readonly #queue: WaitQueue;

  /** Made by {@linkcode timer}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#binding = binding;
    this.#place = place;
    this.#queue = new WaitQueue(binding, place.queue, { *settle() {}, *undo() {} });
  }

  /**
   * Starts it.
   *
   * @throws {StateError} where it was started or cancelled.
   */
  start(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "start", args: [] }, this.#start());
  }

  /** Cancels it; false where that comes too late, because it has run or was cancelled. */
  cancel(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "cancel", args: [] }, this.#cancel());
  }

  /**
   * Waits for its time and runs the function. Gives how late that begins, in seconds; undefined where the function does
   * not run, because the timer was cancelled or another task ran it.
   *
   * @throws {WaitTimeoutError} where its time does not come in time.
   * @throws {CancelledError} where the token is cancelled first.
   */
  run(body: Body, options?: WaitOptions): Steps<number | undefined> {
    checkBody(`run ${this.name}`, body);
    checkWaitOptions(`run ${this.name}`, options);
    return this.#run(body, this.claim(options));
  }

  /** Runs the function if it is due; gives how late, or undefined where it is not, was cancelled or has run. */
  tryRun(body: Body): Steps<number | undefined> {
    checkBody(`run ${this.name}`, body);
    return this.#tryRun(body, this.claim({ timeout: 0 }));
  }

  /** The first part of `run`, for who cannot hand in a function: who gets a number is the one who acts. */
  claim(options?: WaitOptions): Steps<TimerClaim> {
    checkWaitOptions(`run ${this.name}`, options);
    const args = options === undefined ? [] : [options];
    return call({ kind: "call", object: this.name, method: "claim", args }, this.#claim(options));
  }

  /** What can be told about it. */
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
    // The dead left the monitor with a whole phase, and everybody woken, or the queue is torn.
    yield* this.#queue.bury(task, function* () {});
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

  /** Inside: goes on to a phase from one of some, and tells those who wait; gives the phase before. */
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
    const patience = options === undefined ? FOR_EVER : yield* parkOptions(options);
    for (let inTime = true;;) {
      const wait = { ...patience, claim: "waiting" as TimerClaim, due: Infinity };
      const answer = yield* this.#queue.obtain(() => this.#try(wait, inTime), LOOK, wait);
      if (wait.claim !== "waiting" || !inTime || patience.now) return wait.claim;
      // Its own time may have come, or only the caller's: who comes at both at once runs it.
      inTime = answer === LOOK || wait.due < patience.deadline;
    }
  }

  /** Inside: takes its time if that has come; else says until when to wait, if that is wanted. */
  *#try(wait: { claim: TimerClaim; due: number; deadline: number }, waits: boolean): Steps<number> {
    wait.claim = yield* this.#look();
    if (wait.claim !== "waiting" || !waits) return LOOK;
    const { phase, due } = this.#place;
    if ((yield* load(phase)) === STARTED) wait.due = yield* load(due, { cell: "f64" });
    wait.deadline = Math.min(wait.due, wait.deadline);
    return 0;
  }

  /** Inside: takes its time if that has come. */
  *#look(): Steps<TimerClaim> {
    const { phase, due } = this.#place;
    const before = yield* load(phase);
    if (before === FIRED || before === CANCELLED) return "over";
    if (before === IDLE) return "waiting";
    const late = (yield* now()) - (yield* load(due, { cell: "f64" }));
    if (late < 0) return "waiting";
    // The others who wait to run it sleep no longer than until it is due, too.
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
