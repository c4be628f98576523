/**
 * A random stream: 32-bit words by index, each computed without the ones before it.
 *
 * - A word depends only on the seed and its index: however a range of indices is split among workers, the words are the
 *   same.
 * - Seeds are safe integers, including negative ones; indices range from 0 to 2^53 - 1.
 * - It is meant for simulations, not for secrets.
 *
 * @example
 * ```ts
 * import { randomStream } from "./random_stream.ts";
 *
 * const { word } = randomStream(42);
 * const far = word(2 ** 40);
 * if (far !== randomStream(42).word(2 ** 40)) throw new Error("a word does not depend on earlier ones");
 * if (far < 0 || far >= 2 ** 32 || far === word(2 ** 40 + 1)) throw new Error("a word has 32 bits");
 * ```
 */

import { BLOCK, keysOf, mix } from "./mixer.ts";

/** Words by index. */
export interface RandomStream {
  /** The seed, on which all words depend. */
  readonly seed: number;
  /**
   * The word at an index, an integer from 0 to 2^32 - 1.
   *
   * @throws {RangeError} unless the index is an integer from 0 to 2^53 - 1.
   */
  readonly word: (index: number) => number;
}

/**
 * The stream of a seed.
 *
 * @throws {RangeError} unless the seed is a safe integer.
 */
export function randomStream(seed: number): RandomStream {
  checkSeed(seed);
  // keys === keysOf(seed, block)
  let block = 0;
  let keys = keysOf(seed, block);
  return {
    seed,
    word(index) {
      if (!Number.isSafeInteger(index) || index < 0) {
        throw new RangeError(`Cannot give the word of ${index}: an integer from 0 to 2^53 - 1 is wanted`);
      }
      const place = index % BLOCK;
      if ((index - place) / BLOCK !== block) {
        block = (index - place) / BLOCK;
        keys = keysOf(seed, block);
      }
      return mix(place, keys) >>> 0;
    },
  };
}

/** Throws unless `seed` is a valid seed. */
export function checkSeed(seed: number): void {
  if (Number.isSafeInteger(seed)) return;
  throw new RangeError(`Cannot make a random stream: its seed is ${seed}, a safe integer is wanted`);
}
