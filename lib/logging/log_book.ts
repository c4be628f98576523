/**
 * The log of many lanes on their host: merges lines in an order that does not depend on when they arrive.
 *
 * - Order `turns`: the first line of each lane in the order of the lanes, then the second of each, and so on, skipping
 *   lanes that have ended. Order `lanes`: all lines of the first lane, then all of the second, and so on.
 * - The lines of a lane are numbered here, 0, 1, 2, ... as they come.
 * - A line is merged as soon as nothing can come before it. Invariant: what has been merged is a prefix of the whole;
 *   no line is lost or merged twice. A worker's file gets each line as soon as it comes.
 * - Lanes must be known before their lines: with `turns` all of them from the start, with `lanes` more may be added at
 *   the end.
 * - A lane whose guest died ends like any other. A failed write does not stop the others; the first error is thrown
 *   when the log is disposed.
 *
 * @example
 * ```ts
 * import { LogBook } from "./log_book.ts";
 *
 * const merged: string[] = [];
 * const onLine = ({ lane, sequence }: { lane: string; sequence: number }) => void merged.push(`${lane}${sequence}`);
 * const folder = Deno.makeTempDirSync();
 * {
 *   using book = new LogBook({ lanes: ["a", "b/2"], onLine, folder });
 *   const rest = { level: "info", category: ["bank"], message: "paid", properties: {} } as const;
 *   for (const lane of ["b/2", "a", "a", "a"]) book.add({ lane, ...rest });
 *   if (merged.join() !== "a0,b/20,a1") throw new Error("a2 waits for the turn of b/2");
 *   book.end("b/2");
 *   if (merged.join() !== "a0,b/20,a1,a2") throw new Error("b/2 has no more turns");
 * }
 * const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
 * if (names.join() !== "a.log,b%2F2.log,merged.log") throw new Error("expected a file for each, and the merged one");
 * if (Deno.readTextFileSync(`${folder}/b%2F2.log`) !== "info    b/2 bank: paid\n") throw new Error("one line");
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */

import { LoggingError, StateError } from "../errors.ts";
import { lineText, type LogLine, type NumberedLine } from "./line.ts";
import { LogFiles, MERGED } from "./log_files.ts";
import { checkLoggingSettings, type LoggingSettings } from "./settings.ts";

const ORDERS: readonly LogOrder[] = ["turns", "lanes"];
/** The order of the merged log. */
export type LogOrder = "turns" | "lanes";

/** What guests log, and where it goes: to a folder, a listener, or both. */
export interface LogTarget {
  /** What to log; everything of level `info` or above by default. */
  readonly settings?: LoggingSettings | undefined;
  /** An existing folder for `merged.log` and a file for each guest; none by default. */
  readonly folder?: string | undefined;
  /** Receives each line of the merged log, in order; what it throws is thrown when the log is closed. */
  readonly onLine?: ((line: NumberedLine) => void) | undefined;
}

/** Options of a log. */
export interface LogBookOptions extends LogTarget {
  /** The names of the lanes, in order. */
  readonly lanes?: readonly string[];
  /** The order of the merged lines; `turns` by default. */
  readonly order?: LogOrder;
  /** The names of the workers that have files; by default those of the lanes, each lane being a worker. */
  readonly workers?: readonly string[];
  /** Whether to append to existing files; false by default, so that they start empty. */
  readonly append?: boolean;
}

/** One lane. */
interface Lane {
  /** How many lines have come. */
  count: number;
  /** Lines waiting for their turn, from `next` on; earlier entries have been merged and are `undefined`. */
  readonly lines: (NumberedLine | undefined)[];
  next: number;
  ended: boolean;
}

/** A log of many lanes; disposing merges what is left and closes the files, and doing so twice is harmless. */
export class LogBook implements Disposable {
  readonly #options: LogBookOptions;
  readonly #files: LogFiles | undefined;
  readonly #lanes = new Map<string, Lane>();
  /** The lanes that may still have a turn, in order. */
  readonly #going: Lane[] = [];
  /** The index in `#going` of the lane whose turn it is. */
  #turn = 0;
  #begun = false;
  #failure: Error | undefined;

  /**
   * Opens a log with its lanes, and all files at once.
   *
   * @throws {LoggingError} for invalid settings, a folder that does not exist, two lanes or workers with the same name,
   * an unknown order, or if the lines would go nowhere.
   */
  constructor(options: LogBookOptions) {
    const { settings = {}, folder, onLine, lanes = [], order = "turns", workers = lanes, append = false } = options;
    checkLoggingSettings(settings);
    if (folder === undefined && onLine === undefined) {
      throw new LoggingError("Cannot log: the lines go nowhere, a folder or onLine is wanted");
    }
    if (!ORDERS.includes(order)) {
      throw new LoggingError(`Cannot open a log: its order is ${order}, ${ORDERS.join(" or ")} is wanted`);
    }
    this.#options = options;
    for (const lane of lanes) this.#openLane(lane);
    this.#files = folder === undefined ? undefined : new LogFiles(folder, { workers, append });
  }

  /**
   * Adds a lane after the others, with a file if lanes are workers.
   *
   * @throws {LoggingError} if its name is taken.
   * @throws {StateError} with the order `turns`, if lines have come or lanes have ended.
   */
  open(lane: string): void {
    this.#openLane(lane);
    try {
      if (this.#options.workers === undefined) this.#files?.open(lane);
    } catch (error) {
      // The other lanes must not wait for it.
      this.end(lane);
      throw error;
    }
  }

  /**
   * Accepts the next line of its lane, from a worker, by default the one with the lane's name.
   *
   * @throws {RangeError} for a lane or worker that is not open.
   * @throws {StateError} for a lane that has ended.
   */
  add({ lane: name, ...rest }: LogLine, worker: string = name): void {
    const lane = this.#laneOf(name);
    if (lane.ended) throw new StateError(`Cannot log as ${name}: it has ended, a lane that goes on is wanted`);
    if (this.#files?.has(worker) === false) {
      throw new RangeError(`Cannot log as worker ${worker}: it has no file, an open worker is wanted`);
    }
    this.#begun = true;
    const line = { lane: name, sequence: lane.count++, ...rest };
    lane.lines.push(line);
    this.#write(worker, line);
    this.#merge();
  }

  /**
   * Ends a lane: no more lines follow. Ending it twice is harmless.
   *
   * @throws {RangeError} for a lane that is not open.
   */
  end(lane: string): void {
    this.#laneOf(lane).ended = true;
    this.#begun = true;
    this.#merge();
  }

  /** Ends all lanes, so that everything is merged; the first time, throws the first error. */
  [Symbol.dispose](): void {
    for (const lane of this.#lanes.values()) lane.ended = true;
    this.#merge();
    this.#files?.[Symbol.dispose]();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #openLane(name: string): void {
    if (this.#lanes.has(name)) {
      throw new LoggingError(`Cannot log as ${name}: the name is taken, one that is free is wanted`);
    }
    if (this.#begun && this.#options.order !== "lanes") {
      throw new StateError(`Cannot log as ${name}: others have begun, their turns want all lanes from the start`);
    }
    const lane = { count: 0, lines: [], next: 0, ended: false };
    this.#lanes.set(name, lane);
    this.#going.push(lane);
  }

  #laneOf(name: string): Lane {
    const lane = this.#lanes.get(name);
    if (lane === undefined) throw new RangeError(`Cannot log as ${name}: there is no such lane, an open one is wanted`);
    return lane;
  }

  /** Merges lines as long as the next one in order has come. */
  #merge(): void {
    for (;;) {
      if (this.#turn >= this.#going.length) this.#turn = 0;
      const lane = this.#going[this.#turn];
      const line = lane?.lines[lane.next];
      if (lane === undefined || line === undefined && !lane.ended) return;
      if (line === undefined) {
        this.#going.splice(this.#turn, 1);
        continue;
      }
      lane.lines[lane.next++] = undefined;
      if (lane.next === lane.lines.length) lane.next = lane.lines.length = 0;
      if (this.#options.order !== "lanes") this.#turn++;
      this.#write(MERGED, line);
      this.#guarded(() => this.#options.onLine?.(line));
    }
  }

  #write(worker: string, line: NumberedLine): void {
    this.#guarded(() => this.#files?.write(worker, lineText(line, this.#options.settings?.format ?? "text")));
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new TypeError(`Cannot log: ${String(error)} was thrown`);
    }
  }
}
