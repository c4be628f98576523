/**
 * The layout of a memory: every word has a name.
 *
 * - A layout reserves 32-bit words, arrays of words, 64-bit cells (two words, starting at an even one) and byte ranges.
 * - Words are counted from the start of the words, bytes from the start of the byte region; all are initially zero.
 * - Creating a memory freezes its layout. The table of a layout is plain data, for traces and for the other side.
 *
 * @example
 * ```ts
 * import { Layout } from "./layout.ts";
 *
 * const layout = new Layout();
 * layout.word("queue.head");
 * const states = layout.words("states", 3);
 * if (layout.nameOf(states + 2) !== "states[2]") throw new Error("every word has a name");
 * ```
 */

/** A range of the byte region. */
export interface ByteRange {
  /** The first byte. */
  readonly offset: number;
  /** The number of bytes. */
  readonly length: number;
}

/** One reservation of words. */
export interface WordEntry {
  /** The unique name. */
  readonly name: string;
  /** The first word. */
  readonly word: number;
  /** The number of cells. */
  readonly count: number;
  /** Words per cell: 1, or 2 for a 64-bit cell. */
  readonly size: 1 | 2;
}

/** One reservation of bytes. */
export interface ByteEntry extends ByteRange {
  /** The unique name. */
  readonly name: string;
}

/** A layout as plain data. */
export interface LayoutTable {
  /** All words, in ascending order. */
  readonly words: readonly WordEntry[];
  /** All byte ranges, in ascending order. */
  readonly bytes: readonly ByteEntry[];
}

const BYTE_ALIGNMENT = 8;

/** Reserves named words and byte ranges. */
export class Layout {
  // The entries ascend, do not overlap, and have distinct names.
  readonly #words: WordEntry[] = [];
  readonly #bytes: ByteEntry[] = [];
  readonly #names = new Set<string>();
  #wordCount = 0;
  #byteCount = 0;
  #frozen = false;

  /** A layout with the entries of a table; not frozen, so it can be extended. */
  static fromTable(table: LayoutTable): Layout {
    const layout = new Layout();
    for (const entry of table.words) {
      layout.#claim(entry.name);
      layout.#words.push(entry);
      layout.#wordCount = entry.word + entry.count * entry.size;
    }
    for (const entry of table.bytes) {
      layout.#claim(entry.name);
      layout.#bytes.push(entry);
      layout.#byteCount = entry.offset + entry.length;
    }
    return layout;
  }

  /** The number of reserved words. */
  get wordCount(): number {
    return this.#wordCount;
  }

  /** The number of reserved bytes. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** Whether a memory has been created from it. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** Reserves a word; returns its index. */
  word(name: string): number {
    return this.words(name, 1);
  }

  /** Reserves `count` consecutive words; returns the first index. */
  words(name: string, count: number): number {
    return this.#reserveWords(name, count, 1);
  }

  /** Reserves a 64-bit cell; returns the (even) index of its first word. */
  cell(name: string): number {
    return this.cells(name, 1);
  }

  /** Reserves `count` consecutive 64-bit cells of two words each; returns the (even) first index. */
  cells(name: string, count: number): number {
    return this.#reserveWords(name, count, 2);
  }

  /** Reserves a range of bytes that starts at a multiple of 8. */
  bytes(name: string, length: number): ByteRange {
    this.#claim(name);
    checkCount(name, length);
    const offset = Math.ceil(this.#byteCount / BYTE_ALIGNMENT) * BYTE_ALIGNMENT;
    this.#bytes.push({ name, offset, length });
    this.#byteCount = offset + length;
    return { offset, length };
  }

  /** The name of a word: its own, or that of its array or cell with the index in brackets. */
  nameOf(word: number): string {
    const entry = this.#words.find((entry) => word >= entry.word && word < entry.word + entry.count * entry.size);
    if (entry === undefined) return `word ${word}`;
    const index = Math.floor((word - entry.word) / entry.size);
    const name = entry.count === 1 ? entry.name : `${entry.name}[${index}]`;
    return (word - entry.word) % entry.size === 0 ? name : `${name}.high`;
  }

  /** The layout as plain data. */
  toTable(): LayoutTable {
    return { words: [...this.#words], bytes: [...this.#bytes] };
  }

  /** Refuses further reservations. */
  freeze(): this {
    this.#frozen = true;
    return this;
  }

  #reserveWords(name: string, count: number, size: 1 | 2): number {
    this.#claim(name);
    checkCount(name, count);
    const word = Math.ceil(this.#wordCount / size) * size;
    this.#words.push({ name, word, count, size });
    this.#wordCount = word + count * size;
    return word;
  }

  #claim(name: string): void {
    if (this.#frozen) throw new TypeError(`Cannot reserve ${name}: the layout is frozen, an open one is wanted`);
    if (name === "") throw new TypeError("Cannot reserve: the name is empty, a name is wanted");
    if (this.#names.has(name)) {
      throw new TypeError(`Cannot reserve ${name}: the name is taken, a distinct one is wanted`);
    }
    this.#names.add(name);
  }
}

function checkCount(name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot reserve ${name}: the size is ${count}, a whole number of at least 0 is wanted`);
  }
}
