/**
 * Once: a function that exactly one task runs, while all others wait for it to complete.
 *
 * - As Go's `sync.Once`: when `run` returns, the function has completed, in this task or another.
 * - A run that throws, or whose task dies, does not count: its caller gets the error, and the first waiter runs the
 *   function next. What the failed run changed is not undone.
 * - A function that runs the same `once` again waits for itself: the runner is the owner, so the deadlock is reported.
 * - Invariant: the runner is 0 or names the one task that runs the function; done => nobody is queued; somebody is
 *   queued => somebody runs it.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { once } from "./once.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ setup: once() }, { tasks: 2 });
 * const memory = new ModelMemory(space.layout);
 * let runs = 0;
 * for (const task of [0, 1]) blocking(space.bind(memory, { task }).setup).run(() => void runs++);
 * if (runs !== 1) throw new Error("expected one run");
 * ```
 */

import { StateError, WaitTimeoutError } from "../errors.ts";
import { call, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { type Body, checkBody, runBody } from "./body.ts";
import { uninterruptibly } from "./uninterruptibly.ts";
import type { Shareable } from "./space.ts";
import type { Viewing } from "./view.ts";
import { NOBODY, reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { argsOf, checkWaitOptions, FOREVER, parkOptions, type WaitOptions } from "./wait_options.ts";

/** Statistics of a once. */
export interface OnceStatistics {
  /** Whether the function has completed. */
  readonly done: boolean;
  /** The number of the task that runs it, if any. */
  readonly runner: number | undefined;
  /** How many tasks are waiting. */
  readonly waiters: number;
}

/**
 * The result of `begin`: the caller must run the function, it has completed, or the wait for another task timed out.
 */
export type OnceTurn = "run" | "done" | "late";

const DONE = -1;

/** What a waiter is granted. */
const OVER = 1;
const RUN = 2;

/** Declares a once. */
export function once(): Shareable<Once> {
  return {
    kind: "once",
    reserve(space, name) {
      const place = { name, runner: space.word(`${name}.runner`), queue: reserveWaitQueue(space, name) };
      return (binding) => new Once(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  /** 0, DONE, or the number of the task that runs the function, plus 1. */
  readonly runner: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof Once & string)[] = ["done", "begin", "finish", "statistics"];

/** Once: a function that exactly one task runs, while all others wait for it to complete. */
export class Once implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #runner: number;
  readonly #queue: WaitQueue;
  readonly #me: number;

  /** Made by {@linkcode once}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#runner = place.runner;
    this.#queue = new WaitQueue(binding, place.queue, {
      settle: () => this.#settle(),
      undo: (answer) => this.#undo(answer),
    });
    this.#me = binding.task + 1;
  }

  /**
   * Runs the function unless it has completed; waits while another task runs it. Returns whether this call ran it.
   *
   * @throws {WaitTimeoutError} if another task's run takes too long.
   * @throws {CancelledError} if the token is canceled first.
   */
  run(body: Body, options?: WaitOptions): Steps<boolean> {
    checkBody(`run ${this.name}`, body);
    checkWaitOptions(`run ${this.name}`, options);
    return this.#run(body, this.begin(options));
  }

  /** Runs the function unless it has completed or another task is running it. Returns whether this call ran it. */
  tryRun(body: Body): Steps<boolean> {
    checkBody(`run ${this.name}`, body);
    return this.#tryRun(body, this.begin({ timeout: 0 }));
  }

  /** Whether the function has completed. */
  done(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "done", args: [] }, this.#done());
  }

  /**
   * The first part of `run`, for callers that cannot pass a function: a caller that gets `run` must call `finish`
   * afterward.
   */
  begin(options?: WaitOptions): Steps<OnceTurn> {
    checkWaitOptions(`run ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "begin", args: argsOf(options) }, this.#begin(options));
  }

  /**
   * The last part of `run`: the function has completed, or it failed and the next waiter runs it.
   *
   * @throws {StateError} if the task is not the one that runs it.
   */
  finish({ failed = false }: { readonly failed?: boolean } = {}): Steps<void> {
    return call({ kind: "call", object: this.name, method: "finish", args: [{ failed }] }, this.#finish(failed));
  }

  /** Its current statistics. */
  statistics(): Steps<OnceStatistics> {
    return call(
      { kind: "call", object: this.name, method: "statistics", args: [] },
      this.#queue.look(() => this.#statistics()),
    );
  }

  /** See {@linkcode Viewing}. */
  static readonly viewing: Viewing<Once> = { waits: ["run"] };

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}. */
  *died(task: number): Steps<void> {
    yield* this.#queue.recover(task, () => this.#freeFrom(task));
  }

  /** See {@linkcode SharedThing}. */
  *owners(): Steps<readonly number[]> {
    const holders = yield* this.holders();
    // A waiter that is handed the run has it before it wakes up; it does not wait for itself.
    return (yield* this.#queue.occupied()) ? [] : holders;
  }

  /** See {@linkcode SharedThing}. */
  *holders(): Steps<readonly number[]> {
    const runner = yield* load(this.#runner);
    return runner > 0 ? [runner - 1] : [];
  }

  *#run(body: Body, begin: Steps<OnceTurn>): Steps<boolean> {
    const turn = yield* begin;
    if (turn === "late") {
      throw new WaitTimeoutError(`Cannot run ${this.name}: another task runs it, its end in time is wanted`);
    }
    if (turn === "run") yield* this.#runToTheEnd(body);
    return turn === "run";
  }

  *#tryRun(body: Body, begin: Steps<OnceTurn>): Steps<boolean> {
    const turn = yield* begin;
    if (turn === "run") yield* this.#runToTheEnd(body);
    return turn === "run";
  }

  *#runToTheEnd(body: Body): Steps<void> {
    try {
      yield* runBody(body);
    } catch (error) {
      yield* this.finish({ failed: true });
      throw error;
    }
    yield* this.finish();
  }

  *#begin(options: WaitOptions | undefined): Steps<OnceTurn> {
    // Happens-before: the function's run precedes the store of DONE, which precedes this load.
    if (yield* this.#done()) return "done";
    const answer = yield* this.#queue.obtain(
      () => this.#look(),
      RUN,
      options === undefined ? FOREVER : yield* parkOptions(options),
    );
    return answer === RUN ? "run" : answer === OVER ? "done" : "late";
  }

  /** Inside: claims the run if no task has it. */
  *#look(): Steps<number> {
    const runner = yield* load(this.#runner);
    if (runner === 0) yield* store(this.#runner, this.#me);
    return runner === 0 ? RUN : runner === DONE ? OVER : 0;
  }

  *#finish(failed: boolean): Steps<void> {
    // Others wait for this: an interruption on entering the monitor is thrown only afterward.
    const { value: isRunner, failure } = yield* uninterruptibly(() => this.#queue.inside(() => this.#end(failed)));
    if (failure !== undefined) throw failure.error;
    if (!isRunner) throw new StateError(`Cannot finish ${this.name}: the task does not run it, its runner is wanted`);
  }

  /** Inside: ends the run if it is the running task's; returns whether it was. */
  *#end(failed: boolean): Steps<boolean> {
    if ((yield* load(this.#runner)) !== this.#me) return false;
    yield* store(this.#runner, failed ? 0 : DONE);
    yield* this.#settle();
    return true;
  }

  *#done(): Steps<boolean> {
    return (yield* load(this.#runner)) === DONE;
  }

  /** Inside: releases every waiter if the function is done; else, if nobody runs it, the first waiter does. */
  *#settle(): Steps<void> {
    const runner = yield* load(this.#runner);
    if (runner === DONE) return yield* this.#queue.grantAll(OVER);
    const first = yield* this.#queue.first();
    if (runner !== 0 || first === NOBODY) return;
    yield* store(this.#runner, this.#queue.taskOf(first) + 1);
    yield* this.#queue.grant(first, RUN);
  }

  *#undo(answer: number): Steps<void> {
    if (answer === RUN) yield* store(this.#runner, 0);
  }

  *#freeFrom(task: number): Steps<void> {
    if ((yield* load(this.#runner)) === task + 1) yield* store(this.#runner, 0);
  }

  /** Inside. */
  *#statistics(): Steps<OnceStatistics> {
    const runner = yield* load(this.#runner);
    return {
      done: runner === DONE,
      runner: runner > 0 ? runner - 1 : undefined,
      waiters: yield* this.#queue.waiters(),
    };
  }
}
