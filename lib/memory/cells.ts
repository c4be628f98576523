/**
 * The cells and bytes of a memory over one buffer: the common part of model and shared memory.
 *
 * - Words come first, then the byte region. In every memory, a 64-bit cell overlays the two words that it occupies.
 * - `atomic` operations use `Atomics`, so all of them, in all threads, have one total order. On a buffer that no other
 *   thread has, they are plain reads and writes: the creator of the buffer says whether it is `shared`.
 * - A float64 is compared and exchanged by its bits: NaN equals NaN, and 0 differs from -0.
 */

import type {
  Answer,
  ByteOperation,
  CellOperation,
  CompareExchangeOperation,
  LoadOperation,
  ModifyOperation,
  ReadOperation,
} from "./operation.ts";
import { wrapped } from "./written.ts";

/** The size of a memory, and whether it is shared. */
export interface MemorySize {
  /** The number of words; even. */
  readonly words: number;
  /** The number of bytes in the byte region. */
  readonly bytes: number;
  /** Whether other threads or processes may have the buffer. */
  readonly shared: boolean;
}

/** A copy of all words and bytes. */
export interface SavedCells {
  /** The words. */
  readonly words: Int32Array;
  /** The byte region, if it is in the buffer. */
  readonly bytes: Uint8Array | undefined;
  /** Its pages, if it is not; absent pages are all zeros. */
  readonly pages: Map<number, Uint8Array>;
}

type FloatOperation =
  | LoadOperation
  | ModifyOperation<"store" | "add" | "exchange", "f64">
  | CompareExchangeOperation<"f64">;

/** Up to this many bytes are copied one by one. */
const FEW = 128;

/** The page size of a byte region that is not in the buffer. */
const PAGE_BYTES = 1024;

/** The page of a byte, the byte's position in it, and how many of `rest` bytes lie in that page. */
function pageAt(offset: number, rest: number): { number: number; from: number; length: number } {
  const from = offset % PAGE_BYTES;
  return { number: (offset - from) / PAGE_BYTES, from, length: Math.min(rest, PAGE_BYTES - from) };
}

function copyPages(from: ReadonlyMap<number, Uint8Array>, to: Map<number, Uint8Array>): void {
  if (from.size === 0 && to.size === 0) return;
  for (const [number, page] of from) {
    const copy = to.get(number);
    if (copy === undefined) to.set(number, page.slice());
    else copy.set(page);
  }
  if (to.size > from.size) { for (const number of to.keys()) if (!from.has(number)) to.delete(number); }
}

/** Up to this many words, a loop is faster than a call. */
const FEW_WORDS = 64;

function copyWords(from: Int32Array, to: Int32Array): void {
  if (from.length > FEW_WORDS) to.set(from);
  else for (let word = 0; word < from.length; word++) to[word] = from[word] ?? 0;
}

/** The views on one buffer. */
export class Cells {
  readonly #words: Int32Array;
  readonly #longs: BigInt64Array;
  readonly #floats: Float64Array;
  // The byte region if it is in the buffer; otherwise the pages of it that have been written to.
  readonly #bytes: Uint8Array | undefined;
  readonly #pages = new Map<number, Uint8Array>();
  readonly #byteCount: number;
  // On a buffer that nobody else has, plain accesses are equivalent and faster.
  readonly #isShared: boolean;
  // One float64 and its bits.
  readonly #float = new Float64Array(1);
  readonly #bits = new BigInt64Array(this.#float.buffer);

  /** Views a buffer of `words * 4 + bytes` bytes, or of the words alone; pages of bytes are then created as needed. */
  constructor(buffer: ArrayBufferLike, { words, bytes, shared }: MemorySize) {
    const start = words * Int32Array.BYTES_PER_ELEMENT;
    this.#words = new Int32Array(buffer, 0, words);
    this.#longs = new BigInt64Array(buffer, 0, words / 2);
    this.#floats = new Float64Array(buffer, 0, words / 2);
    const whole = buffer.byteLength - start >= bytes;
    this.#bytes = whole ? new Uint8Array(buffer, start, bytes) : undefined;
    this.#byteCount = bytes;
    this.#isShared = shared;
  }

  /** Sets everything to zero. */
  clear(): void {
    this.#words.fill(0);
    this.#bytes?.fill(0);
    this.#pages.clear();
  }

  /** A copy of all words and bytes, stored in `into` if given. */
  save(into?: SavedCells): SavedCells {
    const saved = into ?? { words: this.#words.slice(), bytes: this.#bytes?.slice(), pages: new Map() };
    if (into !== undefined) {
      copyWords(this.#words, saved.words);
      if (this.#bytes !== undefined) saved.bytes?.set(this.#bytes);
    }
    copyPages(this.#pages, saved.pages);
    return saved;
  }

  /** Restores all words and bytes to a saved state. */
  restore({ words, bytes, pages }: SavedCells): void {
    copyWords(words, this.#words);
    if (bytes !== undefined) this.#bytes?.set(bytes);
    copyPages(pages, this.#pages);
  }

  /** The 32-bit words, for waits and control words. */
  get words(): Int32Array {
    return this.#words;
  }

  /** Performs an operation on a cell or on bytes. */
  perform(operation: CellOperation | ByteOperation): Answer {
    if (operation.kind === "read") return this.#read(operation);
    if (operation.kind === "write") {
      const { offset, bytes } = operation;
      this.#checkBytes("write", offset, bytes.length);
      if (this.#bytes !== undefined) this.#bytes.set(bytes, offset);
      else this.#writePages(offset, bytes);
      return undefined;
    }
    this.checkWord(operation.kind, operation.word, operation.cell === "i32" ? 1 : 2);
    switch (operation.cell) {
      case "i32":
        return operation.order === "atomic" && this.#isShared
          ? atomically(this.#words, operation.word, operation)
          : plainly(this.#words, operation.word, operation);
      case "i64":
        return operation.order === "atomic" && this.#isShared
          ? atomically(this.#longs, operation.word / 2, operation)
          : plainly(this.#longs, operation.word / 2, operation);
      case "f64":
        return this.#performFloat(operation);
    }
  }

  /** Throws unless a cell of `size` words may start at a word. */
  checkWord(kind: string, word: number, size: 1 | 2): void {
    if (Number.isSafeInteger(word) && word >= 0 && word + size <= this.#words.length && word % size === 0) return;
    const wanted = size === 1 ? "a word" : "an even word";
    throw new RangeError(`Cannot ${kind}: word ${word} of ${this.#words.length}, ${wanted} within is wanted`);
  }

  #performFloat(operation: FloatOperation): Answer {
    const index = operation.word / 2;
    if (operation.order === "plain") return this.#plainFloat(operation, index);
    switch (operation.kind) {
      case "load":
        return this.#toFloat(Atomics.load(this.#longs, index));
      case "store":
        Atomics.store(this.#longs, index, this.#toBits(operation.value));
        return undefined;
      case "exchange":
        return this.#toFloat(Atomics.exchange(this.#longs, index, this.#toBits(operation.value)));
      case "compareExchange": {
        const expected = this.#toBits(operation.expected);
        const replacement = this.#toBits(operation.replacement);
        return this.#toFloat(Atomics.compareExchange(this.#longs, index, expected, replacement));
      }
      case "add":
        for (let bits = Atomics.load(this.#longs, index);;) {
          const before = this.#toFloat(bits);
          const found = Atomics.compareExchange(this.#longs, index, bits, this.#toBits(before + operation.value));
          // Each exchanged sum happens before the next: no addend is lost.
          if (found === bits) return before;
          bits = found;
        }
    }
  }

  #plainFloat(operation: FloatOperation, index: number): Answer {
    if (operation.kind !== "compareExchange") return plainly(this.#floats, index, operation);
    const before = this.#longs[index] ?? 0n;
    if (before === this.#toBits(operation.expected)) this.#floats[index] = operation.replacement;
    return this.#toFloat(before);
  }

  #toBits(value: number): bigint {
    this.#float[0] = value;
    return this.#bits[0] ?? 0n;
  }

  #toFloat(bits: bigint): number {
    this.#bits[0] = bits;
    return this.#float[0] ?? 0;
  }

  #read({ offset, length, into }: ReadOperation): Uint8Array {
    this.#checkBytes("read", offset, length);
    const bytes = this.#bytes;
    if (into === undefined) {
      return bytes === undefined
        ? this.#readPages(offset, new Uint8Array(length))
        : bytes.slice(offset, offset + length);
    }
    if (into.length < length) {
      throw new RangeError(`Cannot read: a target of ${into.length} bytes, at least ${length} are wanted`);
    }
    if (bytes === undefined) return this.#readPages(offset, into.subarray(0, length));
    // For a few bytes, a loop beats the setup of a bulk copy.
    if (length > FEW) into.set(bytes.subarray(offset, offset + length));
    else for (let index = 0; index < length; index++) into[index] = bytes[offset + index] ?? 0;
    return into.length === length ? into : into.subarray(0, length);
  }

  #writePages(offset: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const { number, from, length } = pageAt(offset + done, bytes.length - done);
      let page = this.#pages.get(number);
      if (page === undefined) this.#pages.set(number, page = new Uint8Array(PAGE_BYTES));
      page.set(bytes.subarray(done, done + length), from);
      done += length;
    }
  }

  #readPages(offset: number, into: Uint8Array): Uint8Array {
    for (let done = 0; done < into.length;) {
      const { number, from, length } = pageAt(offset + done, into.length - done);
      const page = this.#pages.get(number);
      if (page === undefined) into.fill(0, done, done + length);
      else into.set(page.subarray(from, from + length), done);
      done += length;
    }
    return into;
  }

  #checkBytes(kind: string, offset: number, length: number): void {
    const within = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0 &&
      offset + length <= this.#byteCount;
    if (within) return;
    throw new RangeError(
      `Cannot ${kind}: bytes ${offset} to ${offset + length} of ${this.#byteCount}, a range within is wanted`,
    );
  }
}

// The two functions below say `number` for the value of any cell: the operation's cell chose the array, and thereby the
// type.

function atomically(array: Int32Array | BigInt64Array, index: number, operation: CellOperation): Answer {
  const cells = array as Int32Array;
  switch (operation.kind) {
    case "load":
      return Atomics.load(cells, index);
    case "store":
      Atomics.store(cells, index, operation.value as number);
      return undefined;
    case "add":
      return Atomics.add(cells, index, operation.value as number);
    case "exchange":
      return Atomics.exchange(cells, index, operation.value as number);
    case "compareExchange":
      return Atomics.compareExchange(cells, index, operation.expected as number, operation.replacement as number);
  }
}

function plainly(array: Int32Array | BigInt64Array | Float64Array, index: number, operation: CellOperation): Answer {
  const cells = array as Int32Array;
  const before = cells[index] as number;
  switch (operation.kind) {
    case "load":
      return before;
    case "store":
      cells[index] = operation.value as number;
      return undefined;
    case "add":
      cells[index] = before + (operation.value as number);
      return before;
    case "exchange":
      cells[index] = operation.value as number;
      return before;
    case "compareExchange":
      if (before === wrapped(operation.expected)) cells[index] = operation.replacement as number;
      return before;
  }
}
