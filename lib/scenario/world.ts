/**
 * The first argument of a scenario: the outside world, controlled.
 *
 * - A scenario is an async function that a module exports. It imports the code under test unchanged, and defines what
 *   the outside does for it.
 *
 * ```ts
 * import type { World } from "./world.ts";
 *
 * export default async function stampede({ io, expect }: World) {
 *   let loads = 0;
 *   const load = () => io("load", () => ++loads);
 *   await Promise.all([load(), load()]);
 *   expect(loads === 2, "both load");
 * }
 * ```
 */

/** Options of {@linkcode World.io}. */
export interface IoOptions {
  /** Whether it acts and answers in one step, which the result then lists as an assumption; false by default. */
  readonly atomic?: boolean;
  /** The signal that aborts it: it then rejects at once with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The faults it may have; by default those of {@linkcode World.faults}. */
  readonly faults?: IoFaults;
}

/**
 * The faults an io may have, before it acts or before its answer arrives. The explorer picks whether one occurs, and
 * when.
 */
export interface IoFaults {
  /**
   * Whether it may fail: with an `IoError` (a fetch with a `TypeError`), or with the result of a function; false by
   * default.
   */
  readonly fails?: boolean | (() => unknown);
  /** Whether it may be aborted with an `AbortError`, without a signal of the code; false by default. */
  readonly aborts?: boolean;
  /** How late it may come, in milliseconds of the world's time; 0, for never, by default. */
  readonly late?: number;
}

/** The faults a run may have. */
export interface Faults extends IoFaults {
  /** How far the clock of `Date` may jump, in milliseconds, backward if negative; 0, for never, by default. */
  readonly clock?: number;
  /** Whether workers may die without notice; false by default. */
  readonly dies?: boolean;
  /** The maximum number of faults in a run; 1 by default. */
  readonly most?: number;
}

/** A request to a handler of fetches. */
export interface FetchedRequest {
  /** The URL, as given to `fetch`. */
  readonly url: string;
  /** The method, such as `GET`. */
  readonly method: string;
  /** The headers. */
  readonly headers: Headers;
  /** The body, as given to `fetch`. */
  readonly body: unknown;
}

/** The first argument of a scenario: the outside world, controlled. */
export interface World {
  /**
   * Does something outside: a query, a write, a call to another service. `act` runs at one step, and its answer arrives
   * at a later one; the explorer picks both. Without `act` there is only the answer `undefined`.
   */
  readonly io: <T = undefined>(label: string, act?: () => T | PromiseLike<T>, options?: IoOptions) => Promise<T>;
  /** Fails the scenario if `holds` is falsy, even if the code under test catches the error. */
  readonly expect: (holds: unknown, what?: string) => void;
  /**
   * Answers the fetches of the code under test, and of its workers: the handler runs at one step, its answer arrives at
   * a later one, and the body can be read at one later still. It returns a body, or `{ status, headers, body }`.
   */
  readonly serve: (handler: (request: FetchedRequest) => unknown) => void;
  /**
   * Requests faults from here on: for each io and fetch without faults of its own, and for the clock. A fault counts as
   * a deviation from the order, and a proof covers all runs with at most `most` faults.
   */
  readonly faults: (which: Faults) => void;
}
