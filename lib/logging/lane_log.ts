/**
 * One lane of a guest: turns the records of its time into plain lines, within the limits, and hands each on at once.
 *
 * - Invariant: the lines that were handed on have the sequences 0, 1, 2, ... in the order of their records.
 * - What was dropped is told by a line of the same level and category, before the next of them or at the lane's end.
 *
 * @example
 * ```ts
 * import { LaneLog } from "./lane_log.ts";
 * import type { LogLine } from "./line.ts";
 *
 * const told: string[] = [];
 * const send = (line: LogLine) => void told.push(`${line.sequence} ${line.message}`);
 * const lane = new LaneLog("anna", { send, limitOf: () => ({ records: 1 }) });
 * const record = { category: ["bank"], level: "info", rawMessage: "", timestamp: 0, properties: { n: 1 } } as const;
 * for (let n = 1; n <= 3; n++) lane.take({ ...record, message: ["paid ", n, ""] });
 * lane.end();
 * if (told.join() !== "0 paid 1,1 2 records are dropped by the limit") throw new Error("one passes, two are counted");
 * ```
 *
 * @module
 */

import type { LogLevel } from "./level.ts";
import { Limiter } from "./limiter.ts";
import type { LogLine } from "./line.ts";
import { type Plain, plain, plainText, read } from "./plain.ts";
import type { LogLimit } from "./settings.ts";
import type { LogRecord } from "./tape.ts";

/** What a lane needs to know. */
export interface LaneOptions {
  /** Takes each line. */
  readonly send: (line: LogLine) => void;
  /** The limit of a category, if it has one. */
  readonly limitOf: (category: readonly string[]) => LogLimit | undefined;
  /** The time of a record whose own is given, where lines have one; in milliseconds. */
  readonly timeOf?: ((timestamp: number) => number) | undefined;
}

/** See the module. */
export class LaneLog {
  /** The lane's name. */
  readonly lane: string;
  readonly #options: LaneOptions;
  readonly #limiter = new Limiter();
  #sequence = 0;
  #timestamp = 0;

  /** Makes a lane without lines. */
  constructor(lane: string, options: LaneOptions) {
    this.lane = lane;
    this.#options = options;
  }

  /** Takes a record; throws what `send` throws. */
  take(record: LogRecord): void {
    const { level, category, timestamp } = record;
    const limit = this.#options.limitOf(category);
    this.#timestamp = timestamp;
    if (limit !== undefined) {
      const { passes, dropped } = this.#limiter.admit(JSON.stringify([level, ...category]), limit);
      if (dropped > 0) this.#tell(dropped, { level, category });
      if (!passes) return;
    }
    const message = read(() => record.message.map((part) => plainText(part)).join(""));
    const properties = read(() => plain(record.properties));
    this.#send({
      level,
      category: [...category],
      message,
      properties: isObject(properties) ? properties : { properties },
    });
  }

  /** Tells what was dropped and not told yet: the lane's last lines. */
  end(): void {
    for (const [kind, dropped] of this.#limiter.takeDropped()) {
      const [level, ...category] = JSON.parse(kind) as [LogLevel, ...string[]];
      this.#tell(dropped, { level, category });
    }
  }

  #tell(dropped: number, { level, category }: Pick<LogLine, "level" | "category">): void {
    const message = dropped === 1 ? "1 record is" : `${dropped} records are`;
    this.#send({
      level,
      category: [...category],
      message: `${message} dropped by the limit`,
      properties: { dropped },
    });
  }

  #send(line: Pick<LogLine, "level" | "category" | "message" | "properties">): void {
    const { send, timeOf } = this.#options;
    const time = timeOf === undefined ? {} : { time: timeOf(this.#timestamp) };
    // Numbered last: a property may have logged while it was read, and a line that was not handed on has no number.
    send({ lane: this.lane, sequence: this.#sequence, ...line, ...time });
    this.#sequence++;
  }
}

function isObject(data: Plain): data is Readonly<Record<string, Plain>> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
