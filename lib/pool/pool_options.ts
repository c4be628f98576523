/**
 * How a pool is made, how a call is run, and what a pool tells about itself.
 */

import type { AnyModeName, GuestHost, HostOptions, NamedCall, SharedCall, Transferable } from "../host/mod.ts";
import { moduleUrl } from "../host/mod.ts";
import { cores, limit } from "../platform/mod.ts";
import { wholeNumber } from "./checks.ts";
import type { LogTarget } from "../logging/mod.ts";

/** How a pool is made. A host of its own gets `permissions` and `guests`. */
export interface PoolOptions extends Pick<HostOptions, "permissions" | "guests"> {
  /** Where its guests run. */
  readonly mode: AnyModeName;
  /**
   * The URL of the module whose functions they run: a file of its own. In direct mode, and for shared things, it is imported
   * here too, and one whose top level waits for its own pool would wait for ever.
   */
  readonly module: string;
  /**
   * How many guests: a number, or between which numbers, by what there is to do. As many as there are cores by default. One
   * is started in any case, because it tells the functions.
   */
  readonly workers?: number | { readonly min?: number; readonly max?: number };
  /** Seconds that a guest above the least number may have nothing to do, before it is ended; 10 by default. */
  readonly idleTimeout?: number;
  /** How many calls a guest runs before another takes its place; any number by default. */
  readonly maxCallsPerGuest?: number;
  /** Called in each guest before its first call. */
  readonly initializer?: NamedCall | undefined;
  /** Gives the shared things: a function of the module that returns them, called here and in each guest. */
  readonly shared?: SharedCall | undefined;
  /** How many calls may wait at once, those that guests have at hand not counted; any number by default. */
  readonly maxQueue?: number;
  /** What names of guests begin with; `worker` by default. */
  readonly name?: string;
  /** Seconds within which a guest must be ready; for ever by default. */
  readonly timeout?: number;
  /** Starts the guests and keeps them warm afterwards; a host of the pool's own by default. */
  readonly host?: GuestHost;
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
  /** Told what the function reports by its context's `report`. */
  readonly onProgress?: ((value: unknown) => void) | undefined;
}

/** How a pool ends. */
export interface CloseOptions {
  /** Whether the calls that wait for a guest are cancelled; those that run are waited for in any case. Not by default. */
  readonly cancelWaiting?: boolean;
}

/** What a pool tells about itself. */
export interface PoolStatistics {
  /** How many guests it has at the moment. */
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

/** Options that were checked, complete. */
export interface PoolSettings extends Pick<PoolOptions, "mode" | "module"> {
  /** What is called first in each guest. */
  readonly initializer: NamedCall | undefined;
  /** What gives the shared things. */
  readonly shared: SharedCall | undefined;
  /** How many guests there are at least, */
  readonly min: number;
  /** and at most. */
  readonly max: number;
  /** How many calls may wait. */
  readonly maxQueue: number;
  /** How many calls a guest runs. */
  readonly maxCalls: number;
  /** How long a guest may have nothing to do, in milliseconds. */
  readonly idleLimit: number;
  /** How long a guest may take to be ready, in milliseconds. */
  readonly limit: number;
}

/** How long a guest above the least number stays, in seconds. */
const IDLE = 10;

/**
 * Checks options.
 *
 * @throws {RangeError} if a number makes no sense.
 * @throws {TypeError} if the module is no URL.
 */
export function poolSettings(options: PoolOptions): PoolSettings {
  const { mode, module, initializer, shared, workers = cores(), maxQueue = Infinity, timeout, idleTimeout = IDLE } =
    options;
  const { maxCallsPerGuest = Infinity } = options;
  const act = "open a pool";
  // What is no range is a number, or refused as one.
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
