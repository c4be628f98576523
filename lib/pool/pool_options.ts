/**
 * The options of pools and calls, and a pool's statistics.
 */

import type { AnyModeName, GuestHost, HostOptions, NamedCall, SharedCall, Transferable } from "../host/mod.ts";
import { moduleUrl } from "../host/mod.ts";
import { cores, limit } from "../platform/mod.ts";
import { wholeNumber } from "./checks.ts";
import type { LogTarget } from "../logging/mod.ts";

/** Options of a pool. `permissions` and `guests` are those of the pool's own host. */
export interface PoolOptions extends Pick<HostOptions, "permissions" | "guests"> {
  /** The mode of its guests. */
  readonly mode: AnyModeName;
  /**
   * The URL of the module whose functions they run, which should be a separate file. In direct mode, and for shared
   * things, it is also imported here; if its top level waited for its own pool, it would wait forever.
   */
  readonly module: string;
  /**
   * The number of guests: fixed, or a range within which it follows the load; by default, as many as there are cores.
   * At least one is always started, to learn the module's functions.
   */
  readonly workers?: number | { readonly min?: number; readonly max?: number };
  /** How long a guest beyond the minimum may be idle before it is ended, in seconds; 10 by default. */
  readonly idleTimeout?: number;
  /** How many calls a guest runs before it is replaced; unlimited by default. */
  readonly maxCallsPerGuest?: number;
  /** Called in each guest before its first call. */
  readonly initializer?: NamedCall | undefined;
  /** The module's function that returns the shared things; called here and in each guest. */
  readonly shared?: SharedCall | undefined;
  /** How many calls may wait at once, not counting those that guests already have; unlimited by default. */
  readonly maxQueue?: number;
  /** The prefix of guests' names; `worker` by default. */
  readonly name?: string;
  /** How long a guest may take to be ready, in seconds; unlimited by default. */
  readonly timeout?: number;
  /** Starts the guests, and keeps them warm afterward; by default a host that belongs to the pool. */
  readonly host?: GuestHost;
  /** What guests log and where to: merged in the order of the calls, and a file for each guest. Nothing by default. */
  readonly logging?: LogTarget;
}

/** Options of a call. */
export interface RunOptions {
  /** Cancels the call when it aborts, whether it is waiting or running. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long it may run, in seconds, before its guest is ended and it fails with a `GuestTimeoutError`; unlimited by
   * default.
   */
  readonly timeout?: number | undefined;
  /** How many times it is run again after a failure; 0 by default. */
  readonly retries?: number | undefined;
  /** Whether it may be run again after a given failure; after any by default. */
  readonly retryIf?: ((error: Error) => boolean) | undefined;
  /**
   * The parts of the argument to move instead of copying: buffers, which are detached here. Not possible with retries.
   */
  readonly transfer?: readonly Transferable[] | undefined;
  /** The number of the guest that is to run it; any guest by default. */
  readonly guest?: number | undefined;
  /** Receives what the function reports with its context's `report`. */
  readonly onProgress?: ((value: unknown) => void) | undefined;
}

/** Options of closing a pool. */
export interface CloseOptions {
  /** Whether calls that wait for a guest are canceled; running calls are waited for in any case. False by default. */
  readonly cancelWaiting?: boolean;
}

/** Statistics of a pool. */
export interface PoolStatistics {
  /** How many guests it has now. */
  readonly workers: number;
  /** How many guests have been started, including those that ended. */
  readonly started: number;
  /** How many calls have been submitted; a chunk counts as one. */
  readonly calls: number;
  /** How many of them are waiting for a guest. */
  readonly waiting: number;
  /** How many of them are with guests. */
  readonly running: number;
  /** How many messages have carried calls to guests. */
  readonly messages: number;
}

/** Validated options, with defaults filled in. */
export interface PoolSettings extends Pick<PoolOptions, "mode" | "module"> {
  /** The function to call first in each guest. */
  readonly initializer: NamedCall | undefined;
  /** The function that returns the shared things. */
  readonly shared: SharedCall | undefined;
  /** The least number of guests, */
  readonly min: number;
  /** and the most. */
  readonly max: number;
  /** How many calls may wait. */
  readonly maxQueue: number;
  /** How many calls a guest runs. */
  readonly maxCalls: number;
  /** How long a guest may be idle, in milliseconds. */
  readonly idleLimit: number;
  /** How long a guest may take to be ready, in milliseconds. */
  readonly limit: number;
}

/** How long an idle guest beyond the minimum stays, in seconds. */
const IDLE = 10;

/**
 * Checks options.
 *
 * @throws {RangeError} if a number is invalid.
 * @throws {TypeError} if the module is not a URL.
 */
export function poolSettings(options: PoolOptions): PoolSettings {
  const { mode, module, initializer, shared, workers = cores(), maxQueue = Infinity, timeout, idleTimeout = IDLE } =
    options;
  const { maxCallsPerGuest = Infinity } = options;
  const act = "open a pool";
  // Anything that is not a range is treated as a number, and rejected if it is not one.
  const isRange = typeof workers === "object" && workers !== null;
  const { min = 0, max = Math.max(cores(), min) } = isRange ? workers : { min: workers, max: workers };
  wholeNumber(act, { name: isRange ? "workers.min" : "workers", value: min, least: isRange ? 0 : 1 });
  wholeNumber(act, { name: isRange ? "workers.max" : "workers", value: max, least: Math.max(1, min) });
  for (const [name, value] of Object.entries({ maxQueue, maxCallsPerGuest })) {
    if (value !== Infinity) wholeNumber(act, { name, value, least: 1 });
  }
  moduleUrl(module, { act: "open a pool of", like: "./work.ts" });
  return {
    mode,
    module,
    initializer,
    shared,
    min,
    max,
    maxQueue,
    maxCalls: maxCallsPerGuest,
    idleLimit: limit(idleTimeout, { act: "keep an idle guest" }),
    limit: limit(timeout, { act: "wait for a guest" }),
  };
}
