/**
 * The logging of a realm: every record that it logs becomes a plain line and is handed on at once.
 *
 * - It alone names the logging package. The package's root logger belongs to the realm, so what a user's own import of it
 *   logs arrives as well.
 * - A record is handed on before the call that logs it returns, so a crash loses at most the record that is being made.
 * - A realm has one present lane: a guest has one for each job; direct mode changes it where it changes tasks. Each lane
 *   counts its own records. Invariant, of each kind (level and category) in a lane: records that passed + records that
 *   were told as dropped + those still to tell = records that came.
 * - What was dropped is told by a line of the same kind, before the next of them that passes or at the lane's end.
 * - Disposing gives the realm back without loggers, so that its next job finds what a fresh realm has.
 */

import { configure, getConfig, getLogger, type LogRecord, resetSync } from "npm:@logtape/logtape@2.4.2";
import { LoggingError } from "../errors.ts";
import { bounded, isObject, type LogLine } from "./line.ts";
import { setRealmLoggers } from "./logger.ts";
import { plain, plainText, read } from "./plain.ts";
import type { LoggerSettings, LoggingSettings, LogLimit } from "./settings.ts";
import { categoryOf, checkLoggingSettings } from "./settings.ts";

/** Where a guest's lines go. */
export interface GuestLoggingOptions {
  /** The name of the realm's first lane. */
  readonly lane: string;
  /** Takes each line, before the call that logged it returns; what it throws is kept as the `failure`. */
  readonly send: (line: LogLine) => void;
  /** The clock of lines with times, in milliseconds; by default records keep the package's own. */
  readonly now?: () => number;
  /** Where the code is, as `guestLoggingUrl()` says on the host: a guest in a bundle cannot know. */
  readonly code?: string | undefined;
  /**
   * Gives the lane of the record that is being made, where lanes change by themselves; undefined drops it. By default
   * the one that was entered last.
   */
  readonly laneOf?: () => string | undefined;
  /** Whether to take the place of loggers that others set up in this realm. Default true. */
  readonly replace?: boolean;
}

/** What a record is counted as, and when it was made. */
type Kind = Pick<LogRecord, "level" | "category" | "timestamp">;

/** The records of a kind in a lane: the last one, how many came of the present `every`, and how many drops are untold. */
interface Count {
  last: Kind;
  came: number;
  dropped: number;
}

/** The logging of this realm, if it is ours. */
let present: GuestLogging | undefined;

/** The logging of this realm; disposing ends it, and doing so twice is harmless. */
export class GuestLogging implements Disposable {
  readonly #options: GuestLoggingOptions;
  readonly #times: boolean;
  /** What each lane has counted, by kind. */
  readonly #lanes = new Map<string, Map<string, Count>>();
  #lane: string;
  #failure: unknown;

  private constructor({ times = false }: LoggingSettings, options: GuestLoggingOptions) {
    this.#options = options;
    this.#times = times;
    this.#lane = options.lane;
  }

  /** Sets this realm up, as `configureGuestLogging` says. */
  static async start(settings: LoggingSettings, options: GuestLoggingOptions): Promise<GuestLogging> {
    const { loggers: own = [], limit: common } = checkLoggingSettings(settings);
    if (options.replace === false && getConfig() !== null) {
      throw new LoggingError("Cannot log: this realm has loggers of its own, a realm without any is wanted");
    }
    present?.[Symbol.dispose]();
    const logging = new GuestLogging(settings, options);
    const hasRoot = own.some(({ category }) => categoryOf(category).length === 0);
    const loggers: readonly LoggerSettings[] = hasRoot ? own : [{ category: [] }, ...own];
    // Each logger has a sink of its own, which knows its limit.
    const sinks = loggers.map(({ limit = common }, at) => [`${at}`, logging.#sink(limit)] as const);
    await configure({
      reset: true,
      sinks: Object.fromEntries(sinks),
      loggers: [
        ...loggers.map(({ category, level = "info" }, at) => ({
          category: [...categoryOf(category)],
          lowestLevel: level === "off" ? null : level,
          sinks: [`${at}`],
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
    return this.#lane;
  }

  /** What `send` threw first, if it ever did: the package keeps that from who logs, and the line is lost. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Makes that lane the present one: records are its own from here on. */
  enter(lane: string): void {
    this.#lane = lane;
  }

  /** Ends a lane: its last lines tell what the limits dropped, and what comes under its name is counted from 0. */
  endLane(lane: string = this.#lane): void {
    const counts = this.#lanes.get(lane);
    this.#lanes.delete(lane);
    for (const count of counts?.values() ?? []) this.#tellDropped(lane, count);
  }

  /** Ends the lanes and gives the realm back without loggers. */
  [Symbol.dispose](): void {
    if (present !== this) return;
    present = undefined;
    for (const lane of [...this.#lanes.keys()]) this.endLane(lane);
    setRealmLoggers(undefined);
    resetSync();
  }

  /** Takes the records of a logger. */
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

  /** Counts a record, and gives whether it passes. */
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
