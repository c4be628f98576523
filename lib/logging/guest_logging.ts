/**
 * The guest's side: every record that this realm logs becomes a plain line and is handed on at once.
 *
 * - A record is handed on before the call that logs it returns, so a crash loses at most the record that is being made.
 * - A realm has one present lane: a guest has one for each job; direct mode changes it where it changes tasks.
 * - Disposing gives the realm back without loggers, so that its next job finds what a fresh realm has.
 *
 * @example
 * ```ts
 * import { configureGuestLogging } from "./guest_logging.ts";
 * import type { LogLine } from "./line.ts";
 * import { getLogger } from "./logger.ts";
 *
 * const lines: LogLine[] = [];
 * const send = (line: LogLine) => void lines.push(line);
 * {
 *   using _logging = await configureGuestLogging({}, { lane: "anna", send });
 *   getLogger("bank").info("paid {amount}", { amount: 5 });
 *   getLogger("bank").debug("a detail");
 * }
 * getLogger("bank").info("nobody listens");
 * if (lines.map(({ lane, message }) => `${lane} ${message}`).join() !== "anna paid 5") throw new Error("one line");
 * ```
 *
 * @module
 */

import { LoggingError } from "../errors.ts";
import { LaneLog, type LaneOptions } from "./lane_log.ts";
import type { LogLine } from "./line.ts";
import { categoryOf, checkLoggingSettings, type LoggingSettings, type LogLimit } from "./settings.ts";
import { loadTape, type LogRecord, type Tape } from "./tape.ts";

/** Where a guest's lines go. */
export interface GuestLoggingOptions {
  /** The name of the realm's first lane. */
  readonly lane: string;
  /** Takes each line, before the call that logged it returns; what it throws is kept as the `failure`. */
  readonly send: (line: LogLine) => void;
  /** The clock of lines with times, in milliseconds; by default records keep the package's own. */
  readonly now?: () => number;
  /** Whether to take the place of loggers that others set up in this realm. Default true. */
  readonly replace?: boolean;
}

/** The logging of this realm, if it is ours. */
let present: GuestLogging | undefined;

/**
 * Sets this realm up for logging; an earlier set-up of ours ends.
 *
 * @throws {LoggingError} for settings that do not hold, and where others have loggers here that are not to be replaced.
 */
export async function configureGuestLogging(
  settings: LoggingSettings,
  options: GuestLoggingOptions,
): Promise<GuestLogging> {
  checkLoggingSettings(settings);
  const tape = await loadTape();
  present?.[Symbol.dispose]();
  if (options.replace === false && tape.getConfig() !== null) {
    throw new LoggingError("Cannot log: this realm has loggers of its own, a realm without any is wanted");
  }
  const logging = new GuestLogging(tape, { settings, options });
  await tape.configure({
    reset: true,
    sinks: { host: (record) => logging.take(record) },
    loggers: [
      ...loggersOf(settings).map(({ category, level = "info" }) => ({
        category: [...categoryOf(category)],
        lowestLevel: level === "off" ? null : level,
        sinks: ["host"],
        // Through the sink of the logger above would pass only what that one logs itself.
        parentSinks: "override" as const,
      })),
      // Otherwise what the package says about itself goes to the console.
      { category: ["logtape", "meta"], lowestLevel: null, sinks: [], parentSinks: "override" },
    ],
  });
  return present = logging;
}

function loggersOf({ loggers = [] }: LoggingSettings): NonNullable<LoggingSettings["loggers"]> {
  return loggers.some(({ category }) => category.length === 0) ? loggers : [{ category: [] }, ...loggers];
}

/** The logging of this realm; disposing ends it, and doing so twice is harmless. */
export class GuestLogging implements Disposable {
  readonly #tape: Tape;
  readonly #laneOptions: LaneOptions;
  readonly #limits = new Map<string, LogLimit>();
  readonly #lanes = new Map<string, LaneLog>();
  #lane: LaneLog;
  #failure: unknown;

  /** Use {@linkcode configureGuestLogging}. */
  constructor(tape: Tape, { settings, options }: { settings: LoggingSettings; options: GuestLoggingOptions }) {
    const { lane, send, now } = options;
    this.#tape = tape;
    for (const { category, limit = settings.limit } of loggersOf(settings)) {
      if (limit !== undefined) this.#limits.set(keyOf(categoryOf(category)), limit);
    }
    this.#laneOptions = {
      send,
      limitOf: (category) => this.#limitOf(category),
      timeOf: settings.times === true ? (timestamp) => now?.() ?? timestamp : undefined,
    };
    this.#lane = this.#laneOf(lane);
  }

  /** The name of the present lane. */
  get lane(): string {
    return this.#lane.lane;
  }

  /** What `send` threw first, if it ever did: the package keeps that from who logs, and the line is lost. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Makes that lane the present one: records are its own from here on. */
  enter(lane: string): void {
    this.#lane = this.#laneOf(lane);
  }

  /** Ends a lane: its last lines tell what the limits dropped. */
  endLane(lane: string = this.lane): void {
    const ended = this.#lanes.get(lane);
    this.#lanes.delete(lane);
    this.#guarded(() => ended?.end());
  }

  /** Takes a record of the package. */
  take(record: LogRecord): void {
    this.#guarded(() => this.#lane.take(record));
  }

  /** Ends the lanes and gives the realm back without loggers. */
  [Symbol.dispose](): void {
    if (present !== this) return;
    present = undefined;
    for (const lane of [...this.#lanes.keys()]) this.endLane(lane);
    this.#tape.resetSync();
  }

  #laneOf(name: string): LaneLog {
    const lane = this.#lanes.get(name) ?? new LaneLog(name, this.#laneOptions);
    this.#lanes.set(name, lane);
    return lane;
  }

  /** That of the logger with the longest category that this one begins with. */
  #limitOf(category: readonly string[]): LogLimit | undefined {
    if (this.#limits.size === 0) return undefined;
    for (let length = category.length; length >= 0; length--) {
      const limit = this.#limits.get(keyOf(category.slice(0, length)));
      if (limit !== undefined) return limit;
    }
    return undefined;
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failure ??= error;
    }
  }
}

function keyOf(category: readonly string[]): string {
  return JSON.stringify(category);
}
