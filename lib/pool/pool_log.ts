/**
 * The log of a pool: a lane for each call, in the order in which they are submitted, and a file for each guest.
 *
 * - A line belongs to the current call of its guest, so the merged log is the same whatever runs where and when.
 * - The lane of a call is its function's name and its number, from 0: `square#3`. A call that is run again continues
 *   its lane; a chunk is one call.
 * - What guests log before their first call, for example in initializers, comes first, under the guests' names. What a
 *   guest later logs outside any call, for example in a timer that a call left behind, stays where it arrived:
 *   `worker0@1`.
 */

import { LoggingError } from "../errors.ts";
import type { ServiceLogging } from "../host/mod.ts";
import { guestLoggingUrl, LogBook, type LogLine, type LogTarget } from "../logging/mod.ts";
import type { Call } from "./call.ts";

/** The log of a pool. */
export class PoolLog {
  /** The logging setup of guests. */
  readonly logging: ServiceLogging;
  readonly #log: LogBook;
  readonly #workers: readonly string[];
  /** The lanes of the calls that are not settled. */
  readonly #lanes = new Map<Call, string>();
  #calls = 0;
  #begun = false;
  /** How many lines have come outside any call since the pool began. */
  #others = 0;

  /**
   * Opens the log of the guests with these names.
   *
   * @throws {LoggingError} as `LogBook` does, and for names that could be those of calls.
   */
  constructor(target: LogTarget, workers: readonly string[]) {
    const [first] = workers;
    if (first?.includes("#") === true) {
      throw new LoggingError(`Cannot log as ${first}: a call may have that name, one without # is wanted`);
    }
    this.#workers = workers;
    this.logging = { settings: target.settings ?? {}, code: guestLoggingUrl() };
    this.#log = new LogBook({ ...target, lanes: workers, order: "lanes", workers });
  }

  /** Called when all guests are ready. */
  begin(): void {
    this.#begun = true;
    for (const worker of this.#workers) this.#log.end(worker);
  }

  /** Opens the lane of a call, after those of earlier calls. */
  open(call: Call): void {
    const lane = `${call.name}#${this.#calls++}`;
    this.#lanes.set(call, lane);
    this.#log.open(lane);
  }

  /** Receives a line of a guest, with its current call, if any. */
  add(line: LogLine, { call, worker }: { readonly call: Call | undefined; readonly worker: string }): void {
    const lane = call === undefined ? undefined : this.#lanes.get(call);
    if (lane !== undefined || !this.#begun) return this.#log.add({ ...line, lane: lane ?? worker }, worker);
    // It gets a lane of its own, so that it delays no other line.
    const other = `${worker}@${++this.#others}`;
    this.#log.open(other);
    this.#log.add({ ...line, lane: other }, worker);
    this.#log.end(other);
  }

  /** Ends the lane of a settled call. */
  end(call: Call): void {
    const lane = this.#lanes.get(call);
    if (lane === undefined) return;
    this.#lanes.delete(call);
    this.#log.end(lane);
  }

  /** Writes what is left and closes the files; the first time, returns the first error. */
  close(): Error | undefined {
    try {
      this.#log[Symbol.dispose]();
      return undefined;
    } catch (error) {
      // It throws only errors.
      return error as Error;
    }
  }
}
