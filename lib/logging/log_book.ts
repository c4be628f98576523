/**
 * The merged log: lines of many lanes, as they arrive, in an order that does not depend on how they arrive.
 *
 * - Order `turns`: the first line of each lane in the order of lanes, then the second of each, and so on; a lane that
 *   has ended is passed over. Order `lanes`: all lines of the first lane, then all of the second, and so on.
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
 * const book = new LogBook({ lanes: ["a", "b"], write: ({ message }) => void merged.push(message) });
 * const rest = { level: "info", category: [], properties: {} } as const;
 * book.add({ lane: "b", sequence: 0, message: "b0", ...rest });
 * book.add({ lane: "a", sequence: 0, message: "a0", ...rest });
 * book.add({ lane: "a", sequence: 1, message: "a1", ...rest });
 * book.add({ lane: "a", sequence: 2, message: "a2", ...rest });
 * if (merged.join() !== "a0,b0,a1") throw new Error("a2 waits for b's turn");
 * book.end("b");
 * if (merged.join() !== "a0,b0,a1,a2") throw new Error("b has no more turns");
 * ```
 *
 * @module
 */

import { LoggingError, StateError } from "../errors.ts";
import type { LogLine } from "./line.ts";

/** The order of the merged log. */
export type LogOrder = "turns" | "lanes";

/** What a merged log is made of. */
export interface LogBookOptions {
  /** The names of the lanes, in their order. */
  readonly lanes?: readonly string[];
  /** The order of the lines. Default `turns`. */
  readonly order?: LogOrder;
  /** Takes each line, in order. */
  readonly write: (line: LogLine) => void;
}

/** One lane: its lines from `next` on wait for their turn. */
interface Lane {
  readonly name: string;
  /** Lines that have come, in order; those that are written are `undefined`. */
  readonly lines: (LogLine | undefined)[];
  next: number;
  ended: boolean;
}

/** See the module. */
export class LogBook implements Disposable {
  readonly #order: LogOrder;
  readonly #write: (line: LogLine) => void;
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
    const lane = { name, lines: [], next: 0, ended: false };
    this.#lanes.set(name, lane);
    this.#going.push(lane);
  }

  /**
   * Takes the next line of its lane.
   *
   * @throws {RangeError} for a lane that is not open.
   * @throws {StateError} for a lane that has ended, and a line that is not the next.
   */
  add(line: LogLine): void {
    const lane = this.#laneOf(line.lane);
    if (lane.ended) throw new StateError(`Cannot log as ${lane.name}: it has ended, a lane that goes on is wanted`);
    if (line.sequence !== lane.lines.length) {
      throw new StateError(
        `Cannot log as ${lane.name}: line ${line.sequence} has come, line ${lane.lines.length} is wanted`,
      );
    }
    this.#begun = true;
    lane.lines.push(line);
    if (this.#going[this.#turn] === lane) this.#writeOn();
  }

  /**
   * Ends a lane, as its guest has: no more lines come. Ending it twice is harmless.
   *
   * @throws {RangeError} for a lane that is not open.
   */
  end(name: string): void {
    const lane = this.#laneOf(name);
    this.#begun = true;
    lane.ended = true;
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
    for (let lane = this.#going[this.#turn]; lane !== undefined; lane = this.#going[this.#turn]) {
      const line = lane.lines[lane.next];
      if (line !== undefined) {
        lane.lines[lane.next++] = undefined;
        if (this.#order === "turns") this.#turn++;
        this.#write(line);
      } else if (lane.ended) {
        this.#going.splice(this.#turn, 1);
        // Only its name is kept.
        lane.lines.length = 0;
      } else {
        return;
      }
      if (this.#turn === this.#going.length) this.#turn = 0;
    }
  }
}
