/**
 * The logging of a realm: every record that it logs becomes a plain line and is passed on at once.
 *
 * - Only this file refers to the logging package. The package's root logger belongs to the realm, so records that a
 *   user logs through their own import of the package arrive as well.
 * - A record is passed on before the call that logs it returns, so a crash loses at most the record being made.
 * - A realm has one current lane: a guest has one for each job, and direct mode changes it when it switches tasks. Each
 *   lane counts its own records. Invariant, for each kind (level and category) in a lane: records passed + records
 *   reported as dropped + drops not yet reported = records made.
 * - Drops are reported by a line of the same kind, before the next record of that kind that passes or at the lane's
 *   end.
 * - Disposing leaves the realm without loggers, so that its next job finds it like a fresh one.
 */

import { configure, getConfig, getLogger, type LogRecord, resetSync } from "npm:@logtape/logtape@2.4.2";
import { LoggingError } from "../errors.ts";
import { bounded, isObject, type LogLine } from "./line.ts";
import { setRealmLoggers } from "./logger.ts";
import { plain, plainText, read } from "./plain.ts";
import type { LoggerSettings, LoggingSettings, LogLimit } from "./settings.ts";
import { categoryOf, checkLoggingSettings } from "./settings.ts";

/** How a guest's lines are made, and where they go. */
export interface GuestLoggingOptions {
  /** The name of the realm's first lane. */
  readonly lane: string;
  /** Receives each line, before the call that logged it returns; what it throws is kept as the `failure`. */
  readonly send: (line: LogLine) => void;
  /** The clock of lines with times, in milliseconds; by default, the package's own. */
  readonly now?: () => number;
  /** The URL of the code, as returned by `guestLoggingUrl()` on the host: a guest in a bundle cannot know it. */
  readonly code?: string | undefined;
  /**
   * Returns the lane of the record being made, if lanes change by themselves; `undefined` drops the record. By default,
   * the lane last entered.
   */
  readonly laneOf?: () => string | undefined;
  /** Whether to replace loggers that other code set up in this realm; true by default. */
  readonly replace?: boolean;
}

/** The kind of a record, and when it was made. */
type Kind = Pick<LogRecord, "level" | "category" | "timestamp">;

/**
 * The records of a kind in a lane: the last one, how many of the current `every` have come, and how many drops are
 * unreported.
 */
interface Count {
  last: Kind;
  came: number;
  dropped: number;
}

/** The logging of this realm, if this library set it up. */
let present: GuestLogging | undefined;

/** The logging of this realm; disposing ends it, and doing so twice is harmless. */
export class GuestLogging implements Disposable {
  readonly #options: GuestLoggingOptions;
  readonly #times: boolean;
  /** The counts of each lane, by kind. */
  readonly #lanes = new Map<string, Map<string, Count>>();
  #lane: string;
  #failure: unknown;

  private constructor({ times = false }: LoggingSettings, options: GuestLoggingOptions) {
    this.#options = options;
    this.#times = times;
    this.#lane = options.lane;
  }

  /** Sets up logging in this realm; see `configureGuestLogging`. */
  static async start(settings: LoggingSettings, options: GuestLoggingOptions): Promise<GuestLogging> {
    const { loggers: own = [], limit: common } = checkLoggingSettings(settings);
    if (options.replace === false && getConfig() !== null) {
      throw new LoggingError("Cannot log: this realm has loggers of its own, a realm without any is wanted");
    }
    present?.[Symbol.dispose]();
    const logging = new GuestLogging(settings, options);
    const hasRoot = own.some(({ category }) => categoryOf(category).length === 0);
    const loggers: readonly LoggerSettings[] = hasRoot ? own : [{ category: [] }, ...own];
    // Each logger has its own sink, which knows its limit.
    const sinks = loggers.map(({ limit = common }, at) => [`${at}`, logging.#sink(limit)] as const);
    await configure({
      reset: true,
      sinks: Object.fromEntries(sinks),
      loggers: [
        ...loggers.map(({ category, level = "info" }, at) => ({
          category: [...categoryOf(category)],
          lowestLevel: level === "off" ? null : level,
          sinks: [`${at}`],
          // Otherwise records would also pass through the sink of the parent logger.
          parentSinks: "override" as const,
        })),
        // Otherwise the package's own messages would go to the console.
        { category: ["logtape", "meta"], lowestLevel: null, sinks: [], parentSinks: "override" },
      ],
    });
    setRealmLoggers((category) => getLogger([...category]));
    return present = logging;
  }

  /** The name of the current lane. */
  get lane(): string {
    return this.#lane;
  }

  /**
   * The first error that `send` threw, if any: the package hides it from the caller that logs, and the line is lost.
   */
  get failure(): unknown {
    return this.#failure;
  }

  /** Makes a lane the current one: records belong to it from now on. */
  enter(lane: string): void {
    this.#lane = lane;
  }

  /**
   * Ends a lane: its last lines report what the limits dropped, and later records under its name are counted from 0.
   */
  endLane(lane: string = this.#lane): void {
    const counts = this.#lanes.get(lane);
    this.#lanes.delete(lane);
    for (const count of counts?.values() ?? []) this.#tellDropped(lane, count);
  }

  /** Ends all lanes, and leaves the realm without loggers. */
  [Symbol.dispose](): void {
    if (present !== this) return;
    present = undefined;
    for (const lane of [...this.#lanes.keys()]) this.endLane(lane);
    setRealmLoggers(undefined);
    resetSync();
  }

  /** Receives the records of a logger. */
  #sink(limit: LogLimit | undefined): (record: LogRecord) => void {
    return (record) => {
      const { laneOf = () => this.#lane } = this.#options;
      const lane = laneOf();
      if (lane === undefined || limit !== undefined && !this.#admits(lane, record, limit)) return;
      const message = read(() => record.message.map((part) => plainText(part)).join(""));
      const properties = read(() => plain(record.properties));
      this.#send(lane, record, { message, properties: isObject(properties) ? properties : { properties } });
    };
  }

  /** Counts a record; returns whether it passes. */
  #admits(lane: string, { level, category, timestamp }: Kind, { records, every }: LogLimit): boolean {
    const counts = this.#lanes.get(lane) ?? new Map<string, Count>();
    this.#lanes.set(lane, counts);
    const [key, last] = [JSON.stringify([level, ...category]), { level, category, timestamp }];
    const count = counts.get(key) ?? { last, came: 0, dropped: 0 };
    counts.set(key, count);
    count.last = last;
    if (count.came === every) {
      count.came = 0;
      this.#tellDropped(lane, count);
    }
    if (count.came++ < records) return true;
    count.dropped++;
    return false;
  }

  #tellDropped(lane: string, count: Count): void {
    const { last, dropped } = count;
    if (dropped === 0) return;
    count.dropped = 0;
    const message = `${dropped === 1 ? "1 record is" : `${dropped} records are`} dropped by the limit`;
    this.#send(lane, last, { message, properties: { dropped } });
  }

  #send(lane: string, { level, category, timestamp }: Kind, said: Pick<LogLine, "message" | "properties">): void {
    const { send, now } = this.#options;
    try {
      const time = this.#times ? { time: now?.() ?? timestamp } : {};
      send(bounded({ lane, level, category, ...said, ...time }));
    } catch (error) {
      this.#failure ??= error;
    }
  }
}
