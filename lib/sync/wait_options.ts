/**
 * How long a call waits: a timeout in seconds, a cancel token.
 *
 * - Without a timeout a call waits for as long as it takes; with 0 it gives up unless it can go on at once.
 * - What makes no sense is refused when the method is called, before anything happens.
 *
 * @example
 * ```ts
 * import { checkWaitOptions } from "./wait_options.ts";
 *
 * checkWaitOptions("wait for the door", { timeout: 1.5 });
 * let refused = "";
 * try {
 *   checkWaitOptions("wait for the door", { timeout: -1 });
 * } catch (error) {
 *   refused = (error as Error).message;
 * }
 * if (!refused.startsWith("Cannot wait for the door: a timeout of -1 s")) throw new Error("it is refused");
 * ```
 */

import { type Steps, timeIn } from "../memory/mod.ts";
import { CancelToken } from "./cancel_token.ts";
import { hear } from "./hearing.ts";
import type { ParkOptions } from "./wait_queue.ts";

/** How long to wait, and what ends the wait early. */
export interface WaitOptions {
  /** Seconds; for as long as it takes by default. */
  readonly timeout?: number | undefined;
  /** Ends the wait with a `CancelledError` when it is cancelled. */
  readonly cancel?: CancelToken | undefined;
}

/** Throws unless the options make sense. */
export function checkWaitOptions(act: string, options: WaitOptions | undefined): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot ${act}: the options are ${typeof options}, { timeout, cancel } is wanted`);
  }
  const { timeout, cancel } = options;
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0)) {
    throw new RangeError(`Cannot ${act}: a timeout of ${timeout} s, a number of at least 0 is wanted`);
  }
  if (cancel !== undefined && !(cancel instanceof CancelToken)) {
    throw new TypeError(`Cannot ${act}: cancel is no cancel token, one from cancelToken() is wanted`);
  }
  if ("signal" in options) hear(act, options.signal);
}

/** When a call gives up, in milliseconds on the memory's clock. */
export function* deadlineOf(options: WaitOptions | undefined): Steps<number> {
  const timeout = options?.timeout;
  if (timeout === undefined || timeout === Infinity) return Infinity;
  return yield* timeIn(timeout * 1000);
}

/** The wait of a call without options. */
export const FOR_EVER: ParkOptions = { deadline: Infinity };

/** The options of a call, as those of its wait. */
export function* parkOptions(options: WaitOptions): Steps<ParkOptions> {
  return { deadline: yield* deadlineOf(options), now: options.timeout === 0, cancel: options.cancel };
}
