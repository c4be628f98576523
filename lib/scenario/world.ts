/**
 * What a scenario is handed: the outside, controlled.
 *
 * - A scenario is an async function that a module exports. It imports the code under test as it is, and says here what the outside
 *   does for it.
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

/** How something is done outside. */
export interface IoOptions {
  /** Whether it acts and answers in one step, which is then taken for granted; false by default. */
  readonly atomic?: boolean;
  /** What aborts it: the answer is then the signal's reason, at once. */
  readonly signal?: AbortSignal;
  /** What may befall it; by default what {@linkcode World.faults} says. */
  readonly faults?: IoFaults;
}

/** What may befall an io: before it acts, or before its answer comes. Whoever explores picks whether it does, and when. */
export interface IoFaults {
  /** Whether it may fail: with an `IoError` (a fetch with a `TypeError`), or with what a function gives; false by default. */
  readonly fails?: boolean | (() => unknown);
  /** Whether it may be aborted, with an `AbortError`, by nobody whom the code knows; false by default. */
  readonly aborts?: boolean;
  /** How late it may come, in milliseconds of the world's time; 0, never, by default. */
  readonly late?: number;
}

/** What may befall a run. */
export interface Faults extends IoFaults {
  /** How far the clock of `Date` may jump, in milliseconds, back where it is negative; 0, never, by default. */
  readonly clock?: number;
  /** Whether workers may die, of which nobody is told; false by default. */
  readonly dies?: boolean;
  /** How many faults a run has at most; 1 by default. */
  readonly most?: number;
}

/** What a handler of fetches is asked. */
export interface FetchedRequest {
  /** The URL, as it was given. */
  readonly url: string;
  /** Such as `GET`. */
  readonly method: string;
  /** Its headers. */
  readonly headers: Headers;
  /** Its body, as it was given. */
  readonly body: unknown;
}

/** What a scenario is handed. */
export interface World {
  /**
   * Something that is done outside: a query, a write, a call to another service. `act` happens at one step, and its answer
   * arrives at a later one; both are chosen by whoever explores. Without `act` there is an answer alone, `undefined`.
   */
  readonly io: <T = undefined>(label: string, act?: () => T | PromiseLike<T>, options?: IoOptions) => Promise<T>;
  /** Fails the scenario where something does not hold, also where the code under test catches what is thrown. */
  readonly expect: (holds: unknown, what?: string) => void;
  /**
   * Answers the fetches of the code under test, and of its workers: the handler acts at one step, its answer arrives at a later
   * one, and the body is read at one later still. What it gives is a body, or `{ status, headers, body }`.
   */
  readonly serve: (handler: (request: FetchedRequest) => unknown) => void;
  /**
   * Asks for faults from here on: of each io and fetch that says nothing else, and of the clock. A fault counts as a deviation
   * from the order, and what is proved holds for all runs with as many.
   */
  readonly faults: (which: Faults) => void;
}
