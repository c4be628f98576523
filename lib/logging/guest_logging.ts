/**
 * The logging of a realm: every record that it logs becomes a plain line and is handed on at once.
 *
 * - It imports the package, so it is loaded by `configure.ts` when a realm is set up for logging, not before.
 * - A record is handed on before the call that logs it returns, so a crash loses at most the record that is being made.
 * - A realm has one present lane: a guest has one for each job; direct mode changes it where it changes tasks.
 * - Disposing gives the realm back without loggers, so that its next job finds what a fresh realm has.
 *
 * @example
 * ```ts
 * import { GuestLogging } from "./guest_logging.ts";
 * import type { LogLine } from "./line.ts";
 * import { getLogger } from "./logger.ts";
 *
 * const lines: LogLine[] = [];
 * const send = (line: LogLine) => void lines.push(line);
 * {
 *   using _logging = await GuestLogging.start({}, { lane: "anna", send });
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
import type { GuestLoggingOptions } from "./configure.ts";
import { LaneLog, type LaneOptions } from "./lane_log.ts";
import { setRealmLoggers } from "./realm.ts";
import { categoryOf, checkLoggingSettings, type LoggingSettings, type LogLimit } from "./settings.ts";
import { configure, getConfig, getLogger, type LogRecord, resetSync } from "./tape.ts";

/** The logging of this realm, if it is ours. */
let present: GuestLogging | undefined;

/** The logging of this realm; disposing ends it, and doing so twice is harmless. */
export class GuestLogging implements Disposable {
  readonly #laneOptions: LaneOptions;
  /** The limit of each logger that the settings have. */
  readonly #limits = new Map<string, LogLimit | undefined>();
  readonly #lanes = new Map<string, LaneLog>();
  readonly #present: () => LaneLog | undefined;
  #lane: LaneLog;
  #failure: unknown;

  /** Use `configureGuestLogging`. */
  constructor(settings: LoggingSettings, { lane, send, now, laneOf }: GuestLoggingOptions) {
    for (const { category, limit = settings.limit } of loggersOf(settings)) {
      this.#limits.set(keyOf(categoryOf(category)), limit);
    }
    this.#laneOptions = {
      send,
      limitOf: (category) => this.#limitOf(category),
      timeOf: settings.times === true ? (timestamp) => now?.() ?? timestamp : undefined,
    };
    this.#lane = this.#laneOf(lane);
    this.#present = laneOf === undefined ? () => this.#lane : () => {
      const lane = laneOf();
      return lane === undefined ? undefined : this.#laneOf(lane);
    };
  }

  /** Sets this realm up, as `configureGuestLogging` says. */
  static async start(settings: LoggingSettings, options: GuestLoggingOptions): Promise<GuestLogging> {
    checkLoggingSettings(settings);
    if (options.replace === false && getConfig() !== null) {
      throw new LoggingError("Cannot log: this realm has loggers of its own, a realm without any is wanted");
    }
    present?.[Symbol.dispose]();
    const logging = new GuestLogging(settings, options);
    await configure({
      reset: true,
      sinks: { host: (record) => logging.#take(record) },
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
    setRealmLoggers((category) => getLogger([...category]));
    return present = logging;
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

  /** Ends the lanes and gives the realm back without loggers. */
  [Symbol.dispose](): void {
    if (present !== this) return;
    present = undefined;
    for (const lane of [...this.#lanes.keys()]) this.endLane(lane);
    setRealmLoggers(undefined);
    resetSync();
  }

  /** Takes a record of the package. */
  #take(record: LogRecord): void {
    this.#guarded(() => this.#present()?.take(record));
  }

  #laneOf(name: string): LaneLog {
    const lane = this.#lanes.get(name) ?? new LaneLog(name, this.#laneOptions);
    this.#lanes.set(name, lane);
    return lane;
  }

  /** That of the logger with the longest category that this one begins with. */
  #limitOf(category: readonly string[]): LogLimit | undefined {
    let { length } = category;
    while (length > 0 && !this.#limits.has(keyOf(category.slice(0, length)))) length--;
    return this.#limits.get(keyOf(category.slice(0, length)));
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

function loggersOf({ loggers = [] }: LoggingSettings): NonNullable<LoggingSettings["loggers"]> {
  return loggers.some(({ category }) => categoryOf(category).length === 0) ? loggers : [{ category: [] }, ...loggers];
}
