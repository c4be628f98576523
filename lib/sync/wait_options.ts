/**
 * How long a call waits: a timeout in seconds, and a cancel token.
 *
 * - Without a timeout, a call waits indefinitely; with a timeout of 0, it gives up unless it can proceed at once.
 * - Invalid options are rejected when the method is called, before anything happens.
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
 * if (!refused.startsWith("Cannot wait for the door: a timeout of -1 s")) throw new Error("expected it to be rejected");
 * ```
 */

import { type Steps, timeIn } from "../memory/mod.ts";
import { CancelToken } from "./cancel_token.ts";
import { reportSignal } from "./abort_signal.ts";
import type { ParkOptions } from "./wait_queue.ts";

/** How long to wait, and what ends the wait early. */
export interface WaitOptions {
  /** The longest wait, in seconds; unlimited by default. */
  readonly timeout?: number | undefined;
  /** Ends the wait with a `CancelledError` when this token is canceled. */
  readonly cancel?: CancelToken | undefined;
}

/** Throws if the options are invalid; `act` is the verb phrase for the message. */
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
  if ("signal" in options) reportSignal(act, options.signal);
}

/** The time at which a call gives up, in milliseconds on the memory's clock. */
export function* deadlineOf(options: WaitOptions | undefined): Steps<number> {
  const timeout = options?.timeout;
  if (timeout === undefined || timeout === Infinity) return Infinity;
  return yield* timeIn(timeout * 1000);
}

/** The wait of a call without options. */
export const FOREVER: ParkOptions = { deadline: Infinity };

/** Converts the options of a call into those of its wait. */
export function* parkOptions(options: WaitOptions): Steps<ParkOptions> {
  return { deadline: yield* deadlineOf(options), now: options.timeout === 0, cancel: options.cancel };
}

/** The argument list of a call with options. */
export function argsOf(options: unknown): unknown[] {
  return options === undefined ? [] : [options];
}
