/**
 * The distinct outcomes of many runs, each with the number of runs that had it.
 *
 * - The first 1,000 are kept whole; each other takes at most 32 bytes, for a 64-bit hash and a count. Among a million
 *   outcomes, the chance that two have the same hash is 1 in 36 million.
 * - It also counts the outcomes that exactly one random run had: their share of the random runs estimates the chance
 *   that the next one has an outcome that none had before (Good and Turing; Good, Biometrika 1953).
 * - Several counts join as if they were one: `told` returns a count as plain data, and `join` adds it.
 */

import type { Judged } from "./judge.ts";

/** An outcome, and the number of schedules that had it. */
export interface OutcomeCount {
  /** The outcome. */
  readonly outcome: unknown;
  /** The number of schedules. */
  readonly count: number;
}

interface Entry extends OutcomeEntry {
  count: number;
  sampled: number;
}

/** An outcome that is kept whole. */
export interface OutcomeEntry extends OutcomeCount {
  /** The outcome as text. */
  readonly text: string;
  /** The number of runs before the first one that had it. */
  readonly at: number;
  /** The number of random runs that had it, up to 2. */
  readonly sampled: number;
}

/** The counts, as plain data. */
export interface OutcomesTold {
  /** The outcomes kept whole, in the order in which they were found. */
  readonly whole: readonly OutcomeEntry[];
  /** The hash and the count of each other outcome. */
  readonly others: Uint32Array;
  /** The number of random runs. */
  readonly samples: number;
}

/** The maximum number of outcomes to keep whole. */
const MOST_WHOLE = 1000;
/** The words of an entry: two for its hash, and its count, whose top two bits say 0, 1 or more samples. */
const WORDS = 3;
const COUNT = 2 ** 30 - 1;
const ONCE = COUNT + 1;

/** The distinct outcomes of many runs, each with the number of runs that had it. */
export class Outcomes {
  readonly #whole = new Map<string, Entry>();
  readonly #known = new Map<Judged, Entry>();
  // Open addressing: 4 * #size <= 3 * capacity, and an entry is free if its last word is 0.
  #table = new Uint32Array(WORDS * 256);
  #size = 0;
  #samples = 0;
  #singles = 0;
  #runs = 0;
  // By hash: the outcomes kept whole, once there is no room for more.
  #hashes: ReadonlyMap<string, Entry> | undefined;

  /** The number of distinct outcomes. */
  get distinct(): number {
    return this.#whole.size + this.#size;
  }

  /** The size of the outcomes that are not kept whole, in bytes. */
  get bytes(): number {
    return this.#table.byteLength;
  }

  /**
   * The estimated chance that the next random run has an outcome that none had before; undefined if there was no random
   * run.
   */
  get unseen(): number | undefined {
    return this.#samples === 0 ? undefined : this.#singles / this.#samples;
  }

  /** The outcomes kept whole, in the order of their texts. */
  get whole(): readonly OutcomeCount[] {
    const entries = [...this.#whole.values()].toSorted((one, other) => one.text < other.text ? -1 : 1);
    return entries.map(({ outcome, count }) => ({ outcome, count }));
  }

  /** Counts an outcome, of a random run if `isSample`. Returns whether it is the first of its kind. */
  add(judged: Judged, { isSample }: { readonly isSample: boolean }): boolean {
    if (isSample) this.#samples++;
    const at = this.#runs++;
    const { outcome, text } = judged;
    let entry = this.#known.get(judged) ?? this.#whole.get(text);
    if (entry === undefined && this.#whole.size >= MOST_WHOLE) {
      return this.#addHash(hashOf(text), { count: 1, sampled: isSample ? 1 : 0 });
    }
    if (entry === undefined) {
      entry = { outcome, text, at, count: 0, sampled: 0 };
      this.#whole.set(text, entry);
      // Equal outcomes often share one judgment object; of those that do not, only the first is kept.
      this.#known.set(judged, entry);
    }
    return this.#count(entry, { count: 1, sampled: isSample ? 1 : 0 });
  }

  /** The counts, for `join`. */
  get told(): OutcomesTold {
    const others: number[] = [];
    for (let at = 0; at < this.#table.length; at += WORDS) {
      if (this.#table[at + 2] !== 0) others.push(...this.#table.subarray(at, at + WORDS));
    }
    return { whole: [...this.#whole.values()], others: Uint32Array.from(others), samples: this.#samples };
  }

  /** Adds the counts of others, whose runs took turns. */
  join(parts: readonly OutcomesTold[]): void {
    const entries = parts.flatMap(({ whole }, turn) => whole.map((entry) => ({ ...entry, turn })));
    entries.sort((one, other) => one.at - other.at || one.turn - other.turn);
    for (const { outcome, text, count, sampled } of entries) {
      let entry = this.#whole.get(text);
      if (entry === undefined && this.#whole.size >= MOST_WHOLE) {
        this.#addHash(hashOf(text), { count, sampled });
        continue;
      }
      if (entry === undefined) {
        entry = { outcome, text, at: this.#runs, count: 0, sampled: 0 };
        this.#whole.set(text, entry);
      }
      this.#count(entry, { count, sampled });
    }
    for (const { others, samples } of parts) {
      this.#samples += samples;
      for (let at = 0; at < others.length; at += WORDS) {
        const [high = 0, low = 0, word = 0] = others.subarray(at, at + WORDS);
        const more = { count: word & COUNT, sampled: Math.floor(word / ONCE) };
        // A part with hashes has 1,000 whole outcomes, so there is no room for more here.
        this.#hashes ??= new Map([...this.#whole.values()].map((entry) => [hashOf(entry.text).join(), entry]));
        const entry = this.#hashes.get([high, low].join());
        if (entry === undefined) this.#addHash([high, low], more);
        else this.#count(entry, more);
      }
    }
  }

  /** Adds to an outcome kept whole; returns whether it is the first of its kind. */
  #count(entry: Entry, { count, sampled }: Pick<Entry, "count" | "sampled">): boolean {
    const isFirst = entry.count === 0;
    entry.sampled = this.#sample(entry.sampled, sampled);
    entry.count += count;
    return isFirst;
  }

  /** The new number of samples, up to 2. */
  #sample(before: number, more: number): number {
    const sampled = Math.min(2, before + more);
    this.#singles += (sampled === 1 ? 1 : 0) - (before === 1 ? 1 : 0);
    return sampled;
  }

  #addHash([high, low]: Hash, more: Pick<Entry, "count" | "sampled">): boolean {
    const at = this.#placeOf(high, low);
    const table = this.#table;
    const before = table[at + 2] ?? 0;
    const sampled = this.#sample(Math.floor(before / ONCE), more.sampled);
    table[at] = high;
    table[at + 1] = low;
    table[at + 2] = (before & COUNT) + more.count + sampled * ONCE;
    if (before !== 0) return false;
    this.#size++;
    if (4 * WORDS * this.#size > 3 * table.length) this.#grow();
    return true;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(2 * old.length);
    for (let from = 0; from < old.length; from += WORDS) {
      if (old[from + 2] === 0) continue;
      this.#table.set(old.subarray(from, from + WORDS), this.#placeOf(old[from] ?? 0, old[from + 1] ?? 0));
    }
  }

  /** The index of an entry, or of a free place for it. */
  #placeOf(high: number, low: number): number {
    const table = this.#table;
    for (let at = WORDS * (low % (table.length / WORDS));; at = (at + WORDS) % table.length) {
      if (table[at + 2] === 0 || (table[at] === high && table[at + 1] === low)) return at;
    }
  }
}

type Hash = readonly [high: number, low: number];

/** A hash of 64 bits (cyrb53 without its last mixing into one number, by bryc). */
function hashOf(text: string): Hash {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 2_654_435_761);
    other = Math.imul(other ^ code, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909);
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return [one >>> 0, other >>> 0];
}
