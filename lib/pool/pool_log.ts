/**
 * The log of a pool: a lane for each call, in the order in which they are submitted, and a file for each guest.
 *
 * - A line belongs to the call that its guest is in, so the merged log is the same whatever runs where and when.
 * - The lane of a call is its function's name and its number, from 0 on: `square#3`. One that is run again logs under the
 *   same name, after what it logged before; a chunk is one call.
 * - What guests log before their first call, such as initializers, comes first, under the names of the guests. What one
 *   logs in no call later, such as a timer that a call left behind, stands where it came: `worker0@1`.
 */

import { LoggingError } from "../errors.ts";
import type { ServiceLogging } from "../host/mod.ts";
import { guestLoggingUrl, LogBook, type LogLine, type LogTarget } from "../logging/mod.ts";
import type { Call } from "./call.ts";

export class PoolLog {
  /** What guests are told. */
  readonly logging: ServiceLogging;
  readonly #log: LogBook;
  readonly #workers: readonly string[];
  /** The lane of each call that is not settled. */
  readonly #lanes = new Map<Call, string>();
  #calls = 0;
  #begun = false;
  /** How many lines came in no call since the pool began. */
  #others = 0;

  /**
   * Opens the log of the guests of those names.
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

  /** All guests are ready. */
  begin(): void {
    this.#begun = true;
    for (const worker of this.#workers) this.#log.end(worker);
  }

  /** Opens the lane of a call, after those that were submitted before. */
  open(call: Call): void {
    const lane = `${call.name}#${this.#calls++}`;
    this.#lanes.set(call, lane);
    this.#log.open(lane);
  }

  /** Takes a line of a guest, which is in that call or in none. */
  add(line: LogLine, { call, worker }: { readonly call: Call | undefined; readonly worker: string }): void {
    const lane = call === undefined ? undefined : this.#lanes.get(call);
    if (lane !== undefined || !this.#begun) return this.#log.add({ ...line, lane: lane ?? worker }, worker);
    // A lane of its own keeps nobody waiting.
    const other = `${worker}@${++this.#others}`;
    this.#log.open(other);
    this.#log.add({ ...line, lane: other }, worker);
    this.#log.end(other);
  }

  /** Ends the lane of a call that is settled. */
  end(call: Call): void {
    const lane = this.#lanes.get(call);
    if (lane === undefined) return;
    this.#lanes.delete(call);
    this.#log.end(lane);
  }

  /** Writes what is left and closes the files; gives, the first time, what failed first. */
  close(): Error | undefined {
    try {
      this.#log[Symbol.dispose]();
      return undefined;
    } catch (error) {
      // It throws no other kind.
      return error as Error;
    }
  }
}
