/**
 * A strategy of the user's own, held to the contract of {@linkcode Scheduler}.
 *
 * - What it returns is checked; a breach of the contract is a `TypeError` that names the step. It receives copies of
 *   the lists.
 * - It cannot say which steps a run repeats: each of its runs is performed from the start.
 */

import { CUT, type Point, type RunEnd, type Scheduler } from "../scheduler.ts";

/** A strategy of the user's own, held to the contract of {@linkcode Scheduler}. */
export class OwnStrategy implements Scheduler {
  /** See {@linkcode Scheduler}. */
  readonly watches: boolean;
  readonly #own: Scheduler;

  /**
   * Wraps a strategy.
   *
   * @throws {TypeError} if it lacks one of the methods.
   */
  constructor(own: Scheduler) {
    for (const method of ["begin", "pick", "end"] as const) {
      if (typeof own[method] !== "function") throw broken(`it has no method ${method}`, "begin, pick and end");
    }
    this.#own = own;
    this.watches = own.watches === true;
  }

  /** See {@linkcode Scheduler}. */
  begin(): boolean {
    const begun: unknown = call("begin", () => this.#own.begin());
    if (typeof begun !== "boolean") throw broken(`begin gives ${typeof begun}`, "true, or false where no run is left");
    return begun;
  }

  /** See {@linkcode Scheduler}. */
  pick(point: Point): number {
    const { step, actions: { length } } = point;
    const pick: unknown = call("pick", () => this.#own.pick(copyOf(point)));
    if (pick === CUT || (typeof pick === "number" && Number.isInteger(pick) && pick >= 0 && pick < length)) return pick;
    throw broken(
      `at step ${step} it picks ${String(pick)} of ${length} actions`,
      `a place from 0 to ${length - 1} or CUT`,
    );
  }

  /** See {@linkcode Scheduler}. */
  end(run: RunEnd): void {
    call("end", () => this.#own.end({ ...run, ...copyOf(run) }));
  }
}

function copyOf(point: Point): Point {
  const { actions, accesses, woken } = point;
  return { ...point, actions: [...actions], accesses: [...accesses], woken: [...woken] };
}

function call<T>(method: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const is = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw broken(`${method} throws ${is}`, "one that throws nothing", cause);
  }
}

function broken(is: string, wanted: string, cause?: unknown): TypeError {
  return new TypeError(`Cannot use the strategy: ${is}, ${wanted} is wanted`, { cause });
}
