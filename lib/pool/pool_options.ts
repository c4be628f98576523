/**
 * How a pool is made, how a call is run, and what a pool tells about itself.
 *
 * @example
 * ```ts
 * import type { PoolOptions } from "./pool_options.ts";
 *
 * const options: PoolOptions = { mode: "thread", module: "file:///work.ts", workers: 2, maxQueue: 1000 };
 * if (options.mode !== "thread") throw new Error("two threads");
 * ```
 *
 * @module
 */

import type { ModeName } from "../errors.ts";
import type { GuestPermissions, Host, NamedCall, Transferable } from "../host/mod.ts";
import type { LogTarget } from "./merged_log.ts";

/** How a pool is made. */
export interface PoolOptions {
  /** Where its guests run. */
  readonly mode: ModeName;
  /**
   * The URL of the module whose functions they run: a file of its own. In direct mode, and for shared things, it is imported
   * here too, and one whose top level waits for its own pool would wait for ever.
   */
  readonly module: string;
  /** How many guests; as many as there are cores by default. */
  readonly workers?: number;
  /** Called in each guest before its first call. */
  readonly initializer?: NamedCall;
  /** Gives the shared things: a function of the module that returns them, called here and in each guest. */
  readonly shared?: NamedCall;
  /** How many calls may wait at once, those that guests have at hand not counted; any number by default. */
  readonly maxQueue?: number;
  /** What names of guests begin with; `worker` by default. */
  readonly name?: string;
  /** Seconds within which a guest must be ready; for ever by default. */
  readonly timeout?: number;
  /** Starts the guests and keeps them warm afterwards; a host of the pool's own by default. */
  readonly host?: Host;
  /** What process guests of a host of its own may do besides loading the module: nothing by default. */
  readonly permissions?: GuestPermissions;
  /** What guests log and where it goes: merged in the order of the calls, and a file for each guest. Default nothing. */
  readonly logging?: LogTarget;
}

/** How a call is run. */
export interface RunOptions {
  /** Cancels it when it aborts, while it waits and while it runs. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds that it may run: then its guest is ended, and it fails with a `GuestTimeoutError`. */
  readonly timeout?: number | undefined;
  /** How often it is run again after a failure; 0 by default. */
  readonly retries?: number | undefined;
  /** After which failures it is run again; after any by default. */
  readonly retryIf?: ((error: Error) => boolean) | undefined;
  /** What of the argument is moved instead of copied: buffers, which are detached here. Not together with retries. */
  readonly transfer?: readonly Transferable[] | undefined;
  /** The number of the guest that is to run it; any by default. */
  readonly guest?: number | undefined;
}

/** What a pool tells about itself. */
export interface PoolStatistics {
  /** How many guests it has. */
  readonly workers: number;
  /** How many guests were started, those that ended included. */
  readonly started: number;
  /** How many calls were submitted, a chunk counting as one. */
  readonly calls: number;
  /** How many of them wait for a guest. */
  readonly waiting: number;
  /** How many of them guests have at hand. */
  readonly running: number;
  /** How many messages brought calls to guests. */
  readonly messages: number;
}
