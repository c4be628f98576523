/**
 * The merged log: lines of many lanes, as they arrive, in an order that does not depend on how they arrive.
 *
 * - Order `turns`: the first line of each lane in the order of lanes, then the second of each, and so on; a lane that
 *   has ended is passed over. Order `lanes`: all lines of the first lane, then all of the second, and so on.
 * - The lines of a lane are numbered here, 0, 1, 2, ... as they come.
 * - A line is written as soon as nothing can come before it. Invariant: what is written is a prefix of the whole; no
 *   line is lost or written twice.
 * - Lanes are known before their lines: with `turns` all from the start, with `lanes` also later, at the end.
 * - A lane whose guest died is ended like any other; the others go on.
 *
 * @example
 * ```ts
 * import { LogBook } from "./log_book.ts";
 *
 * const merged: string[] = [];
 * const book = new LogBook({ lanes: ["a", "b"], write: ({ lane, sequence }) => void merged.push(`${lane}${sequence}`) });
 * const rest = { level: "info", category: [], message: "", properties: {} } as const;
 * for (const lane of ["b", "a", "a", "a"]) book.add({ lane, ...rest });
 * if (merged.join() !== "a0,b0,a1") throw new Error("a2 waits for b's turn");
 * book.end("b");
 * if (merged.join() !== "a0,b0,a1,a2") throw new Error("b has no more turns");
 * ```
 *
 * @module
 */

import { LoggingError, StateError } from "../errors.ts";
import type { LogLine, NumberedLine } from "./line.ts";

/** The order of the merged log. */
export type LogOrder = "turns" | "lanes";

/** What a merged log is made of. */
export interface LogBookOptions {
  /** The names of the lanes, in their order. */
  readonly lanes?: readonly string[];
  /** The order of the lines. Default `turns`. */
  readonly order?: LogOrder;
  /** Takes each line, in order; what it throws is thrown where the line was due, and the line counts as written. */
  readonly write: (line: NumberedLine) => void;
}

/** One lane. */
interface Lane {
  readonly name: string;
  /** How many lines have come. */
  count: number;
  /** Lines that wait for their turn, from `next` on; those before it are written, and `undefined`. */
  readonly lines: (NumberedLine | undefined)[];
  next: number;
  ended: boolean;
}

/** See the module. */
export class LogBook implements Disposable {
  readonly #order: LogOrder;
  readonly #write: (line: NumberedLine) => void;
  readonly #lanes = new Map<string, Lane>();
  /** The lanes that can still have a turn, in order. */
  readonly #going: Lane[] = [];
  /** Whose turn it is, in `#going`. */
  #turn = 0;
  #begun = false;

  /**
   * Opens a log with those lanes.
   *
   * @throws {LoggingError} for two lanes of one name, and an unknown order.
   */
  constructor({ lanes = [], order = "turns", write }: LogBookOptions) {
    if (order !== "turns" && order !== "lanes") {
      throw new LoggingError(`Cannot open a log: its order is ${order}, turns or lanes is wanted`);
    }
    this.#order = order;
    this.#write = write;
    for (const lane of lanes) this.open(lane);
  }

  /**
   * Adds a lane after the others.
   *
   * @throws {LoggingError} where its name is taken.
   * @throws {StateError} with the order `turns`, where lines have come or lanes have ended before.
   */
  open(name: string): void {
    if (this.#lanes.has(name)) {
      throw new LoggingError(`Cannot log as ${name}: the name is taken, one that is free is wanted`);
    }
    if (this.#begun && this.#order === "turns") {
      throw new StateError(`Cannot log as ${name}: others have begun, their turns want all lanes from the start`);
    }
    const lane = { name, count: 0, lines: [], next: 0, ended: false };
    this.#lanes.set(name, lane);
    this.#going.push(lane);
  }

  /**
   * Takes the next line of its lane, and gives it with its number.
   *
   * @throws {RangeError} for a lane that is not open.
   * @throws {StateError} for a lane that has ended.
   */
  add({ lane: name, ...rest }: LogLine): NumberedLine {
    const lane = this.#laneOf(name);
    if (lane.ended) throw new StateError(`Cannot log as ${name}: it has ended, a lane that goes on is wanted`);
    this.#begun = true;
    const line = { lane: name, sequence: lane.count++, ...rest };
    lane.lines.push(line);
    this.#writeOn();
    return line;
  }

  /**
   * Ends a lane, as its guest has: no more lines come. Ending it twice is harmless.
   *
   * @throws {RangeError} for a lane that is not open.
   */
  end(name: string): void {
    this.#begun = true;
    this.#laneOf(name).ended = true;
    this.#writeOn();
  }

  /** Ends all lanes, so that all that has come is written. */
  [Symbol.dispose](): void {
    for (const name of this.#lanes.keys()) this.end(name);
  }

  #laneOf(name: string): Lane {
    const lane = this.#lanes.get(name);
    if (lane === undefined) throw new RangeError(`Cannot log as ${name}: there is no such lane, an open one is wanted`);
    return lane;
  }

  /** Writes while the line whose turn it is has come. */
  #writeOn(): void {
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
      if (this.#order === "turns") this.#turn++;
      // Last: all holds where it throws.
      this.#write(line);
    }
  }
}
