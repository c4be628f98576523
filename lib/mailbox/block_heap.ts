/**
 * A heap of items in blocks of a byte range: the items of priority queues and last-in-first-out queues.
 *
 * - A block has 64 bytes. An item is a chain of blocks; free blocks also form a chain, and behind them lie the blocks
 *   never used so far. The first block of an item is its node in the heap.
 * - The heap is a skew heap (Sleator and Tarjan, "Self-adjusting heaps", 1986): a merge walks down two right spines and
 *   swaps children on its way, in amortized O(log n); an item that comes before all others takes O(1).
 * - Invariant: a node comes before its children, where before = lower priority, then earlier sequence number (later for
 *   last in, first out). A restored item keeps its number, and thereby its place.
 */

import { type ByteRange, read, type Steps, write } from "../memory/mod.ts";
import type { Fitting, ItemStore } from "./item_store.ts";
import { bodiesOf, headerAt, lengthOf, MOST_BYTES, recordSize, RecordWriter } from "./records.ts";

const BLOCK_BYTES = 64;
/** Every block begins with the handle of the next one. */
const NEXT = 0;
const LATER_BODY = 4;
/** Further contents of an item's first block. */
const LENGTH = 4;
const LEFT = 8;
const RIGHT = 12;
const PRIORITY = 16;
const SEQUENCE = 24;
const FIRST_BODY = 28;

interface Node {
  readonly handle: number;
  readonly next: number;
  readonly length: number;
  left: number;
  right: number;
  readonly priority: number;
  readonly sequence: number;
}

/** A heap of items in blocks of a byte range. */
export class BlockHeap implements ItemStore {
  readonly numbers = 5;
  readonly most: number;
  readonly #start: number;
  readonly #blocks: number;
  readonly #lastFirst: boolean;
  #root = 0;
  #free = 0;
  #fresh = 0;
  #used = 0;
  #sequence = 0;
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #view = new DataView(this.#block.buffer);

  constructor({ offset, length }: ByteRange, { order }: { readonly order: "lifo" | "priority" }) {
    this.#start = offset;
    this.#blocks = Math.floor(length / BLOCK_BYTES);
    this.#lastFirst = order === "lifo";
    const room = BLOCK_BYTES - FIRST_BODY + (this.#blocks - 1) * (BLOCK_BYTES - LATER_BODY);
    this.most = Math.min(room, MOST_BYTES);
  }

  load(from: Int32Array, at: number): void {
    this.#root = from[at] ?? 0;
    this.#free = from[at + 1] ?? 0;
    this.#fresh = from[at + 2] ?? 0;
    this.#used = from[at + 3] ?? 0;
    this.#sequence = from[at + 4] ?? 0;
  }

  save(into: Int32Array, at: number): void {
    into[at] = this.#root;
    into[at + 1] = this.#free;
    into[at + 2] = this.#fresh;
    into[at + 3] = this.#used;
    into[at + 4] = this.#sequence;
  }

  fits(length: number): boolean {
    return blocksOf(length) <= this.#blocks - this.#used;
  }

  fitting(records: Uint8Array, { from, count: most }: { readonly from: number; readonly count: number }): Fitting {
    let [count, end, room] = [0, from, this.#blocks - this.#used];
    while (count < most && end < records.length) {
      const length = lengthOf(headerAt(records, end));
      room -= blocksOf(length);
      if (room < 0) break;
      count++;
      end += recordSize(length);
    }
    return { count, end };
  }

  /** Adds an item as a heap of its own. */
  *add(body: Uint8Array, priority: number): Steps<number> {
    const count = blocksOf(body.length);
    this.#used += count;
    const first = yield* this.#allocate();
    let handle = first;
    let at = 0;
    for (let block = 0; block < count; block++) {
      const next = block + 1 < count ? yield* this.#allocate() : 0;
      this.#block.fill(0);
      this.#view.setInt32(NEXT, next, true);
      if (block === 0) {
        this.#sequence = (this.#sequence + 1) | 0;
        this.#view.setInt32(LENGTH, body.length, true);
        this.#view.setFloat64(PRIORITY, this.#lastFirst ? 0 : priority, true);
        this.#view.setInt32(SEQUENCE, this.#sequence, true);
      }
      const bodyAt = block === 0 ? FIRST_BODY : LATER_BODY;
      const part = body.subarray(at, at + BLOCK_BYTES - bodyAt);
      this.#block.set(part, bodyAt);
      at += part.length;
      yield* write(this.#offset(handle), this.#block);
      handle = next;
    }
    return first;
  }

  /** Merges an item into the heap. */
  *admit(handle: number): Steps<void> {
    this.#root = yield* this.#merge(this.#root, handle);
  }

  /** Not possible: no item lies in one contiguous place. */
  addShort(_body: Uint8Array): undefined {}

  /** Not possible: no item lies in one contiguous place. */
  readAhead(_count: number): undefined {}

  /** Nothing was read ahead. */
  takeRead(_chunk: Uint8Array, _count: number): undefined {}

  /** Adds records and merges them into the heap. */
  *addRecords(records: Uint8Array, priority: number): Steps<void> {
    for (const body of bodiesOf(records)) yield* this.admit(yield* this.add(body, priority));
  }

  /** The root. */
  // deno-lint-ignore require-yield
  *first(): Steps<number> {
    return this.#root;
  }

  /** Takes an item out of the heap: always the root, since only the root is ever claimed. */
  *claim(handle: number): Steps<void> {
    const node = yield* this.#node(handle);
    this.#root = yield* this.#merge(node.left, node.right);
    yield* this.#link({ ...node, left: 0, right: 0 });
  }

  restore(handle: number): Steps<void> {
    return this.admit(handle);
  }

  *record(handle: number): Steps<Uint8Array> {
    const { length } = yield* this.#node(handle);
    const body = new Uint8Array(length);
    let block = handle;
    for (let at = 0; block !== 0;) {
      const bytes = yield* read(this.#offset(block), BLOCK_BYTES, { into: this.#block });
      const part = bytes.subarray(block === handle ? FIRST_BODY : LATER_BODY).subarray(0, length - at);
      body.set(part, at);
      at += part.length;
      block = this.#view.getInt32(NEXT, true);
    }
    const writer = new RecordWriter();
    writer.add(body);
    return writer.written();
  }

  /** Frees the blocks of an item. */
  *drop(handle: number): Steps<void> {
    let last = handle;
    let count = 1;
    for (;; count++) {
      yield* read(this.#offset(last), LATER_BODY, { into: this.#block });
      const next = this.#view.getInt32(NEXT, true);
      if (next === 0) break;
      last = next;
    }
    this.#view.setInt32(NEXT, this.#free, true);
    yield* write(this.#offset(last), this.#block.subarray(0, LATER_BODY));
    this.#free = handle;
    this.#used -= count;
  }

  *take(count: number): Steps<Uint8Array> {
    const all = new RecordWriter();
    for (let taken = 0; taken < count; taken++) {
      const handle = this.#root;
      yield* this.claim(handle);
      for (const body of bodiesOf(yield* this.record(handle))) all.add(body);
      yield* this.drop(handle);
    }
    return all.written();
  }

  *#merge(one: number, other: number): Steps<number> {
    if (one === 0 || other === 0) return one + other;
    let [upper, lower] = this.#ordered(yield* this.#node(one), yield* this.#node(other));
    const root = upper.handle;
    for (;;) {
      // Both are roots, and the upper one comes first: its right subtree merges with the lower one.
      const below = upper.right;
      upper.right = upper.left;
      if (below === 0) {
        upper.left = lower.handle;
        yield* this.#link(upper);
        return root;
      }
      const [next, rest] = this.#ordered(yield* this.#node(below), lower);
      upper.left = next.handle;
      yield* this.#link(upper);
      [upper, lower] = [next, rest];
    }
  }

  #ordered(one: Node, other: Node): [Node, Node] {
    const bySequence = this.#lastFirst ? (other.sequence - one.sequence) | 0 : (one.sequence - other.sequence) | 0;
    const before = one.priority === other.priority ? bySequence < 0 : one.priority < other.priority;
    return before ? [one, other] : [other, one];
  }

  *#node(handle: number): Steps<Node> {
    yield* read(this.#offset(handle), FIRST_BODY, { into: this.#block });
    return {
      handle,
      next: this.#view.getInt32(NEXT, true),
      length: this.#view.getInt32(LENGTH, true),
      left: this.#view.getInt32(LEFT, true),
      right: this.#view.getInt32(RIGHT, true),
      priority: this.#view.getFloat64(PRIORITY, true),
      sequence: this.#view.getInt32(SEQUENCE, true),
    };
  }

  /** Writes a node's links to its children. */
  *#link({ handle, left, right }: Node): Steps<void> {
    this.#view.setInt32(LEFT, left, true);
    this.#view.setInt32(RIGHT, right, true);
    yield* write(this.#offset(handle) + LEFT, this.#block.subarray(LEFT, PRIORITY));
  }

  *#allocate(): Steps<number> {
    if (this.#free === 0) return ++this.#fresh;
    const handle = this.#free;
    yield* read(this.#offset(handle), LATER_BODY, { into: this.#block });
    this.#free = this.#view.getInt32(NEXT, true);
    return handle;
  }

  #offset(handle: number): number {
    return this.#start + (handle - 1) * BLOCK_BYTES;
  }
}

function blocksOf(length: number): number {
  return 1 + Math.ceil(Math.max(0, length - (BLOCK_BYTES - FIRST_BODY)) / (BLOCK_BYTES - LATER_BODY));
}
