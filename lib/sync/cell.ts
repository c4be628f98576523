/**
 * Shared cells: single values in memory, of type 32-bit integer, 64-bit integer or float64.
 *
 * - They are `atomic` by default; `plain` cells are for demonstrating data races.
 * - Each access is one operation, hence one point at which tasks may switch.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { cell } from "./cell.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ sum: cell({ cell: "f64", initial: 0.5 }) }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * runBlocking(memory, space.initialize());
 * const sum = blocking(space.bind(memory, { task: 0 }).sum);
 * if (sum.add(0.25) !== 0.5 || sum.load() !== 0.75) throw new Error("expected 0.75");
 * ```
 */

import {
  add,
  type Cell,
  type CellOptions,
  type CellValue,
  compareExchange,
  exchange,
  load,
  type Order,
  type Steps,
  store,
  wait,
} from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import type { Reservation, Shareable } from "./space.ts";
import { block, bodyOf, type Viewable, type Viewing } from "./view.ts";

/** The kind of a cell, how it is accessed, and its initial value. */
export interface SharedCellOptions<C extends Cell> {
  /** The kind of cell; `i32` by default. */
  readonly cell?: C;
  /** How it is accessed; `atomic` by default. */
  readonly order?: Order;
  /** The initial value; 0 by default. */
  readonly initial?: CellValue<C>;
}

/** Declares a cell. */
export function cell<C extends Cell = "i32">(options: SharedCellOptions<C> = {}): Shareable<SharedCell<C>> {
  const { cell: kind, order = "atomic", initial } = options;
  return {
    kind: "cell",
    reserve(space, name) {
      const word = reserveCells(space, name, { count: 1, cell: kind, initial });
      return (binding) => new SharedCell<C>(binding, { name, word, options: { ...cellOf(kind), order } });
    },
  };
}

/** Options of an array of cells. */
export interface SharedArrayOptions<C extends Cell> extends SharedCellOptions<C> {
  /** The number of cells. */
  readonly length: number;
}

/** Declares an array of cells. */
export function cells<C extends Cell = "i32">(options: SharedArrayOptions<C>): Shareable<SharedArray<C>> {
  const { length, cell: kind, order = "atomic", initial } = options;
  return {
    kind: "cells",
    reserve(space, name) {
      const word = reserveCells(space, name, { count: length, cell: kind, initial });
      const size = kind === "i64" || kind === "f64" ? 2 : 1;
      return (binding) => {
        return new SharedArray<C>(binding, { name, word, length, size, options: { ...cellOf(kind), order } });
      };
    },
  };
}

function cellOf<C extends Cell>(cell: C | undefined): { cell?: C } {
  return cell === undefined ? {} : { cell };
}

function reserveCells<C extends Cell>(
  space: Reservation,
  name: string,
  { count, cell, initial }: { count: number; cell: C | undefined; initial: CellValue<C> | undefined },
): number {
  // The type of the value follows from the kind of cell, but the compiler cannot infer that for a type parameter.
  if (cell === "f64") return space.cells(name, count, "f64", initial as number | undefined);
  if (cell === "i64") return space.cells(name, count, "i64", initial as bigint | undefined);
  return space.words(name, count, initial as number | undefined);
}

/** A value in memory. */
export class SharedCell<C extends Cell> implements SharedThing, Viewable {
  /** Its name. */
  readonly name: string;
  readonly #word: number;
  readonly #options: CellOptions<C>;
  readonly #isWord: boolean;
  /** Its location, and how it is accessed; `words` is `undefined` unless it is one word of shared memory. */
  readonly #here: { readonly words: Int32Array | undefined; readonly word: number; readonly isAtomic: boolean };

  /** Made by {@linkcode cell}. */
  constructor(binding: Binding, { name, word, options }: { name: string; word: number; options: CellOptions<C> }) {
    this.name = name;
    this.#word = word;
    this.#options = options;
    this.#isWord = (options.cell ?? "i32") === "i32";
    const words = this.#isWord ? binding.memory.words : undefined;
    this.#here = { words, word, isAtomic: options.order !== "plain" };
  }

  /** Returns the value. */
  load(): Steps<CellValue<C>> {
    return load(this.#word, this.#options);
  }

  /** Sets the value. */
  store(value: CellValue<C>): Steps<void> {
    return store(this.#word, value, this.#options);
  }

  /** Adds to the value (integers wrap around) and returns the previous value. */
  add(value: CellValue<C>): Steps<CellValue<C>> {
    return add(this.#word, value, this.#options);
  }

  /** Sets the value and returns the previous one. */
  exchange(value: CellValue<C>): Steps<CellValue<C>> {
    return exchange(this.#word, value, this.#options);
  }

  /** Sets the value if it has the same bits as `expected`; returns the previous value. */
  compareExchange(expected: CellValue<C>, replacement: CellValue<C>): Steps<CellValue<C>> {
    return compareExchange(this.#word, { expected, replacement, ...this.#options });
  }

  /**
   * Waits while it holds `value`. Whoever changes it need not notify.
   *
   * @throws {TypeError} if it is not a 32-bit cell.
   */
  waitWhile(this: SharedCell<"i32">, value: number): Steps<unknown> {
    if (this.#isWord) return wait(this.#word, value, { polls: true });
    throw new TypeError(`Cannot wait for ${this.name}: a cell of 64 bits, one of 32 is wanted`);
  }

  /** See {@linkcode SharedThing}. */
  contents(): Steps<CellValue<C>> {
    return this.load();
  }

  /** See {@linkcode Viewing}: the operation itself, if the words are in this realm. */
  static readonly viewing: Viewing<SharedCell<Cell>> = {
    blocking: {
      load() {
        const { words, word, isAtomic } = bodyOf<SharedCell<Cell>>(this).#here;
        if (words === undefined) return block(this, "load", []);
        return isAtomic ? Atomics.load(words, word) : words[word];
      },
      store(value: number) {
        const { words, word, isAtomic } = bodyOf<SharedCell<Cell>>(this).#here;
        if (words === undefined) block(this, "store", [value]);
        else if (isAtomic) Atomics.store(words, word, value);
        else words[word] = value;
      },
      add(value: number) {
        const { words, word, isAtomic } = bodyOf<SharedCell<Cell>>(this).#here;
        return words === undefined || !isAtomic ? block(this, "add", [value]) : Atomics.add(words, word, value);
      },
    },
  };

  /** See {@linkcode Viewable}. */
  get isHoldfastViewable(): true {
    return true;
  }
}

/** An array of values in memory. */
export class SharedArray<C extends Cell> implements SharedThing {
  /** Its name. */
  readonly name: string;
  /** The number of cells. */
  readonly length: number;
  readonly #binding: Binding;
  readonly #word: number;
  readonly #size: number;
  readonly #options: CellOptions<C>;

  /** Made by {@linkcode cells}. */
  constructor(
    binding: Binding,
    place: { name: string; word: number; length: number; size: number; options: CellOptions<C> },
  ) {
    this.name = place.name;
    this.length = place.length;
    this.#binding = binding;
    this.#word = place.word;
    this.#size = place.size;
    this.#options = place.options;
  }

  /** See {@linkcode Viewing}. */
  static readonly viewing: Viewing<SharedArray<Cell>> = { plain: ["at"] };

  /**
   * The cell at an index.
   *
   * @throws {RangeError} if the index is out of range.
   */
  at(index: number): SharedCell<C> {
    if (!(Number.isSafeInteger(index) && index >= 0 && index < this.length)) {
      throw new RangeError(
        `Cannot reach ${this.name}[${index}]: it has ${this.length} cells, an index under that is wanted`,
      );
    }
    const word = this.#word + index * this.#size;
    return new SharedCell(this.#binding, { name: `${this.name}[${index}]`, word, options: this.#options });
  }

  /** See {@linkcode SharedThing}. */
  *contents(): Steps<readonly CellValue<C>[]> {
    const values: CellValue<C>[] = [];
    for (let index = 0; index < this.length; index++) values.push(yield* this.at(index).load());
    return values;
  }
}
